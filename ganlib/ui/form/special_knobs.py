"""Table of the knobs that have a special widget instead of a plain box."""

from collections.abc import Callable
from typing import NamedTuple

from ganlib.recipes.toy import OWN
from ganlib.ui.components.drawing_pad import drawing_pad
from ganlib.ui.form.category_picker import category_picker, own_drawings
from ganlib.ui.form.own_table import table_picker
from ganlib.ui.form.peaks_table import peaks_table


class SpecialWidget(NamedTuple):
    """A special widget.

    Args:
        draw: draws it, given the session state key of the knob's value and a tooltip.
        target: value of the knob `target` with which the widget is shown; empty for always.
    """

    draw: Callable[[str, str], None]
    target: str = ""


SPECIAL = {
    "categories": SpecialWidget(category_picker),
    "own_file": SpecialWidget(own_drawings),
    "peaks": SpecialWidget(peaks_table, "peaks"),
    "drawing": SpecialWidget(drawing_pad, "drawn"),
    "own_table": SpecialWidget(table_picker, OWN),
}

# Knobs that are set by the widget of another knob.
WITHOUT_WIDGET = frozenset({"own_columns", "own_summary", "own_digest"})
