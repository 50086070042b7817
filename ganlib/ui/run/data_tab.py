"""The tab that compares a run's samples with the data."""

from collections.abc import Callable

import streamlit as st

from ganlib.ui.components.errors import errors_shown
from ganlib.ui.distributions.runs import run_at_step
from ganlib.ui.run.samples.panel import selected_step, step_slider
from ganlib.ui.server.reading import Reading


def data_tab(reading: Reading) -> Callable[[Reading], None]:
    """Draws nothing itself.

    Returns:
        A function that draws the distributions of real and generated samples.
    """

    def redraw(reading: Reading) -> None:
        step_slider(reading)
        step = selected_step(reading)
        if step is None:
            st.caption("No samples yet.")
            return
        with errors_shown():
            run_at_step(reading.run, reading.sample_steps, step, live=reading.status.active)

    return redraw
