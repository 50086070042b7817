"""The view of a run, which every list of runs opens."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from ganlib.config import CRITICS
from ganlib.runs import Run
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.share import adopt_step
from ganlib.ui.distributions.runs import run_at_step
from ganlib.ui.present import presenting
from ganlib.ui.run.bar import run_bar, status_panel
from ganlib.ui.run.curves import AvailableCharts, available_charts
from ganlib.ui.run.files_tab import files_tab
from ganlib.ui.run.generators import keep_generator
from ganlib.ui.run.model_tab import model_tab
from ganlib.ui.run.samples.panel import STEP, selected_step, step_key, step_slider
from ganlib.ui.run.settings_tab import settings_tab
from ganlib.ui.run.watch_tab import watch_tab
from ganlib.ui.server.reading import Reading
from ganlib.ui.server.server import server
from ganlib.ui.server.session import (
    TAB,
    rerun_if_deleted,
    wait_for_first_step,
    waits_for_first_step,
)

# After a start, refreshes are frequent and each waits for the first step. They are no more often,
# because drawing takes processor time from the training.
_FIRST_TICK_S = 0.1

# Draws the changing part of a tab.
Redraw = Callable[[Reading], None]


class PageState(NamedTuple):
    """State of a run on which the static parts of the page depend. If it changes, the page reruns.

    Args:
        state: of the run.
        available: the charts for which it has data.
        has_samples: whether there are saved samples.
        has_checkpoint: whether there is a checkpoint.
        tick_s: seconds between refreshes; None if the run is not active.
    """

    state: str
    available: AvailableCharts
    has_samples: bool
    has_checkpoint: bool
    tick_s: float | None


# Draws the static part of a tab, and returns what draws the changing part.
Tab = Callable[[Reading, PageState], Redraw | None]

_TABS: dict[str, Tab] = {
    "Watch": lambda reading, state: watch_tab(reading, state.available, state.has_samples),
    "Compare with data": lambda reading, state: _compare_with_data,
    "Model": lambda reading, state: model_tab(reading.run),
    "Settings": lambda reading, state: settings_tab(reading.run),
    "Files": lambda reading, state: files_tab(reading.run),
}


def run_page(run: Run) -> None:
    """Draws a run: a bar with its state and controls, and tabs.

    Args:
        run: the run in the address.
    """
    with rerun_if_deleted(run):
        adopt_step(STEP, step_key(run))
        reading = _read(run)
        state = _page_state(reading)
        bar = run_bar(reading)
        redraw = _open_tab(reading, state)

        def refresh() -> None:
            with rerun_if_deleted(run):
                wait_for_first_step(run)
                reading = _read(run)
                status_panel(bar, reading)
                if redraw:
                    redraw(reading)
                # The static parts and this fragment's timer are set by the page.
                if _page_state(reading) != state:
                    st.rerun()

        st.fragment(refresh, run_every=state.tick_s)()
        if not reading.status.active:
            keep_generator(run)


def _compare_with_data(reading: Reading) -> None:
    step_slider(reading)
    step = selected_step(reading)
    if step is None:
        st.caption("No samples yet.")
        return
    with errors_shown():
        run_at_step(reading.run, reading.sample_steps, step, live=reading.status.active)


def _open_tab(reading: Reading, state: PageState) -> Redraw | None:
    if presenting():
        shown = st.query_params.get(TAB, "")
        return _TABS.get(shown, _TABS["Watch"])(reading, state)
    # Only the open tab is drawn.
    tabs = st.tabs(list(_TABS), key=TAB, bind="query-params", on_change="rerun")
    for tab, draw in zip(tabs, _TABS.values(), strict=True):
        if tab.open:
            with tab:
                return draw(reading, state)
    return None


def _read(run: Run) -> Reading:
    return server().readings.of(run, run.status())


def _page_state(reading: Reading) -> PageState:
    status = reading.status
    # Before the first step nothing else is reported, or the page would be redrawn for each change.
    known = status.step > 0 or not status.active
    critic = reading.run.values.get("loss") in CRITICS
    tick_s = None
    if status.active:
        waits = waits_for_first_step(reading.run)
        tick_s = _FIRST_TICK_S if waits else server().viewers.refresh_interval_s()
    return PageState(
        status.state,
        available_charts(reading if known else None, critic),
        known and bool(reading.sample_steps),
        known and bool(reading.record.checkpoints),
        tick_s,
    )
