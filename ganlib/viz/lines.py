"""Lines of several runs on common axes: a metric over training, or distributions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ganlib.metrics.weighted_sample import EVERYWHERE, WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.curve_figures import HOVER_FORMATS, y_axis
from ganlib.viz.histograms import BIN_HOVER, histogram_info
from ganlib.viz.layout import XKind, chart_layout, value_axis, x_axis
from ganlib.viz.metric_specs import MetricSpec
from ganlib.viz.pair import plotly_text
from ganlib.viz.run_styles import RunStyle

_MAX_POINTS = 300
# Height of the axis of densities over the highest real one; a generator that puts all samples on
# one value would otherwise flatten all others.
_MAX_HEIGHT = 2.8


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Args:
        name: for the legend, as plain text.
        style: colour and dash pattern.
        x: (n,) ascending.
        y: (n,) values.
        low: (n,) lower end of a band around the line; None without a band.
        high: (n,) upper end of the band.
    """

    name: str
    style: RunStyle
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None


class Band(NamedTuple):
    """Mean of several series, and one standard deviation to each side.

    Args:
        x: (n,) ascending.
        mean: (n,) mean of the series.
        low: (n,) mean minus the standard deviation.
        high: (n,) mean plus the standard deviation.
    """

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def band_info(series: Sequence[tuple[np.ndarray, np.ndarray]]) -> Band:
    """Averages series where all of them have values, linearly interpolated between their points.

    Args:
        series: (x, y) of each, both (n,), x ascending and finite; at least one pair. Series
            without points are left out.
    Returns:
        Mean and sample standard deviation (n - 1 in the denominator; 0 for one series) at up to
        300 of the points of the series.
    """
    given = [pair for pair in series if len(pair[0])]
    if not given:
        nothing = np.empty(0)
        return Band(nothing, nothing, nothing, nothing)
    points = np.unique(np.concatenate([_thinned(x) for x, _ in given]))
    first, last = max(x[0] for x, _ in given), min(x[-1] for x, _ in given)
    grid = _thinned(points[(points >= first) & (points <= last)])
    values = np.array([np.interp(grid, x, y) for x, y in given])
    mean = values.mean(axis=0)
    spread = values.std(axis=0, ddof=1) if len(given) > 1 else np.zeros_like(mean)
    return Band(grid, mean, mean - spread, mean + spread)


def lines_figure(
    spec: MetricSpec,
    lines: Sequence[Line],
    *,
    x_kind: XKind = "step",
    log: bool = False,
    levels: Mapping[str, float] | None = None,
    span: Sequence[Line] = (),
) -> Chart:
    """Draws a metric of several runs over training.

    Args:
        spec: the metric's row in `metric_specs`.
        lines: of the runs, or of groups of runs.
        x_kind: unit of x.
        log: whether the vertical axis is logarithmic.
        levels: values that real samples reach, by name, drawn as dotted lines.
        span: lines of all charts that have the same axes; empty if this is the only one.
    """
    drawn = [line for line in lines if len(line.x)]
    together = [line for line in span or lines if len(line.x)]
    low, high = _extent(together, log)
    note = "" if drawn else "No points yet"
    layout = chart_layout(
        title=spec.unit, x=x_axis(x_kind), y=y_axis(spec.axis, low, high, log), note=note
    )
    layout["showlegend"] = False
    if not together:
        layout["xaxis"]["range"] = [0, 100]
        layout["yaxis"].setdefault("range", [0, 1])
    elif span:
        layout["xaxis"]["range"] = [0, max(float(line.x[-1]) for line in together) or 1.0]
        if log:
            low, high = np.log10(low), np.log10(high)
        margin = 0.05 * (high - low) or 0.5
        from_zero = layout["yaxis"].get("rangemode") == "tozero" and not log
        start = 0.0 if from_zero else low - margin
        layout["yaxis"].setdefault("range", [start, high + margin])
    shown = {name: y for name, y in (levels or {}).items() if not log or y > 0}
    layout["shapes"] = [_level(y) for y in shown.values()]
    # From right to left, as names of similar levels would cover each other.
    layout["annotations"] = [
        *layout["annotations"],
        *(
            _level_name(name, y, 1 - 0.3 * (at % 3), log)
            for at, (name, y) in enumerate(shown.items())
        ),
    ]
    value = HOVER_FORMATS.get(spec.axis, ".4~g")
    return Chart(
        (
            *(_band(line, log) for line in drawn if line.low is not None),
            *(_trace(line, f"%{{y:{value}}}") for line in drawn),
        ),
        layout,
    )


def densities_figure(
    real: Sequence[tuple[str, WeightedSample]],
    generated: Sequence[tuple[str, RunStyle, WeightedSample]],
    *,
    title: str = "value",
    within: tuple[float, float] = EVERYWHERE,
) -> Chart:
    """Draws histograms of the generated samples of several runs over those of their real ones.

    Args:
        real: names and real samples of each dataset, at least one number each.
        generated: name, style and generated sample of each run, at least one number each.
        title: of the horizontal axis.
        within: smallest and largest possible value.
    """
    all_real, *others = [sample for _, sample in real]
    for other in others:
        all_real = all_real.together_with(other)
    pooled = None
    for _, _, sample in generated:
        pooled = sample if pooled is None else pooled.together_with(sample)
    edges = histogram_info(all_real, pooled, within=within).edges
    x = (edges[:-1] + edges[1:]) / 2

    def density(sample: WeightedSample) -> np.ndarray:
        return np.asarray(sample.in_bins(edges) / (sample.count * (edges[1] - edges[0])))

    real_lines = [
        Line(name, RunStyle(colours.REAL, "solid" if not at else "dot"), x, density(sample))
        for at, (name, sample) in enumerate(real)
    ]
    lines = [Line(name, style, x, density(sample)) for name, style, sample in generated]
    top = _MAX_HEIGHT * max(line.y.max() for line in real_lines)
    highest = max(line.y.max() for line in (*real_lines, *lines))
    layout = chart_layout(
        title="density",
        x=value_axis(edges[0], edges[-1], BIN_HOVER, title),
        y={"range": [0, 1.05 * min(top, highest)]},
    )
    fill = {"fill": "tozeroy", "fillcolor": colours.rgba(colours.REAL, 0.15)}
    return Chart(
        (
            *(_trace(line, "%{y:.3~g}", "hvh") | fill for line in real_lines),
            *(_trace(line, "%{y:.3~g}", "hvh") for line in lines),
        ),
        layout,
    )


def _extent(lines: Sequence[Line], log: bool) -> tuple[float, float]:
    """Smallest and largest value of the lines that the axis can show; 1 if there are none."""
    values = [part for line in lines for part in (line.y, line.low, line.high) if part is not None]
    shown = [part[np.isfinite(part) & ((part > 0) if log else True)] for part in values]
    lows = [float(part.min()) for part in shown if len(part)]
    highs = [float(part.max()) for part in shown if len(part)]
    return min(lows, default=1.0), max(highs, default=1.0)


def _thinned(x: np.ndarray) -> np.ndarray:
    """At most `_MAX_POINTS` of the values, evenly spaced, with the first and the last."""
    if len(x) <= _MAX_POINTS:
        return x
    return np.asarray(x[np.linspace(0, len(x) - 1, _MAX_POINTS).round().astype(int)])


def _trace(line: Line, value: str, shape: str = "linear") -> dict[str, Any]:
    name = plotly_text(line.name)
    colour, dash = line.style
    return {
        "type": "scatter",
        # A line through one point is invisible, and every run starts with one point.
        "mode": "lines" if len(line.x) > 1 else "markers",
        "name": name,
        "x": line.x,
        "y": line.y,
        "line": {"color": colour, "dash": dash, "width": 2, "shape": shape},
        "marker": {"color": colour, "size": 6},
        "hovertemplate": f"{value}<extra>{name}</extra>",
    }


def _band(line: Line, log: bool) -> dict[str, Any]:
    low, high = np.asarray(line.low), np.asarray(line.high)
    if log:
        # The axis begins at the smallest positive value.
        low = np.where(low > 0, low, np.min(low[low > 0], initial=float(line.y.max())))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": plotly_text(line.name),
        "x": np.concatenate([line.x, line.x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": colours.rgba(line.style.colour, 0.2),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _level(y: float) -> dict[str, Any]:
    line = {"color": colours.REAL, "width": 1.5, "dash": "dot"}
    ends = {"x0": 0, "x1": 1, "y0": y, "y1": y}
    return {"type": "line", "xref": "paper", "layer": "below", "line": line} | ends


def _level_name(name: str, y: float, x: float, log: bool) -> dict[str, Any]:
    return {
        "text": plotly_text(name),
        "xref": "paper",
        "x": x,
        "xanchor": "right",
        "y": np.log10(y) if log else y,
        "yanchor": "bottom",
        "font": {"size": 11, "color": colours.REAL},
        "showarrow": False,
    }
