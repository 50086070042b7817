"""The button that shows the address of what the page shows."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


def share_button(caption: str, name: str, key: str) -> None:
    """Draws the button; the address has a button that copies it.

    The selected step is in this address only: an entry of the browser's history for each move of
    the slider would make its Back button useless.

    Args:
        caption: one sentence on what the address opens.
        name: query parameter of the selected step.
        key: session state key of that step; empty if none is selected.
    """
    # A fragment would take all the width that is left.
    with st.container(width="content"):
        _popover(caption, name, key)


def adopt_step(name: str, key: str) -> None:
    """Selects the step in the address, once; for `name` and `key`, see `share_button`."""
    text = st.query_params.pop(name, "")
    if text.isdecimal():
        st.session_state[key] = int(text)


@st.fragment
def _popover(caption: str, name: str, key: str) -> None:
    with st.popover("Share", icon=":material/link:", key="share", on_change="rerun"):
        st.caption(f"{caption} Copy it with the button on the right.")
        query: dict[str, object]
        query = {one: st.query_params.get_all(one) for one in st.query_params if one != name}
        if key and (step := st.session_state.get(key)) is not None:
            query[name] = step
        address = f"{st.context.url}?{urlencode(query, doseq=True)}"
        st.code(address, language=None, wrap_lines=True)
        if urlsplit(st.context.url or "").hostname in _THIS_COMPUTER:
            st.caption(
                "This address works only on this computer. For others, replace the host name with "
                "this computer's name or IP address."
            )
