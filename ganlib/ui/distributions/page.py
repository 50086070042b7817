"""The Distributions page: selection of the source of two samples."""

from collections.abc import Callable

import streamlit as st

from ganlib.ui.distributions.runs import compare_run
from ganlib.ui.distributions.tables import compare_table

_SOURCES: dict[str, Callable[[], None]] = {
    "A run": compare_run,
    "A table of your own": compare_table,
}


def distributions() -> None:
    """Compares real and generated values of a run, or two columns of a table."""
    source = st.segmented_control(
        "Compare",
        list(_SOURCES),
        default="A run",
        key="source",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    _SOURCES[source or "A run"]()
