"""A gallery of categories, shown as drawings, to choose from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from ganlib.ui.components.component import component

_COMPONENT = component("category_gallery")


@dataclass(frozen=True)
class Tile:
    """One category.

    Args:
        name: of the category.
        src: data URL of a picture of its drawings; None if none are on this disk.
        count: number of drawings on this disk.
        total: number of drawings in the published dataset.
    """

    name: str
    src: str | None
    count: int
    total: int


def category_gallery(
    tiles: Sequence[Tile], chosen: Sequence[str], *, key: str, on_toggle: Callable[[str], None]
) -> None:
    """Shows all categories and marks the chosen ones.

    Args:
        tiles: all categories, with and without pictures.
        chosen: names of the chosen categories.
        key: unique on the page.
        on_toggle: callback; receives the name of the category that was clicked.
    """

    def toggled() -> None:
        state: Any = st.session_state.get(key)
        if state and state.toggled:
            on_toggle(state.toggled)

    data = {"categories": [asdict(tile) for tile in tiles], "chosen": list(chosen)}
    _COMPONENT(key=key, data=data, on_toggled_change=toggled)
