"""Curves of a run over training: the losses, and a second chart of the user's choice."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from ganlib.errors import UserError
from ganlib.events import Change
from ganlib.runs.run import Parent
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.components.text import words
from ganlib.ui.present import scaled
from ganlib.ui.server.reading import Reading
from ganlib.viz.chart import Chart
from ganlib.viz.curve_figures import marked, metric_figure
from ganlib.viz.curves import CurvesInfo, GrowingCurves, Mark, curves_info
from ganlib.viz.layout import XKind
from ganlib.viz.metric_specs import (
    LOSSES,
    METRICS,
    MetricSpec,
    available_metrics,
    default_metric,
)

_LOSS_HEIGHT = 230
_SECOND_HEIGHT = 170
# Of both charts and the time slider.
CURSOR_LINK = "run"


class _ChartOptions(NamedTuple):
    """Settings of both charts.

    Args:
        discriminator: "discriminator" or "critic".
        smoothing: weight of the past in the running mean.
        log: whether the vertical axes are logarithmic.
        x_kind: unit of the horizontal axes.
    """

    discriminator: str
    smoothing: float
    log: bool
    x_kind: XKind


class AvailableCharts(NamedTuple):
    """The charts that can be selected below the losses.

    Args:
        charts: their names.
        critic: whether the run trains a critic instead of a discriminator.
    """

    charts: tuple[str, ...]
    critic: bool

    @property
    def discriminator(self) -> str:
        """Name of the opponent of the generator: "discriminator" or "critic"."""
        return "critic" if self.critic else "discriminator"

    @property
    def key(self) -> str:
        """Session state key of the selection; runs with a critic have their own."""
        return "chart.second.critic" if self.critic else "chart.second"

    def chosen(self) -> str:
        """Returns the selected chart, or the default if this run does not have it."""
        name = st.session_state.get(self.key)
        return name if name in self.charts else default_metric(self.charts, self.critic)


def available_charts(reading: Reading | None, critic: bool) -> AvailableCharts:
    """Returns the charts for which a run has data.

    Args:
        reading: of the run; None if the page shows no run.
        critic: whether the run trains a critic; used only if it has no metrics yet.
    """
    columns: set[str] = set()
    if reading:
        # Read errors are shown where the data is drawn.
        with suppress(UserError):
            columns.update(reading.history.names)
            critic = "critic_distance" in columns if columns else critic
            columns.update(reading.scores.values)
    return AvailableCharts(available_metrics(columns, critic), critic)


def curves_panel(reading: Reading, available: AvailableCharts) -> None:
    """Draws both charts with the settings of `chart_options`.

    Args:
        reading: of the shown run.
        available: the charts that can be selected.
    """
    second, state = METRICS[available.chosen()], st.session_state
    options = _ChartOptions(
        discriminator=available.discriminator,
        smoothing=float(state.get("chart.smoothing", 0.9)),
        log=bool(state.get("chart.log", False)),
        x_kind="seconds" if state.get("chart.x") == "Seconds" else "step",
    )
    for spec, key, height in (
        (LOSSES, "run.loss", _LOSS_HEIGHT),
        (second, "run.second", _SECOND_HEIGHT),
    ):
        make = partial(_chart, reading, spec, options)
        chart = reading.cached((spec.name, options), make)
        revision = f"{reading.run.id} {spec.name}"
        live_chart(chart, key, scaled(height), spec.alt, revision, cursor_link=CURSOR_LINK)


def cursor_at(reading: Reading, step: int) -> float | None:
    """Returns the position of a step on the horizontal axes; None for the newest step.

    Args:
        reading: of the shown run.
        step: with saved samples.
    """
    if step == reading.sample_steps[-1]:
        return None
    if st.session_state.get("chart.x") != "Seconds":
        return float(step)
    return float(reading.history.seconds_at(np.array([step]))[0])


def _chart(reading: Reading, spec: MetricSpec, options: _ChartOptions) -> Chart:
    history = reading.history
    steps = history.values[0]
    x = history.time_s if options.x_kind == "seconds" else steps
    marks = _marks(reading.record.changes, reading.run.parent, steps, x)
    length = float(x[-1]) if len(x) else 0.0
    return marked(metric_figure(spec, _info(reading, spec, options)), marks, length)


def _info(reading: Reading, spec: MetricSpec, options: _ChartOptions) -> CurvesInfo:
    """The curves of one chart."""
    history, log = reading.history, spec.is_log(options.log)
    curves = {
        name.format(discriminator=options.discriminator): metric
        for name, metric in spec.curves.items()
    }
    steps, seconds = history.values[0], history.time_s
    if spec.of_samples:
        scores = reading.scores
        x = scores.step if options.x_kind == "step" else history.seconds_at(scores.step)
        # Runs of earlier versions do not have all scores.
        values = {
            name: scores.values[metric]
            for name, metric in curves.items()
            if metric in scores.values
        }
        return curves_info(x, values, x_kind=options.x_kind, log=log)
    x = steps if options.x_kind == "step" else seconds
    series = {
        name: history[metric] if metric in history.names else 0 * x
        for name, metric in curves.items()
    }
    smoothing = options.smoothing if spec.smoothed else 0.0

    def begin() -> GrowingCurves:
        return GrowingCurves(series, smoothing=smoothing, log=log)

    # Only new steps are processed.
    key = (spec.name, tuple(series), smoothing, log)
    with reading.growing(key, begin) as growing:
        growing.extend(series)
        return growing.info(x, options.x_kind)


def _marks(
    changes: Sequence[Change], parent: Parent | None, steps: np.ndarray, x: np.ndarray
) -> list[Mark]:
    """Marks where the run was forked and where settings were changed."""
    texts = [(parent.step, f"Forked at step {parent.step:,}")] if parent else []
    changed: dict[int, dict[str, object]] = {}
    for change in changes:
        # Of several changes after the same step, the last one takes effect.
        changed.setdefault(change.step, {}).update(change.knobs)
    for step, knobs in changed.items():
        if values := [f"{words(name)} {words(value)}" for name, value in knobs.items()]:
            texts.append((step, "<br>".join([f"From step {step + 1:,} on:", *values])))
    at = np.searchsorted(steps, [step for step, _ in texts], side="right")
    return [
        Mark(float(x[min(int(index), len(x) - 1)]), text)
        for index, (_, text) in zip(at, texts, strict=True)
        if len(x)
    ]


def chart_options(available: AvailableCharts) -> None:
    """Draws the widgets for the second chart, axes and smoothing; all runs and pages share them.

    They are not part of the fragment that is redrawn at every refresh, because four widgets
    take as long as both charts.

    Args:
        available: the charts that can be selected.
    """
    for key, value in (("smoothing", 0.9), ("log", False), ("x", "Steps")):
        st.session_state.setdefault(f"chart.{key}", value)
    st.session_state[available.key] = available.chosen()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Second chart",
            available.charts,
            key=available.key,
            persist_state="session",
            width=200,
            help="\n\n".join(f"**{name}**: {METRICS[name].help}" for name in available.charts),
        )
        with st.popover("Axes", icon=":material/tune:"):
            st.segmented_control(
                "Horizontal axis", ["Steps", "Seconds"], key="chart.x", persist_state="session"
            )
            st.toggle("Logarithmic vertical axis", key="chart.log", persist_state="session")
            st.slider(
                "Smoothing",
                0.0,
                0.99,
                key="chart.smoothing",
                persist_state="session",
                help="How strongly curves are smoothed. The raw values stay visible as a shadow.",
            )
