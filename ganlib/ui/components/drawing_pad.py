"""A square to draw a distribution in, with the mouse, a finger or a pen."""

from typing import Any

import streamlit as st

from ganlib.data.drawing import MOST_POINTS
from ganlib.ui.components.component import component
from ganlib.viz import colours

_COMPONENT = component("drawing_pad")


def drawing_pad(key: str, help: str) -> None:
    """Draws strokes, and takes the last one or all of them back.

    Args:
        key: session state key of the drawing as text; see `data.drawing.parse_drawing`.
        help: what it is.
    """
    pad = f"{key}:pad"

    def take() -> None:
        state: Any = st.session_state.get(pad)
        # A text alone would be nothing where all was taken back.
        if state and state.drawn:
            st.session_state[key] = state.drawn["text"]

    st.markdown("Draw the distribution to learn", help=help)
    data = {"drawing": st.session_state[key], "most": MOST_POINTS, "colour": colours.REAL}
    _COMPONENT(key=pad, data=data, on_drawn_change=take)
