"""Curves of a run over training: its losses, and a second chart that can be chosen."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import NamedTuple

import numpy as np
import streamlit as st

from ganlib.errors import UserError
from ganlib.events import Change
from ganlib.runs.metrics_reader import History
from ganlib.runs.run import Parent
from ganlib.ui.components.aligned import lower_control
from ganlib.ui.components.live_chart import Shown, live_charts
from ganlib.ui.components.text import words
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

_LOSS_HEIGHT = 270
_SECOND_HEIGHT = 170


class _Look(NamedTuple):
    """What decides how the same history looks.

    Args:
        second: name of the second chart.
        judge: "discriminator" or "critic".
        smoothing: weight of the past in the running mean.
        log: whether the vertical axes are logarithmic.
        x_kind: what the horizontal axes are.
    """

    second: str
    judge: str
    smoothing: float
    log: bool
    x_kind: XKind


class Offered(NamedTuple):
    """The charts that can stand below the losses.

    Args:
        charts: their names.
        critic: whether a critic judges the samples, and no discriminator.
    """

    charts: tuple[str, ...]
    critic: bool

    @property
    def judge(self) -> str:
        return "critic" if self.critic else "discriminator"

    @property
    def key(self) -> str:
        """Of what was chosen, which runs with a critic remember for themselves."""
        return "chart.second.critic" if self.critic else "chart.second"

    def chosen(self) -> str:
        """What another run offers, this one may not."""
        name = st.session_state.get(self.key)
        return name if name in self.charts else default_metric(self.charts, self.critic)


def offered_by(reading: Reading | None, critic: bool) -> Offered:
    """What a run has figures for.

    Args:
        reading: of the run; None before the first.
        critic: whether a run that has no figures yet will have those of a critic.
    """
    columns: set[str] = set()
    if reading:
        # What cannot be read is told of where it is drawn.
        with suppress(UserError):
            columns.update(reading.history.names)
            critic = "critic_distance" in columns if columns else critic
            columns.update(reading.scores.values)
    return Offered(available_metrics(columns, critic), critic)


def curves_panel(reading: Reading | None, page: str, offered: Offered) -> None:
    """Both charts, as `chart_options` has them.

    Args:
        reading: of the run on view; None draws empty charts, which fetches the chart library
            early.
        page: keeps the charts of the pages apart.
        offered: the charts that the second can be.
    """
    second = METRICS[offered.chosen()]
    options = st.session_state
    look = _Look(
        second=second.name,
        judge=offered.judge,
        smoothing=float(options.get("chart.smoothing", 0.9)),
        log=bool(options.get("chart.log", False)),
        x_kind="seconds" if options.get("chart.x") == "Seconds" else "step",
    )
    if reading:
        changes, parent = reading.run.changes(), reading.run.parent
        losses, below = reading.once(
            (look, len(changes)),
            lambda: _charts(reading, changes, parent, look),
        )
    else:
        losses, below = _charts(reading, (), None, look)
    live_charts(
        Shown(losses, f"{page}.loss", _LOSS_HEIGHT, LOSSES.alt.format(judge=look.judge)),
        Shown(below, f"{page}.second", _SECOND_HEIGHT, second.alt.format(judge=look.judge)),
    )


def _charts(
    reading: Reading | None, changes: Sequence[Change], parent: Parent | None, look: _Look
) -> tuple[Chart, Chart]:
    """Losses, and the second chart."""
    history = reading.history if reading else History()
    steps = history.values[0]
    x = history.time_s if look.x_kind == "seconds" else steps
    marks, length = _marks(changes, parent, steps, x), float(x[-1]) if len(x) else 0.0

    def chart(spec: MetricSpec) -> Chart:
        info = _info(reading, history, spec, look)
        revision = f"{reading.run.id if reading else ''}.{look.x_kind}.{look.log}.{spec.name}"
        return marked(metric_figure(spec, info, uirevision=revision), marks, length)

    return chart(LOSSES), chart(METRICS[look.second])


def _info(reading: Reading | None, history: History, spec: MetricSpec, look: _Look) -> CurvesInfo:
    """The curves of a metric."""
    smoothing, log = look.smoothing if spec.smoothed else 0.0, spec.is_log(look.log)
    curves = {name.format(judge=look.judge): metric for name, metric in spec.curves.items()}
    if spec.of_samples and reading:
        scores = reading.scores
        # At step 0 no second has passed yet. A log that was damaged may lack steps.
        at = np.searchsorted(history.values[0], scores.step, side="right")
        x = scores.step if look.x_kind == "step" else np.concatenate([[0.0], history.time_s])[at]
        values = {name: scores.values[metric] for name, metric in curves.items()}
        return curves_info(x, values, x_kind=look.x_kind, smoothing=smoothing, log=log)
    x = history.time_s if look.x_kind == "seconds" else history.values[0]
    series = {
        name: history[metric] if metric in history.names else 0 * x
        for name, metric in curves.items()
    }
    return _growing(reading, spec.name, x, series, look.x_kind, smoothing, log)


def _growing(
    reading: Reading | None,
    chart: str,
    x: np.ndarray,
    series: dict[str, np.ndarray],
    x_kind: XKind,
    smoothing: float,
    log: bool,
) -> CurvesInfo:
    """The curves of a chart of the history, of which only new steps are looked at."""

    def begin() -> GrowingCurves:
        return GrowingCurves(series, smoothing=smoothing, log=log)

    key = (chart, tuple(series), smoothing, log)
    with reading.growing(key, begin) if reading else nullcontext(begin()) as curves:
        curves.extend(series)
        return curves.info(x, x_kind)


def _marks(
    changes: Sequence[Change], parent: Parent | None, steps: np.ndarray, x: np.ndarray
) -> list[Mark]:
    """Where the run was forked, and where knobs were changed: at the first step that has them."""
    told = [(parent.step, f"Forked at step {parent.step:,}")] if parent else []
    changed: dict[int, dict[str, object]] = {}
    for change in changes:
        # Of several after the same step, the last is the one that acts.
        changed.setdefault(change.step, {}).update(change.knobs)
    for step, knobs in changed.items():
        if values := [f"{words(name)} {words(value)}" for name, value in knobs.items()]:
            told.append((step, "<br>".join([f"From step {step + 1:,} on:", *values])))
    at = np.searchsorted(steps, [step for step, _ in told], side="right")
    return [
        Mark(float(x[min(int(index), len(x) - 1)]), text)
        for index, (_, text) in zip(at, told, strict=True)
        if len(x)
    ]


def chart_options(offered: Offered) -> None:
    """Smoothing, axes and the second chart; the same for every run and page.

    They stand on the page and not in what is drawn anew at every tick: four widgets take as
    long as both charts.

    Args:
        offered: the charts that the second can be.
    """
    for key, value in (("smoothing", 0.9), ("log", False), ("x", "Steps")):
        st.session_state.setdefault(f"chart.{key}", value)
    st.session_state[offered.key] = offered.chosen()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.slider(
            "Smoothing",
            0.0,
            0.99,
            key="chart.smoothing",
            persist_state="session",
            width=125,
            help="Weight of the past in the running mean; the raw curve stays as a shadow.",
        )
        with lower_control():
            st.segmented_control(
                "Horizontal axis", ["Steps", "Seconds"], key="chart.x", persist_state="session"
            )
        st.selectbox(
            "Metric",
            offered.charts,
            key=offered.key,
            persist_state="session",
            width=170,
            help="\n\n".join(f"**{name}**: {METRICS[name].help}" for name in offered.charts),
        )
        st.toggle("Log scale", key="chart.log", persist_state="session")
