"""Curves of the compared runs, or of groups of them, over training."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ganlib.comparing import finite_scores, newest_real_score
from ganlib.ui.compare.chosen import Chosen, kept
from ganlib.ui.compare.tables import Groups, legend
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.components.text import plain
from ganlib.viz.chart import Chart
from ganlib.viz.curves import GrowingCurves
from ganlib.viz.layout import XKind
from ganlib.viz.lines import Line, band_info, lines_figure
from ganlib.viz.single_metrics import SINGLE_METRICS, SingleMetric
from ganlib.viz.thinning import RunningMean

_HEIGHT, _WIDTH = 260, 600
_SMALL_HEIGHT, _SMALL_WIDTH = 200, 300
_MAX_POINTS = 400

Series = tuple[np.ndarray, np.ndarray]


class CurveOptions(NamedTuple):
    """Settings of the curves.

    Args:
        metrics: names of the metrics.
        x_kind: unit of the horizontal axes.
        multiples: whether each run has a chart of its own.
        smoothing: weight of the past in the running mean.
        log: whether vertical axes are logarithmic.
    """

    metrics: tuple[str, ...]
    x_kind: XKind
    multiples: bool
    smoothing: float
    log: bool


def curves(groups: Groups, options: CurveOptions, cursor_link: str) -> None:
    """Draws a chart of each metric: a line for each run, or mean and band for each group.

    Args:
        groups: runs by name of the group.
        options: settings of the curves.
        cursor_link: of the slider that moves a vertical line; empty for no line.
    """
    legend(groups)
    with st.container(horizontal=not options.multiples, gap="medium"):
        for name in options.metrics:
            with st.container(width="stretch" if options.multiples else _WIDTH, gap="xxsmall"):
                st.markdown(f"**{name}**", help=SINGLE_METRICS[name].spec.help)
                _metric(SINGLE_METRICS[name], groups, options, cursor_link)


def _metric(metric: SingleMetric, groups: Groups, options: CurveOptions, cursor_link: str) -> None:
    readings = [(name, one.reading) for name, group in groups.items() for one in group]
    state = tuple(
        (name, one.run.id, one.history.log, len(one.history), len(one.scores))
        for name, one in readings
    )
    charts = kept((metric.name, options, state), lambda: _charts(metric, groups, options))
    key = f"compare.{metric.name}"
    revision = f"{' '.join(one[1] for one in state)} {options.x_kind}"
    alt = metric.spec.alt
    if not options.multiples:
        live_chart(charts[0], key, _HEIGHT, alt, revision, cursor_link=cursor_link)
        return
    with st.container(horizontal=True):
        for at, (group, chart) in enumerate(zip(groups, charts, strict=True)):
            with st.container(width=_SMALL_WIDTH, gap="xxsmall"):
                st.caption(plain(group))
                place = f"{key}.{at}", _SMALL_HEIGHT, f"{group}: {alt}", revision, key
                live_chart(chart, *place, cursor_link)


def _charts(metric: SingleMetric, groups: Groups, options: CurveOptions) -> list[Chart]:
    log = metric.spec.is_log(options.log)
    lines = []
    for name, runs in groups.items():
        if len(runs) == 1:
            line = Line(name, runs[0].style, *_thinned(runs[0], metric, options, log))
        else:
            band = band_info([_series(one, metric, options) for one in runs])
            line = Line(name, runs[0].style, *band)
        lines.append(line)
    # One for each dataset, called by the first run that learns it.
    by_data: dict[str, tuple[str, float]] = {}
    for one in (one for runs in groups.values() for one in runs):
        if (real := newest_real_score(one.reading.scores, metric.real)) is not None:
            by_data.setdefault(one.reading.status.data, (f"real, {one.name}", real))
    levels = dict(by_data.values())
    if len(levels) == 1:
        levels = {"real samples": next(iter(levels.values()))}
    return [
        lines_figure(
            metric.spec,
            shown,
            x_kind=options.x_kind,
            log=log,
            levels=levels,
            span=lines if options.multiples else (),
        )
        for shown in ([[line] for line in lines] if options.multiples else [lines])
    ]


def _series(one: Chosen, metric: SingleMetric, options: CurveOptions) -> Series:
    """All finite values of a run, smoothed; empty if it does not have the metric."""
    reading, smoothing = one.reading, options.smoothing if metric.spec.smoothed else 0.0

    def make() -> Series:
        history = reading.history
        if metric.spec.of_samples or metric.column not in history.names:
            return finite_scores(reading.scores, metric.column)
        values = history[metric.column]
        there = np.isfinite(values)
        return history.values[0][there], RunningMean(smoothing).extend(values[there])

    steps, y = reading.cached(("compare", metric.column, smoothing), make)
    return _x(one, steps, options.x_kind), y


def _thinned(one: Chosen, metric: SingleMetric, options: CurveOptions, log: bool) -> Series:
    """Few enough values of a run to be drawn; an update only processes the new ones."""
    history, column = one.reading.history, metric.column
    if metric.spec.of_samples or column not in history.names:
        return _series(one, metric, options)
    smoothing = options.smoothing if metric.spec.smoothed else 0.0

    def begin() -> GrowingCurves:
        return GrowingCurves([column], smoothing=smoothing, log=log, max_points=_MAX_POINTS)

    with one.reading.growing(("compare", column, smoothing, log), begin) as growing:
        growing.extend({column: history[column]})
        curve = growing.info(history.values[0]).curves[0]
    return _x(one, curve.x, options.x_kind), curve.y


def _x(one: Chosen, steps: np.ndarray, x_kind: XKind) -> np.ndarray:
    if x_kind == "seconds":
        return one.reading.history.seconds_at(steps)
    return _samples_seen(one, steps) if x_kind == "samples" else steps


def _samples_seen(one: Chosen, steps: np.ndarray) -> np.ndarray:
    """Number of real samples that the discriminator has seen until steps.

    Each of its updates takes a batch; how many there are in a step can be changed during training.
    """
    knob, values = "discriminator_steps", one.run.values
    changes = sorted(one.reading.record.changes, key=lambda change: change.step)
    updates = [(0, int(values.get(knob, 1)))]
    updates += [(change.step, change.knobs[knob]) for change in changes if knob in change.knobs]
    seen, before = np.zeros(len(steps)), 0
    for since, now in updates:
        seen += (now - before) * np.maximum(steps - since, 0)
        before = now
    return seen * float(values["batch_size"])
