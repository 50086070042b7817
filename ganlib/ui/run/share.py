"""The address of a run as it is shown, to be sent to others."""

from urllib.parse import urlencode

import streamlit as st

from ganlib.runs import Run
from ganlib.ui.run.samples.panel import step_key
from ganlib.ui.server.session import RUN, TAB

# Query parameter with the step of the shown samples.
STEP = "step"


def share_button(run: Run) -> None:
    """Draws a button that shows the address of a run, with the chosen step and tab.

    Args:
        run: the shown run.
    """
    with st.popover("Share", icon=":material/link:", key="share"):
        st.caption("Copy this address. Whoever can reach this dashboard sees what you see now.")
        st.code(f"{st.context.url}?{urlencode(_query(run))}", language=None)


def adopt_step(run: Run) -> None:
    """Selects the step in the address, once.

    Args:
        run: the shown run.
    """
    text = st.query_params.pop(STEP, "")
    if text.isdecimal():
        st.session_state[step_key(run)] = int(text)


def _query(run: Run) -> dict[str, object]:
    chosen = {TAB: st.query_params.get(TAB), STEP: st.session_state.get(step_key(run))}
    return {RUN: run.id, **{name: value for name, value in chosen.items() if value is not None}}
