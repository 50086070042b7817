"""A gallery of categories, as their drawings, to pick from."""

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
        name: the category's.
        src: data URL of a picture of its drawings; None where none is on this disk.
        count: drawings on this disk.
        total: drawings that are published.
    """

    name: str
    src: str | None
    count: int
    total: int


def category_gallery(
    tiles: Sequence[Tile], chosen: Sequence[str], *, key: str, on_toggle: Callable[[str], None]
) -> None:
    """Shows what can be chosen and what is.

    Args:
        tiles: all categories, those with a picture and those without.
        chosen: names of those that are chosen.
        key: unique on the page.
        on_toggle: gets the name of the category that was clicked, before the page runs anew.
    """

    def tell() -> None:
        state: Any = st.session_state.get(key)
        if state and state.toggled:
            on_toggle(state.toggled)

    data = {"categories": [asdict(tile) for tile in tiles], "chosen": list(chosen)}
    _COMPONENT(key=key, data=data, on_toggled_change=tell)
