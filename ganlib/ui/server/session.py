"""The run in the address, and what this browser session remembers of runs."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.runs import Run
from ganlib.ui.server.server import manager

# Query parameters with the id of the shown run, of a run to fork, and with the open tab.
RUN, FORK, TAB = "run", "fork", "tab"
# Query parameter with the ids of the compared runs.
RUNS = "runs"
# Session state key of the step selected on the page Compare.
SLIDER = "compare.slider"
# Session state key of the last run started in this session: its id, and until when a page waits for
# its first step. If that takes long, for example because data are downloaded, it no longer does.
_STARTED, _START_S = "started", 10.0
# Small networks finish their first step within a third of a second.
_WAIT_S = 0.4


def run_names(run_id: str) -> dict[str, str]:
    """Returns the name of a run by its id, for messages; nothing if the run has been deleted."""
    with suppress(UserError):
        return {run_id: manager().store.open(run_id).label().name}
    return {}


def page_of(recipe_name: str) -> str:
    """Returns the file of the page that shows a recipe and its runs."""
    return f"pages/{recipes.get(recipe_name).page}.py"


def addressed_run(page: str) -> Run | None:
    """Returns the run in the address; None if the address names no run.

    The run of another page is opened there.

    Args:
        page: the current page, such as "toy".
    Raises:
        UserError: the run cannot be shown.
    """
    run_id = st.query_params.get(RUN, "")
    if not run_id:
        return None
    run = manager().store.open(run_id)
    run.status()  # raises if the run is of a later version
    if recipes.get(run.recipe).page != page:
        open_run(run)
    return run


@dataclass
class Press:
    """What a drawn button has started. Each drawing of the button passes a new one to its callback.

    If the second click of a double click comes before the button is drawn again, its callback gets
    the same `Press`, finds the runs of the first click in it, and starts none.
    """

    run_ids: list[str] = field(default_factory=list)


def show_run(run_id: str) -> None:
    """Makes the current page show a run, or the entry page if the id is empty.

    In a callback, the address is sent to the browser before the page is drawn, so that a reload
    in the meantime shows the run.
    """
    st.session_state[TAB] = "Watch"
    st.query_params.pop(FORK, None)
    if run_id:
        st.query_params[RUN] = run_id
    else:
        st.query_params.pop(RUN, None)


def open_run(run: Run) -> None:
    """Opens the page of a run, with the run in its address."""
    st.switch_page(page_of(run.recipe), query_params={RUN: run.id})


def open_comparison(run_ids: Sequence[str], by: str = "") -> None:
    """Opens the page Compare with runs in its address, the metrics of their recipes, and the
    slider at the newest step.

    Args:
        run_ids: ids of the runs.
        by: what they are grouped by; see `compare.settings.group_choices`. Empty for nothing.
    """
    for choice in ("metrics", "quantity", "group", SLIDER):
        st.session_state.pop(choice, None)
    group = {"group": by} if by else {}
    st.switch_page("pages/compare.py", query_params={RUNS: list(run_ids), **group})


def record_start(run_id: str) -> None:
    """Records the start of a run in this session, and waits a moment for its first step.

    The wait makes the page complete sooner: otherwise it would be drawn three times, for the
    states waiting, building and training.
    """
    st.session_state[_STARTED] = run_id, time.monotonic() + _START_S
    wait_for_first_step(manager().store.open(run_id))


def wait_for_first_step(run: Run) -> None:
    """Waits a moment as long as `waits_for_first_step`."""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline and waits_for_first_step(run):
        time.sleep(0.02)


def waits_for_first_step(run: Run) -> bool:
    """Returns whether this session has just started a run that this server trains, and that has
    not finished its first step."""
    started, until = st.session_state.get(_STARTED, ("", 0.0))
    if started != run.id or time.monotonic() > until:
        return False
    if run.id not in manager().active()[: manager().cap]:
        return False
    status = run.status()
    return status.active and not status.step


@contextmanager
def rerun_if_deleted(run: Run) -> Iterator[None]:
    """Reruns the page if the run is deleted while the block draws it.

    Args:
        run: the shown run.
    """
    try:
        yield
    except (UserError, OSError):
        if run.path.is_dir():
            raise
        st.rerun()
