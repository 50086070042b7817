"""Charts that compare two one-dimensional samples: densities, cumulative shares, quantiles."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.density import smooth_density
from ganlib.viz.histograms import BIN_HOVER, HistogramsInfo
from ganlib.viz.layout import chart_layout, value_axis
from ganlib.viz.pair import REAL_AND_GENERATED, Pair

_POINTS = 512
_QUANTILES = 200
# Height of the axis over the first density's; a second one with a tall spike is cut there.
_MAX_HEIGHT = 2.8


@dataclass(frozen=True)
class CurvesPair:
    """Two curves over the same x.

    Args:
        x: (k,) ascending.
        first: (k,) values; None if they cannot be computed.
        second: (k,) values; None if they cannot be computed.
    """

    x: np.ndarray
    first: np.ndarray | None
    second: np.ndarray | None


@dataclass(frozen=True)
class QuantilesInfo:
    """Quantiles of two samples at the same shares.

    Args:
        shares: (k,) ascending, between 0 and 1.
        first: (k,) quantiles of the first sample.
        second: (k,) quantiles of the second sample.
    """

    shares: np.ndarray
    first: np.ndarray
    second: np.ndarray


def density_info(
    first: WeightedSample, second: WeightedSample, view: tuple[float, float]
) -> CurvesPair:
    """Estimates the densities of two samples; see `smooth_density`.

    Args:
        first: at least one number.
        second: at least one number.
        view: left and right end of the chart. Values beyond it count in the total.
    """
    x = np.linspace(*view, _POINTS)
    return CurvesPair(x, smooth_density(first, x), smooth_density(second, x))


def cumulative_info(
    first: WeightedSample, second: WeightedSample, view: tuple[float, float]
) -> CurvesPair:
    """Computes the empirical cumulative distribution functions of two samples, exactly.

    Args:
        first: at least one number.
        second: at least one number.
        view: left and right end of the chart.
    """
    x = np.linspace(*view, 2 * _POINTS)
    return CurvesPair(x, *(sample.up_to(x) / sample.count for sample in (first, second)))


def quantiles_info(first: WeightedSample, second: WeightedSample) -> QuantilesInfo:
    """Computes quantiles of two samples, at evenly spaced shares and more densely in the tails.

    Args:
        first: at least one number.
        second: at least one number.
    """
    fewer = min(first.count, second.count)
    count = min(fewer, _QUANTILES)
    shares = (np.arange(count) + 0.5) / count
    least = 0.5 / fewer
    tail = np.geomspace(least, shares[0], 12)
    shares = np.unique(np.concatenate([tail, shares, 1 - tail]))
    return QuantilesInfo(shares, first.quantiles(shares), second.quantiles(shares))


def density_figure(info: CurvesPair, *, pair: Pair = REAL_AND_GENERATED) -> Chart:
    """Draws both densities over each other, filled.

    Args:
        info: densities to draw. The first one decides the height of the vertical axis.
        pair: names and colours.
    """
    heights = [float(curve.max()) for curve in (info.first, info.second) if curve is not None]
    top = min(max(heights), _MAX_HEIGHT * heights[0]) if heights else 1.0
    note = "" if info.first is not None and info.second is not None else _NO_DENSITY
    layout = chart_layout(
        title="density",
        x=value_axis(info.x[0], info.x[-1]),
        y={"range": [0, 1.05 * (top or 1.0)]},
        note=note,
    )
    return Chart(_curves(info, pair, filled=True, value="%{y:.3f}"), layout)


def cumulative_figure(info: CurvesPair, *, pair: Pair = REAL_AND_GENERATED) -> Chart:
    """Draws both cumulative curves; their largest gap is the Kolmogorov-Smirnov distance.

    Args:
        info: shares to draw.
        pair: names and colours.
    """
    layout = chart_layout(
        title="cumulative share",
        x=value_axis(info.x[0], info.x[-1]),
        y={"range": [-0.03, 1.03], "tickformat": ".0%", "fixedrange": True},
    )
    return Chart(_curves(info, pair, filled=False, value="%{y:.1%}"), layout)


def quantiles_figure(
    info: QuantilesInfo,
    view: tuple[float, float],
    *,
    pair: Pair = REAL_AND_GENERATED,
) -> Chart:
    """Draws a quantile-quantile plot with the diagonal, on which equal distributions lie.

    Args:
        info: quantiles to draw.
        view: ends of both axes.
        pair: names and colours.
    """
    first, second = pair.texts
    layout = chart_layout(
        title=f"{second} quantile",
        x=value_axis(*view, title=f"{first} quantile"),
        y={"range": list(view)},
    )
    layout["hovermode"] = "closest"
    layout["shapes"] = [
        {
            "type": "line",
            "layer": "below",
            "line": {"color": colours.NEUTRAL, "width": 1, "dash": "dot"},
            "x0": view[0],
            "y0": view[0],
            "x1": view[1],
            "y1": view[1],
        }
    ]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": second,
        "x": info.first,
        "y": info.second,
        "customdata": 100 * info.shares,
        "marker": {"color": pair.second_colour, "size": 6},
        "hovertemplate": f"%{{customdata:.3~g}} % of values lie below: {first} %{{x:.4~g}}, "
        f"{second} %{{y:.4~g}}<extra></extra>",
    }
    return Chart((trace,), layout)


def bars_figure(
    info: HistogramsInfo,
    *,
    counts: bool = False,
    pair: Pair = REAL_AND_GENERATED,
) -> Chart:
    """Draws two histograms with their bars next to each other.

    Args:
        info: histograms of two samples.
        counts: show the number of values in a bin instead of the density.
        pair: names and colours.
    """
    layout = _bins_layout(info, "values in a bin" if counts else "density")
    layout |= {"barmode": "group", "bargap": 0.15, "bargroupgap": 0}
    traces = [
        _bars(info, info.scaled(at, counts), name, colour)
        for at, (name, colour) in enumerate(_named(pair))
    ]
    return Chart(tuple(traces), layout)


def difference_figure(
    info: HistogramsInfo,
    *,
    counts: bool = False,
    pair: Pair = REAL_AND_GENERATED,
) -> Chart:
    """Draws the second histogram minus the first, bin by bin.

    Args:
        info: histograms of two samples.
        counts: show the number of values in a bin instead of the density.
        pair: names and colours.
    """
    title = "difference of counts" if counts else "difference of density"
    layout = _bins_layout(info, title)
    layout |= {"barmode": "overlay", "bargap": 0.05}
    first, second = pair.texts
    difference = info.scaled(1, counts) - info.scaled(0, counts)
    return Chart(
        (
            _bars(info, np.maximum(difference, 0), f"more {second}", pair.second_colour),
            _bars(info, np.minimum(difference, 0), f"more {first}", pair.first_colour),
        ),
        layout,
    )


_NO_DENSITY = "All values are equal, or nearly: there is no density to draw."


def _named(pair: Pair) -> tuple[tuple[str, str], tuple[str, str]]:
    first, second = pair.texts
    return (first, pair.first_colour), (second, pair.second_colour)


def _curves(
    info: CurvesPair, pair: Pair, *, filled: bool, value: str
) -> tuple[dict[str, Any], ...]:
    drawn = zip(_named(pair), (info.first, info.second), strict=True)
    return tuple(
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": info.x,
            "y": y,
            "line": {"color": colour, "width": 2},
            "fill": "tozeroy" if filled else "none",
            "fillcolor": colours.rgba(colour, 0.18),
            "hovertemplate": f"{value}<extra>{name}</extra>",
        }
        for (name, colour), y in drawn
        if y is not None
    )


def _bins_layout(info: HistogramsInfo, title: str) -> dict[str, Any]:
    return chart_layout(
        title=title,
        x=value_axis(info.edges[0], info.edges[-1], BIN_HOVER),
        y={},
    )


def _bars(info: HistogramsInfo, y: np.ndarray, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": info.centres,
        "y": y,
        "marker": {"color": colours.rgba(colour, 0.75), "line": {"width": 0}},
        "hovertemplate": f"%{{y:,.4~g}}<extra>{name}</extra>",
    }
