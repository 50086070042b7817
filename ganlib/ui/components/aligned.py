"""Controls of different heights in one row."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def lower_control() -> Iterator[None]:
    """For a row of pills among boxes: its label then stands beside theirs."""
    with st.container(width="content", gap=None):
        yield
        # It is so much lower than they are.
        st.space("xsmall")
