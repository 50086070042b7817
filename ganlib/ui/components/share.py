"""The button that shows the address of what the page shows."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st


def share_popover(caption: str, query: Sequence[tuple[str, object]]) -> None:
    """Draws the button; the address has a button that copies it.

    Args:
        caption: one sentence on what the address opens.
        query: (name, value) of each query parameter; a name may occur several times.
    """
    with st.popover("Share", icon=":material/link:", key="share"):
        st.caption(caption)
        st.code(f"{st.context.url}?{urlencode(query)}", language=None, wrap_lines=True)
