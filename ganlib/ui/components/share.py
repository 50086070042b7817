"""The button that shows the address of what the page shows."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode, urlsplit

import streamlit as st

_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


@st.fragment
def share_popover(caption: str, query: Callable[[], Sequence[tuple[str, object]]]) -> None:
    """Draws the button; the address has a button that copies it.

    Args:
        caption: one sentence on what the address opens.
        query: returns (name, value) of each query parameter; a name may occur several times. It
            is called when the popover is opened, for what has been selected until then.
    """
    with st.popover("Share", icon=":material/link:", key="share", on_change="rerun"):
        st.caption(f"{caption} Copy it with the button on the right.")
        st.code(f"{st.context.url}?{urlencode(query())}", language=None, wrap_lines=True)
        if urlsplit(st.context.url or "").hostname in _THIS_COMPUTER:
            st.caption(
                "This address works only on this computer. For others, replace the host name with "
                "this computer's name or IP address."
            )
