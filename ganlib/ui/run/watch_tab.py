"""What changes while a run trains: figures, samples, curves, and a sentence on all of them."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import streamlit as st

from ganlib import diagnosis
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.quality import first_close_step, real_score
from ganlib.runs.trainers import config_at
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.text import plain
from ganlib.ui.present import presenting
from ganlib.ui.run.curves import AvailableCharts, chart_options, curves_panel
from ganlib.ui.run.figures import figures_row, scores_at
from ganlib.ui.run.manual_control import last_step_panel, manual_control
from ganlib.ui.run.samples import kind_of
from ganlib.ui.run.samples.panel import (
    more_samples,
    samples_panel,
    selected_step,
    step_slider,
)
from ganlib.ui.server.reading import Reading
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import RUN, page_of
from ganlib.viz.metric_specs import name_of_score


def watch_tab(
    reading: Reading, available: AvailableCharts, has_samples: bool
) -> Callable[[Reading], None]:
    """Draws the controls of charts and samples.

    Args:
        reading: of the shown run.
        available: the charts that can be selected.
        has_samples: whether there are saved samples.
    Returns:
        A function that draws figures, samples and curves.
    """
    if not presenting():
        figures = st.container(key="run_figures")
    left, right = st.columns([7, 4] if presenting() else [6, 4], gap="medium")
    with left:
        samples = st.container(key="live_samples")
    with right:
        curves = st.container(key="live_loss")
    slider = st.container(key="run_slider")
    sentence = st.container(key="run_sentence")
    if presenting():
        # The picture comes first.
        figures = st.container(key="run_figures")
    else:
        with left, st.container():
            if has_samples:
                kind_of(reading.recipe).options(reading)
        with right:
            chart_options(available)
        manual_control(reading)
        more_samples(reading)
        if reading.status.data:
            st.caption(f"Data: {plain(reading.status.data)}.")
        _origin(reading.run)

    # A fragment of its own: moving the slider does not draw the curves again.
    @st.fragment
    def at_step(reading: Reading) -> None:
        step = selected_step(reading)
        with figures:
            figures_row(reading, step)
        with samples, errors_shown():
            samples_panel(reading, step)
        with slider:
            step_slider(reading)
        with sentence:
            _sentence(reading, step, available.discriminator)

    def redraw(reading: Reading) -> None:
        with curves, errors_shown():
            curves_panel(reading, available)
        at_step(reading)

    return redraw


def _sentence(reading: Reading, step: int | None, discriminator: str) -> None:
    # Errors in the journal are shown in place of the curves.
    with suppress(UserError):
        if kind_of(reading.recipe).has_single_steps and reading.status.active:
            last_step_panel(reading.run, reading.status, discriminator)
    text = ""
    with suppress(UserError):
        text = describe(reading, step)
    # Also if it is empty: a fragment may update a container only if it drew into it at first.
    st.markdown(text)


def describe(reading: Reading, step: int | None) -> str:
    """Describes a step in a sentence, which begins with the step unless it is the newest.

    Args:
        reading: of the run.
        step: with saved samples; None if there are none.
    """
    recipe, history, steps = reading.recipe, reading.history, reading.sample_steps
    scored, scores = scores_at(reading, step)
    older, rows = False, len(history)
    if step is not None and step != steps[-1]:
        older, rows = True, history.rows_until(step)
    text = ""
    if rows:
        text = diagnosis.describe_balance(
            {name: history[name][:rows] for name in ("step", *history.names)}
        )
        if "modes" in scores and (peaks := recipe.peaks(config_at(reading.run))):
            text += " " + diagnosis.describe_modes(scores["modes"], peaks, scores["high_quality"])
        if quality := _quality(recipe, scores):
            text += f" {quality}"
            if scored is not None and scored != step:
                text += f" That was measured at step {scored:,}."
        first = first_close_step(recipe, reading.scores)
        if first is not None and first <= (steps[-1] if step is None else step):
            # Later samples may be farther away again.
            text += f" Samples were first close to real ones at step {first:,}."
    if not older:
        return text.strip()
    text = text.strip() or "Nothing has been learned yet."
    return f"**At step {step:,}**: {text[:1].lower()}{text[1:]}"


def _quality(recipe: Recipe, scores: Mapping[str, float]) -> str:
    if recipe.score not in scores:
        return ""
    value, real = scores[recipe.score], real_score(recipe, scores)
    if real is None:
        return ""
    if recipe.score_floor:
        return diagnosis.describe_distance(value, real)
    return diagnosis.describe_quality(name_of_score(recipe.score), value, real)


def _origin(run: Run) -> None:
    """Shows the step at which a run was forked and a link to its parent; nothing for others."""
    if run.parent is None:
        return
    text = f"Forked at step {run.parent.step:,}. Earlier points come from"
    try:
        parent = manager().store.open(run.parent.run)
    except UserError:
        st.caption(f"{text} a deleted run.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text, width="content")
        st.page_link(
            page_of(run.recipe),
            label="the original run",
            icon=":material/arrow_back:",
            query_params={RUN: parent.id},
        )
