"""The button that copies the address of a page."""

import streamlit as st

from ganlib.runs import Run


def share_button(run: Run) -> None:
    """Draws a button that shows the address of a run, to be copied."""
    with st.popover("Share", icon=":material/link:", key="share"):
        st.caption("Anyone who can open this dashboard sees the run at this address.")
        st.code(st.context.url, language=None)
