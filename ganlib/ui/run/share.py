"""The address of a run as it is shown, to be sent to others."""

import streamlit as st

from ganlib.runs import Run
from ganlib.ui.components.share import share_popover
from ganlib.ui.run.samples.panel import step_key
from ganlib.ui.server.session import RUN, TAB

# Query parameter with the step of the shown samples.
STEP = "step"


def share_button(run: Run) -> None:
    """Draws a button that shows the address of a run, with the chosen step and tab.

    Args:
        run: the shown run.
    """

    def query() -> list[tuple[str, object]]:
        chosen = {TAB: st.query_params.get(TAB), STEP: st.session_state.get(step_key(run))}
        known = {name: value for name, value in chosen.items() if value is not None}
        return [(RUN, run.id), *known.items()]

    # A fragment would take all the width that is left.
    with st.container(width="content"):
        share_popover("Whoever opens this address sees this run at the same step.", query)


def adopt_step(run: Run) -> None:
    """Selects the step in the address, once.

    Args:
        run: the shown run.
    """
    text = st.query_params.pop(STEP, "")
    if text.isdecimal():
        st.session_state[step_key(run)] = int(text)
