"""A square in which the user draws a distribution with the mouse, a finger or a pen."""

from typing import Any

import streamlit as st

from ganlib.data.drawing import MOST_POINTS
from ganlib.ui.components.component import component
from ganlib.viz import colours

_COMPONENT = component("drawing_pad")


def drawing_pad(key: str, help: str) -> None:
    """Shows the square, with buttons to undo the last stroke or all of them.

    Args:
        key: session state key of the drawing as text; see `data.drawing.parse_drawing`.
        help: tooltip.
    """
    pad = f"{key}:pad"

    def take() -> None:
        state: Any = st.session_state.get(pad)
        # A dictionary: an empty text would look like no drawing at all.
        if state and state.drawn:
            st.session_state[key] = state.drawn["text"]

    st.markdown("Draw the distribution to learn", help=help)
    data = {"drawing": st.session_state[key], "most": MOST_POINTS, "colour": colours.REAL}
    _COMPONENT(key=pad, data=data, on_drawn_change=take)
