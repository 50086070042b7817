"""Alignment of controls of different heights in one row."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def align_control() -> Iterator[None]:
    """Aligns the label of a segmented control with those of boxes in the same row."""
    with st.container(width="content", gap=None):
        yield
        # The difference of their heights.
        st.space("xsmall")
