"""Table of the knobs that have a special widget instead of a plain box."""

from collections.abc import Callable
from dataclasses import dataclass

from ganlib.recipes import Recipe
from ganlib.recipes.toy import OWN
from ganlib.ui.components.drawing_pad import drawing_pad
from ganlib.ui.form.category_picker import category_picker, own_drawings
from ganlib.ui.form.own_table import table_picker
from ganlib.ui.form.peaks_table import peaks_table


@dataclass(frozen=True)
class SpecialWidget:
    """A special widget.

    Args:
        draw: draws it, given the recipe, the session state key of the knob's value, and a
            tooltip.
        target: value of the knob `target` with which the widget is shown; empty for always.
    """

    draw: Callable[[Recipe, str, str], None]
    target: str = ""


def _for_any_recipe(draw: Callable[[str, str], None]) -> Callable[[Recipe, str, str], None]:
    """Adapts a widget that does not depend on the recipe."""
    return lambda recipe, key, help: draw(key, help)


SPECIAL: dict[str, SpecialWidget] = {
    "categories": SpecialWidget(_for_any_recipe(category_picker)),
    "own_file": SpecialWidget(_for_any_recipe(own_drawings)),
    "peaks": SpecialWidget(_for_any_recipe(peaks_table), "peaks"),
    "drawing": SpecialWidget(_for_any_recipe(drawing_pad), "drawn"),
    "own_table": SpecialWidget(table_picker, OWN),
}

# Knobs that are set by the widget of another knob.
WITHOUT_WIDGET = frozenset({"own_columns", "own_summary", "own_digest"})
