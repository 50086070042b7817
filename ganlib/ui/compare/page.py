"""The Compare page."""

import streamlit as st


def compare_runs() -> None:
    """Compares runs."""
    st.caption("Choose runs to compare.")
