"""The tab that compares a run's samples with the data."""

import streamlit as st

from ganlib.ui.components.errors import errors_shown
from ganlib.ui.distributions.runs import run_at_step
from ganlib.ui.run.samples.panel import selected_step, step_slider
from ganlib.ui.server.reading import Reading


def data_tab(reading: Reading) -> None:
    """Draws the slider, and the distributions of real and generated samples; all of it changes.

    Args:
        reading: of the shown run.
    """
    step_slider(reading)
    step = selected_step(reading)
    if step is None:
        st.caption("No samples yet.")
        return
    with errors_shown():
        run_at_step(reading.run, reading.sample_steps, step, live=reading.status.active)
