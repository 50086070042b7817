"""Knobs that a plain box would not do justice to, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from ganlib.recipes import Recipe
from ganlib.ui.components.drawing_pad import drawing_pad
from ganlib.ui.form.category_picker import category_picker, own_drawings
from ganlib.ui.form.own_table import table_picker
from ganlib.ui.form.peaks_table import peaks_table


@dataclass(frozen=True)
class Special:
    """A widget of a knob's own.

    Args:
        draw: takes the recipe, the session state key of the knob's value, and its help.
        target: the only value of the knob `target` with which it is shown; empty for always.
    """

    draw: Callable[[Recipe, str, str], None]
    target: str = ""


def _alone(draw: Callable[[str, str], None]) -> Callable[[Recipe, str, str], None]:
    """Of a widget to which all recipes are the same."""
    return lambda recipe, key, help: draw(key, help)


SPECIAL: dict[str, Special] = {
    "categories": Special(_alone(category_picker)),
    "own_file": Special(_alone(own_drawings)),
    "peaks": Special(_alone(peaks_table), "peaks"),
    "drawing": Special(_alone(drawing_pad), "drawn"),
    # Which shows for itself what there is to be shown for other targets.
    "own_table": Special(table_picker),
}

# Knobs that the widget of another one writes.
WRITTEN_BY_OTHERS = frozenset({"own_columns", "own_summary", "own_digest"})
