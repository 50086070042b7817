"""A gallery of tiles with pictures, to choose from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from ganlib.ui.components.component import component

_COMPONENT = component("gallery")


@dataclass(frozen=True)
class Tile:
    """One choice.

    Args:
        name: identifies it; not shown.
        title: its name on the page.
        src: data URL of a picture; None for a tile without one.
        caption: text below the title.
        note: text below the caption, in smaller letters.
        help: tooltip.
    """

    name: str
    title: str
    src: str | None = None
    caption: str = ""
    note: str = ""
    help: str = ""


def gallery(
    tiles: Sequence[Tile],
    chosen: Sequence[str] | None,
    *,
    key: str,
    label: str,
    on_click: Callable[[str], None],
    layout: Literal["cards", "plots", "tiles"] = "tiles",
    scroll: bool = False,
    unpictured: str = "",
) -> None:
    """Shows tiles and marks the chosen ones.

    Args:
        tiles: in order; those without a picture come last, as a list of titles.
        chosen: names of the chosen tiles; None if a click opens something instead of choosing it.
        key: unique on the page.
        label: name of the gallery for screen readers.
        on_click: callback; receives the name of the clicked tile.
        layout: "cards" have the text beside the picture, "tiles" below it, "plots" below a
            smaller picture.
        scroll: whether to limit the height.
        unpictured: text before the tiles without a picture.
    """

    def clicked() -> None:
        state: Any = st.session_state.get(key)
        # A browser sends only names of tiles; another client might send anything.
        if state and state.clicked in [tile.name for tile in tiles]:
            on_click(state.clicked)

    data = {
        "tiles": [asdict(tile) for tile in tiles],
        "chosen": None if chosen is None else list(chosen),
        "label": label,
        "layout": layout,
        "scroll": scroll,
        "unpictured": unpictured,
    }
    _COMPONENT(key=key, data=data, on_clicked_change=clicked)
