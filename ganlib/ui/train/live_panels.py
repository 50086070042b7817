"""The parts of a training page that are updated while a run trains: status, curves, samples."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from ganlib import diagnosis, recipes
from ganlib.config import CRITICS, RunConfig
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Label, Run, Status
from ganlib.runs.trainers import config_at
from ganlib.ui.components.errors import errors_shown, show_error
from ganlib.ui.components.text import plain
from ganlib.ui.server.reading import Reading
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import (
    rerun_if_deleted,
    started_within,
    wait_for_first_step,
    waits_for_first_step,
)
from ganlib.ui.train.curves import AvailableCharts, available_charts, chart_options, curves_panel
from ganlib.ui.train.manual_control import last_step_panel, manual_control
from ganlib.ui.train.samples import kind_of
from ganlib.ui.train.samples.panel import samples_options, samples_panel, selected_step
from ganlib.ui.train.status_line import status_line, with_pending_action

# After a start, refreshes are frequent and each waits for the first step: as long as a button may
# take to react, and no more often, because drawing takes processor time from the training. If the
# first step takes long, for example because data are downloaded, refreshes become as rare as usual.
_FIRST_TICK_S = 0.1
_FIRST_WAIT_S = 0.3
_FIRST_REFRESHES_S = 10.0

_Container = AbstractContextManager[Any]


class _Slots(NamedTuple):
    """Containers outside the fragment that it draws into.

    Args:
        status: status line above curves and samples.
        curves: to the left of the samples.
        messages: below the curves.
    """

    status: _Container
    curves: _Container
    messages: _Container


class _PageState(NamedTuple):
    """State of a run on which the rest of the page depends. If it changes, the page reruns.

    Args:
        state: of the shown run.
        has_points: whether the run has finished a step.
        available: the charts for which it has data.
        has_samples: whether there are saved samples.
        data: description of the data; empty until it is known.
        comparing: whether the run it is compared with is active.
        tick_s: seconds between refreshes; None if nothing is active.
    """

    state: str
    has_points: bool
    available: AvailableCharts
    has_samples: bool
    data: str
    comparing: bool
    tick_s: float | None


def live_panels(
    recipe: Recipe, config: RunConfig | None, run: Run | None, status: Status | None
) -> None:
    """Draws status, curves and samples of a run, and updates them while it trains.

    Args:
        recipe: the selected recipe.
        config: the settings in the form; None if one of them is not allowed.
        run: the shown run; None if there is none.
        status: its status; None if there is no run.
    """
    if run is None or status is None:
        _no_run_yet(recipe, config or recipe.Config())
        return
    reading = server().readings.of(run, status)
    page_state = _page_state(recipe, status, reading)
    above = st.container(key="run_status")
    left, right = _columns()
    with left:
        curves = st.container(key="live_loss")
        chart_options(page_state.available)
    # Above the messages, which appear and disappear: buttons that move are hard to press.
    manual_control(recipe, run, status)
    slots = _Slots(above, curves, st.container())
    with right, st.container(key="live_samples"):
        # This container always exists; otherwise the samples would be mounted again when the
        # options appear before them.
        with st.container():
            if page_state.has_samples:
                samples_options(recipe, reading)
        st.fragment(_live, run_every=page_state.tick_s)(run, run.label(), page_state, slots)
    _data(run, page_state)


def _expects_first_step(run: Run) -> bool:
    """Whether the run was just started in this session and its first step is expected soon."""
    return started_within(_FIRST_REFRESHES_S, run.id) and waits_for_first_step(run)


def _columns() -> Sequence[_Container]:
    return st.columns([6, 5], gap="medium")


def _live(run: Run, label: Label, page_state: _PageState, slots: _Slots) -> None:
    with rerun_if_deleted(run):
        _draw(run, label, page_state, slots)


def _draw(run: Run, label: Label, page_state: _PageState, slots: _Slots) -> None:
    try:
        if page_state.tick_s == _FIRST_TICK_S:
            wait_for_first_step(run, _FIRST_WAIT_S)
        status = run.status()
    except UserError as error:
        with slots.status:
            show_error(error)
        _fill_slots(slots.curves, slots.messages)
        return
    reading = server().readings.of(run, status)
    recipe = recipes.get(run.recipe)
    with slots.status:
        _status(
            with_pending_action(
                status, manager().requested(run.id), slow=manager().is_slow(run.id)
            ),
            label,
        )
        with errors_shown():
            for gap in reading.record.gaps:
                st.warning(gap.sentence(), icon=":material/warning:")
    with slots.curves, errors_shown():
        curves_panel(reading, recipe.page, page_state.available)
    with errors_shown():
        samples_panel(recipe, reading, status)
    with slots.messages:
        _messages(recipe, status, reading, page_state.available.discriminator)
    # The buttons and this fragment's timer are set by the page.
    if _page_state(recipe, status, reading) != page_state:
        st.rerun()


def _fill_slots(*slots: _Container) -> None:
    """Draws into each slot: a fragment may update a container only if it drew into it at first."""
    for slot in slots:
        with slot:
            st.empty()


def _status(status: Status, label: Label) -> None:
    status_line(status, label)
    if status.state == "failed":
        show_error(status.message)
    elif status.state == "interrupted":
        st.warning(
            f"{plain(status.message)} Resume continues from its last checkpoint.",
            icon=":material/warning:",
        )
    elif status.active and status.message:
        st.warning(plain(status.message), icon=":material/warning:")
    if status.state == "queued":
        st.caption("Queued. **Home** shows the runs before it.")


def _messages(recipe: Recipe, status: Status, reading: Reading, discriminator: str) -> None:
    if kind_of(recipe).has_single_steps and status.active:
        # Errors in the list of changes are shown in place of the curves.
        with suppress(UserError):
            last_step_panel(reading.run, status, discriminator)
    text = ""
    # Errors in the history are shown in place of the curves.
    with suppress(UserError):
        text = _diagnosis(recipe, reading, status)
    # Also if it is empty: see `_fill_slots`.
    st.caption(text)


def _data(run: Run, page_state: _PageState) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if page_state.data:
            st.caption(f"Data: {plain(page_state.data)}.")
        if page_state.has_samples:
            st.page_link(
                "pages/distributions.py",
                label="Compare real and generated values",
                icon=":material/bar_chart:",
                query_params={"run": run.id},
            )


def _diagnosis(recipe: Recipe, reading: Reading, status: Status) -> str:
    """Diagnosis of the selected step; it begins with the step's number if it is not the newest."""
    steps, history = reading.sample_steps, reading.history
    step = selected_step(reading) if steps else 0
    older = bool(steps) and step != steps[-1]
    scores = reading.scores.at(step) if older else status.scores
    rows = int(np.searchsorted(history.step, step, side="right")) if older else len(history)
    text = ""
    if rows:
        text = diagnosis.describe_balance({name: history[name][:rows] for name in history.names})
        if "modes" in scores and (peaks := recipe.peaks(config_at(reading.run))):
            text += " " + diagnosis.describe_modes(scores["modes"], peaks, scores["high_quality"])
        # Own columns with two rows have a floor of 0.
        if recipe.score in scores and (floor := scores.get(recipe.score_floor, 0.0)) > 0:
            text += " " + diagnosis.describe_distance(scores[recipe.score], floor)
    if not older:
        return text
    text = text or "Nothing has been learned yet."
    return f"**At step {step:,}**: {text[:1].lower()}{text[1:]}"


def _no_run_yet(recipe: Recipe, config: RunConfig) -> None:
    st.caption(" ")
    left, right = _columns()
    available = available_charts(None, config.is_critic)
    with left:
        with st.container(key="live_loss"):
            curves_panel(None, recipe.page, available)
        chart_options(available)
    with right, st.container(key="live_samples"), st.container(border=True):
        st.markdown("#### What will happen")
        picture = kind_of(recipe).picture
        opponent = "critic] scores how real they are"
        if not config.is_critic:
            opponent = "discriminator] says which are real"
        st.markdown(
            "Press **Start**. Two networks train against each other: the "
            f":orange[generator] turns noise into samples, the :green[{opponent}. Charts show "
            f"their losses, and here {picture} shows the generated samples."
        )
        st.caption(plain(_data_sentence(recipe, config)))


def _data_sentence(recipe: Recipe, config: RunConfig) -> str:
    try:
        return f"Data: {recipe.data_sentence(config)}"
    except UserError as error:
        return str(error)


def _page_state(recipe: Recipe, status: Status, reading: Reading) -> _PageState:
    has_points = status.step > 0
    # Before the first step nothing else is reported, or the page would be redrawn for each change.
    known = has_points or not status.active
    critic = reading.run.values.get("loss") in CRITICS
    available = available_charts(reading if known else None, critic)
    has_samples = known and bool(reading.sample_steps)
    data = status.data if known else ""
    comparing = kind_of(recipe).awaits_other_run()
    tick_s = server().viewers.refresh_interval_s() if status.active or comparing else None
    if _expects_first_step(reading.run):
        tick_s = _FIRST_TICK_S
    return _PageState(status.state, has_points, available, has_samples, data, comparing, tick_s)
