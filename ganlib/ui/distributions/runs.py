"""Comparison of samples of runs, at any saved step."""

from collections.abc import Sequence

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.runs import Run, RunSummary
from ganlib.ui.components.errors import show_error
from ganlib.ui.components.time_slider import time_slider
from ganlib.ui.distributions.distributions import distributions
from ganlib.ui.distributions.over_steps import over_steps
from ganlib.ui.distributions.panels import Compared, compare_panels
from ganlib.ui.run.status_line import status_text
from ganlib.ui.server.server import manager

_TICK_S = 1.0


def compare_run() -> None:
    """Compares real and generated samples of one run, live while it trains."""
    names = {summary.id: summary.label.name for summary in trained_runs()}
    if not names:
        st.info(
            "No run has samples yet. Start one on any training page, or compare two columns of a "
            "table of your own.",
            icon=":material/info:",
        )
        return
    asked = st.query_params.get("run")
    # Not the run that this page put into the address itself, but one from a link.
    if asked in names and asked != st.session_state.get("distributions.asked"):
        st.session_state["compare.run"] = asked
    elif st.session_state.get("compare.run") not in names:
        st.session_state["compare.run"] = next(iter(names))
    run_id = str(
        st.selectbox(
            "Run",
            list(names),
            format_func=lambda run_id: names[run_id],
            key="compare.run",
            persist_state="session",
        )
    )
    st.query_params["run"] = st.session_state["distributions.asked"] = run_id
    run = manager().store.open(run_id)
    active = run.status().active
    st.fragment(_watch, run_every=_TICK_S if active else None)(run, active)


def _watch(run: Run, active: bool) -> None:
    try:
        status = run.status()
        st.caption(f"{recipes.get(run.recipe).title} · {status_text(status)}")
        steps = run.sample_steps()
        step = time_slider(steps, key=f"{run.id}.time", total=status.steps)
        if step is None:
            st.caption("No samples yet.")
        else:
            run_at_step(run, steps, step, live=status.active)
    except UserError as error:
        if not run.path.is_dir():
            st.rerun()
        show_error(error)
        return
    # The fragment's timer is set by the page.
    if status.active != active:
        st.rerun()


def run_at_step(run: Run, steps: Sequence[int], step: int, *, live: bool) -> None:
    """Compares real and generated samples of a run at a step, and over training.

    Args:
        run: the run.
        steps: all steps with saved samples.
        step: one of them.
        live: whether the comparison must be fast, because the run trains.
    """
    found = distributions(run, step)
    title = _quantity(list(found))
    key, place = f"{run.id} {step} {title}", f"{run.id} {title}"
    compare_panels(Compared(key, place, f"{title} at step {step:,}", found[title], live=live))
    over_steps(run, steps, step, title)


def _quantity(titles: list[str]) -> str:
    key = "compare.quantity"
    if st.session_state.get(key) not in titles:
        st.session_state[key] = titles[0]
    if len(titles) == 1:
        return titles[0]
    chosen = st.segmented_control(
        "Quantity", titles, key=key, required=True, persist_state="session"
    )
    return chosen or titles[0]


def trained_runs() -> list[RunSummary]:
    """Returns the runs that can be read and have started training, newest first."""
    known = recipes.all_recipes()
    return [
        summary
        for summary in manager().store.list()
        if summary.status and summary.status.device and summary.recipe in known
    ]
