"""Chooses where two samples come from, and shows them side by side."""

from collections.abc import Callable

import streamlit as st

from ganlib.ui.compare.runs import of_a_run, of_two_runs
from ganlib.ui.compare.tables import of_a_table

_SOURCES: dict[str, Callable[[], None]] = {
    "A run": of_a_run,
    "Two runs": of_two_runs,
    "A table of your own": of_a_table,
}


def distributions() -> None:
    """Real against generated of a run, two runs, or two columns of a file."""
    st.session_state.setdefault("compare.source", "A run")
    source = st.segmented_control(
        "Compare",
        list(_SOURCES),
        key="compare.source",
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    _SOURCES[source or "A run"]()
