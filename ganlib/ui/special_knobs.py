"""Knobs that a plain box would not do justice to, by name."""

from collections.abc import Callable

from ganlib.ui.category_picker import category_picker, own_drawings

SPECIAL: dict[str, Callable[[str, str], None]] = {
    "categories": category_picker,
    "own_file": own_drawings,
}
