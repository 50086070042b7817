"""Presenting: a run or a comparison fills the screen, in large type and without forms."""

from contextlib import AbstractContextManager
from typing import Any, Literal

import streamlit as st

PRESENT = "present"
# Charts are this many times as high.
_HIGHER = 1.25
_STYLE = (
    "<style>@media (min-width: 700px) { html { font-size: 20px } } "
    # Curves below the samples, which would be as small as on a phone.
    "@media (max-width: 1100px) { [data-testid=stColumn]:has(.st-key-live_samples, "
    ".st-key-live_loss) { min-width: calc(100% - 1.5rem) } } "
    '[data-testid="stHeader"] { display: none } '
    '[data-testid="stMainBlockContainer"] { padding-top: 0.5rem; max-width: none } '
    '[data-testid="stLayoutWrapper"]:has(> .st-key-run_bar) { top: 0 } '
    '[data-testid="stLayoutWrapper"]:has(> [class*="st-key-form_"]) { display: none }</style>'
)


def presenting() -> bool:
    """Returns whether the address asks to present; draws nothing."""
    return st.query_params.get(PRESENT) == "1"


def form(
    name: str, width: int | Literal["stretch", "content"] = "stretch"
) -> AbstractContextManager[Any]:
    """Returns a container for widgets that are hidden while presenting, but keep their values.

    Args:
        name: unique on the page.
        width: of the container; see `st.container`.
    """
    return st.container(key=f"form_{name}", width=width)


def scaled(height: int) -> int:
    """Returns the height of a chart in pixels, which is larger while presenting.

    Args:
        height: on a page with forms, in pixels.
    """
    return round(_HIGHER * height) if presenting() else height


def present_button() -> None:
    """Draws a button, also pressed by the key P, that begins or ends the presentation."""
    if presenting():
        st.html(_STYLE)
    st.button(
        "End" if presenting() else "Present",
        key="present",
        icon=":material/slideshow:",
        type="tertiary" if presenting() else "secondary",
        shortcut="p",
        on_click=_toggle,
    )


def _toggle() -> None:
    if presenting():
        del st.query_params[PRESENT]
    else:
        st.query_params[PRESENT] = "1"
