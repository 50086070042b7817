"""Presenting: a run or a comparison fills the screen, in large type and without forms."""

import streamlit as st

PRESENT = "present"
_STYLE = (
    "<style>html { font-size: 20px } "
    '[data-testid="stHeader"], .st-key-run_bar .stButton, .st-key-run_bar .stPopover '
    "{ display: none !important } "
    '[data-testid="stMainBlockContainer"] { padding-top: 1rem; max-width: none }</style>'
)


def presenting() -> bool:
    """Returns whether the address asks to present; draws nothing."""
    return st.query_params.get(PRESENT) == "1"


def present_button() -> None:
    """Draws a button, also pressed by the key P, that begins or ends the presentation."""
    if presenting():
        st.html(_STYLE)
    st.button(
        "End presentation" if presenting() else "Present",
        key="present",
        icon=":material/slideshow:",
        shortcut="p",
        on_click=_toggle,
    )


def _toggle() -> None:
    if presenting():
        del st.query_params[PRESENT]
    else:
        st.query_params[PRESENT] = "1"
