"""What moves while a run trains: status, curves and samples."""

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
from ganlib.runs.trainers import config_now
from ganlib.ui.components.errors import errors_shown, show_error
from ganlib.ui.components.text import plain
from ganlib.ui.server.reading import READINGS, Reading
from ganlib.ui.server.services import manager
from ganlib.ui.server.session import (
    anew_where_gone,
    started_within,
    wait_for_first_step,
    waits_for_first_step,
)
from ganlib.ui.server.viewers import refresh_interval_s
from ganlib.ui.train.curves import Offered, chart_options, curves_panel, offered_by
from ganlib.ui.train.hands_on import hands_on, what_happens
from ganlib.ui.train.plane_samples import trains_beside
from ganlib.ui.train.samples import samples_options, samples_panel, step_shown
from ganlib.ui.train.status_line import status_line, with_pending_action

_PICTURES = {"scalar": "a histogram", "plane": "a cloud of points", "image": "a grid of images"}
# Until the first step is there, a look waits for it, but not longer than a button may; and a page
# that is drawn too often takes the processor from what it waits for. Where the step takes longer
# than most, because data are being fetched, looks are as rare as ever.
_FIRST_TICK_S = 0.1
_FIRST_LOOK_S = 0.3
_FIRST_LOOKS_S = 10.0

_Container = AbstractContextManager[Any]


class _Places(NamedTuple):
    """Containers of the page that what moves draws into, so that what does not move stays.

    Args:
        status: over the whole width.
        curves: beside the samples.
        said: what is said about both, below them.
    """

    status: _Container
    curves: _Container
    said: _Container


class _Stage(NamedTuple):
    """What the rest of the page depends on.

    Args:
        state: of the run on view.
        began: whether there is a first point.
        offered: the charts that it has figures for.
        sampled: whether there are samples.
        data: what it trains on, once that is known.
        beside: whether another run trains that stands beside it.
        tick_s: from one look at what trains to the next; None where nothing does.
    """

    state: str
    began: bool
    offered: Offered
    sampled: bool
    data: str
    beside: bool
    tick_s: float | None


def live_panels(
    recipe: Recipe, config: RunConfig | None, run: Run | None, status: Status | None
) -> None:
    """Status, curves and samples of a run, kept up to date while it trains.

    Args:
        recipe: what the page has chosen.
        config: its knobs; None where the form holds a value that is not allowed.
        run: the run on view; None before the first.
        status: its status, as the rest of the page shows it.
    """
    if run is None or status is None:
        _before_the_first(recipe, config or recipe.Config())
        return
    reading = READINGS.of(run, status)
    drawn = _stage(recipe, status, reading)
    above = st.container(key="run_status")
    left, right = _columns()
    with left:
        curves = st.container(key="live_loss")
        chart_options(drawn.offered)
    # Above what is said, which comes and goes: buttons that move are hard to press.
    hands_on(recipe, run, status)
    places = _Places(above, curves, st.container())
    with right, st.container(key="live_samples"):
        # There from the first, or the samples would be mounted anew behind what comes.
        with st.container():
            if drawn.sampled:
                samples_options(recipe, reading)
        st.fragment(_live, run_every=drawn.tick_s)(run, run.label(), drawn, places)
    _data(run, drawn)


def _begins(run: Run) -> bool:
    """Whether whoever started it here waits for a first step that comes in a moment."""
    return started_within(_FIRST_LOOKS_S, run.id) and waits_for_first_step(run)


def _columns() -> Sequence[_Container]:
    return st.columns([6, 5], gap="medium")


def _live(run: Run, label: Label, drawn: _Stage, places: _Places) -> None:
    with anew_where_gone(run):
        _draw(run, label, drawn, places)


def _draw(run: Run, label: Label, drawn: _Stage, places: _Places) -> None:
    try:
        if drawn.tick_s == _FIRST_TICK_S:
            wait_for_first_step(run, _FIRST_LOOK_S)
        status = run.status()
    except UserError as error:
        with places.status:
            show_error(error)
        _begin(places.curves, places.said)
        return
    reading = READINGS.of(run, status)
    recipe = recipes.get(run.recipe)
    with places.status:
        _status(
            with_pending_action(status, manager().asked(run.id), slow=manager().is_slow(run.id)),
            label,
        )
    with places.curves, errors_shown():
        curves_panel(reading, recipe.page, drawn.offered)
    with errors_shown():
        samples_panel(recipe, reading, status)
    with places.said:
        _said(recipe, status, reading, drawn.offered.judge)
    # The buttons and this fragment's own timer belong to the page, which must hear of it.
    if _stage(recipe, status, reading) != drawn:
        st.rerun()


def _begin(*places: _Container) -> None:
    """A tick may draw into a place of the page only where something was drawn with the page."""
    for place in places:
        with place:
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


def _said(recipe: Recipe, status: Status, reading: Reading, judge: str) -> None:
    if recipe.kind != "image" and status.active:
        # Changes that cannot be read were told of beside the curves.
        with suppress(UserError):
            what_happens(reading.run, status, judge)
    said = ""
    # A history that cannot be read was told of above.
    with suppress(UserError):
        said = _diagnosis(recipe, reading, status)
    # Also where there is nothing to say: see `_begin`.
    st.caption(said)


def _data(run: Run, drawn: _Stage) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if drawn.data:
            st.caption(f"Data: {plain(drawn.data)}.")
        if drawn.sampled:
            st.page_link(
                "pages/distributions.py",
                label="Compare real and generated values",
                icon=":material/bar_chart:",
                query_params={"run": run.id},
            )


def _diagnosis(recipe: Recipe, reading: Reading, status: Status) -> str:
    """Of the step whose samples are on view: the newest, or an older one that it names."""
    steps, history = reading.sample_steps, reading.history
    shown = step_shown(reading) if steps else 0
    older = bool(steps) and shown != steps[-1]
    scores = reading.scores.at(shown) if older else status.scores
    rows = int(np.searchsorted(history.step, shown, side="right")) if older else len(history)
    said = ""
    if rows:
        said = diagnosis.sentence({name: history[name][:rows] for name in history.names})
        if "modes" in scores and (peaks := recipe.peaks(config_now(reading.run))):
            said += " " + diagnosis.of_modes(scores["modes"], peaks, scores["high_quality"])
        # Runs of earlier versions have no floor; own columns of two rows have a floor of 0.
        if recipe.score in scores and (floor := scores.get(recipe.score_floor, 0.0)) > 0:
            said += " " + diagnosis.of_distance(scores[recipe.score], floor)
    if not older:
        return said
    said = said or "Nothing has been learned yet."
    return f"**At step {shown:,}**: {said[:1].lower()}{said[1:]}"


def _before_the_first(recipe: Recipe, config: RunConfig) -> None:
    st.caption(" ")
    left, right = _columns()
    offered = offered_by(None, config.is_critic)
    with left:
        with st.container(key="live_loss"):
            curves_panel(None, recipe.page, offered)
        chart_options(offered)
    with right, st.container(key="live_samples"), st.container(border=True):
        st.markdown("#### What will happen")
        what = _PICTURES[recipe.kind]
        judge = "critic] scores how real they are"
        if not config.is_critic:
            judge = "discriminator] says which are real"
        st.markdown(
            "Press **Start**. Two networks train against each other: the "
            f":orange[generator] turns noise into samples, the :green[{judge}. Their losses "
            f"appear on the left, and here {what} shows the generated samples."
            ""
        )
        st.caption(plain(_data_sentence(recipe, config)))


def _data_sentence(recipe: Recipe, config: RunConfig) -> str:
    try:
        return f"Data: {recipe.data_sentence(config)}"
    except UserError as error:
        return str(error)


def _stage(recipe: Recipe, status: Status, reading: Reading) -> _Stage:
    began = status.step > 0
    # All that comes before the first step comes to the page with it, or it would be drawn for each.
    known = began or not status.active
    offered = offered_by(reading if known else None, reading.run.config.get("loss") in CRITICS)
    sampled = known and bool(reading.sample_steps)
    data = status.data if known else ""
    beside = recipe.kind == "plane" and trains_beside()
    tick_s = refresh_interval_s() if status.active or beside else None
    if _begins(reading.run):
        tick_s = _FIRST_TICK_S
    return _Stage(status.state, began, offered, sampled, data, beside, tick_s)
