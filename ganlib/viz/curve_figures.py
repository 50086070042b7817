"""What is drawn of curves: losses, accuracies, distances, learning rates, gradient norms."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.curves import CurvesInfo, Mark, gathered
from ganlib.viz.layout import chart_layout, log_axis, upright, x_axis

_PER_CENT: Mapping[str, Any] = MappingProxyType(
    {
        # A little beyond both ends, or the line would be cut in half at 0 and 100 %.
        "range": [-0.03, 1.03],
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
        "tickformat": ".0%",
        "fixedrange": True,
    }
)
_SHADOW = 0.18
# A batch's accuracy jumps from 0 to 1 and back: any darker, and it would hide its mean.
_ACCURACY_SHADOW = 0.07
# Width of a mark's triangle, as a share of the axis.
_TRIANGLE = 0.025


def loss_figure(info: CurvesInfo, *, uirevision: str, height: int = 280) -> Chart:
    """Losses of "discriminator" (or "critic") and "generator"."""
    return _figure(info, "loss", uirevision, height)


def gradient_norm_figure(info: CurvesInfo, *, uirevision: str, height: int = 280) -> Chart:
    """Length of the gradient over all weights of "discriminator" and "generator"."""
    return _figure(info, "gradient norm", uirevision, height)


def accuracy_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """How often the discriminator is right on "real" and on "generated" samples, from 0 to 1.

    At the dotted 50 % it does no better than a coin.
    """
    chart = _figure(
        info,
        "accuracy",
        uirevision,
        height,
        y=_PER_CENT,
        label="on {}",
        value_format=".1%",
        shadow=_ACCURACY_SHADOW,
    )
    return Chart(chart.traces, {**chart.layout, "shapes": [_level(0.5)]})


def distance_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """The estimate of "critic" of how far generated samples are from real ones.

    It is the mean score of real samples less that of generated ones: at most the Wasserstein
    distance times the critic's Lipschitz constant (its steepest slope). At the dotted 0 the
    critic sees no difference.
    """
    chart = _figure(info, "distance", uirevision, height, label="{}'s estimate")
    shapes = [] if info.log else [_level(0.0)]
    return Chart(chart.traces, {**chart.layout, "shapes": shapes})


def clipped_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Share of the weights of "critic" that stand at the limit they are clipped to, from 0 to 1."""
    return _figure(
        info, "clipped", uirevision, height, y=_PER_CENT, label="weights of {}", value_format=".1%"
    )


def learning_rate_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Learning rates of "discriminator" (or "critic") and "generator"."""
    # 2e-4 and not 0.0002, which leaves no room for the axis' title.
    y = {"exponentformat": "e", "rangemode": "tozero"}
    return _figure(info, "rate", uirevision, height, y=y)


def peaks_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """How many peaks of the distribution the samples of "generated" find."""
    most = max(1, round(info.highest))
    y = {
        # A line along the upper edge would be cut in half.
        "range": [0, 1.06 * most],
        # Peaks are counted: no tick between two of them, and about four in all.
        "dtick": -(-most // 4),
        "tickformat": "d",
    }
    return _figure(info, "peaks", uirevision, height, y=y, label="found by {}", value_format="d")


def near_a_peak_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Share of the samples of "generated" that lie near a peak, from 0 to 1."""
    return _figure(
        info, "near a peak", uirevision, height, y=_PER_CENT, label="{}", value_format=".1%"
    )


def reverse_kl_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """How unevenly the samples of "generated" visit the peaks: divergence from even, in nats."""
    return _figure(info, "reverse KL", uirevision, height, y={"rangemode": "tozero"})


def wasserstein_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Wasserstein-1 of "generated" from real values, over the real ones' standard deviation."""
    return _figure(info, "W1 / sigma", uirevision, height, y={"rangemode": "tozero"})


def sliced_wasserstein_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Sliced Wasserstein-1 of "generated" from real points over their scale, and its "floor"."""
    return _figure(info, "sliced W1", uirevision, height, y={"rangemode": "tozero"})


def frechet_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Fréchet distance of "generated" from real images, in the classifier's features."""
    return _figure(info, "Fréchet", uirevision, height, y={"rangemode": "tozero"})


def lipschitz_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """The discriminator's slope: an "upper bound", and the "largest seen" at samples."""
    return _figure(info, "slope", uirevision, height)


def brightness_figure(info: CurvesInfo, *, uirevision: str, height: int = 220) -> Chart:
    """Wasserstein-1 of the pixels' brightness of "generated" from real images, of full white."""
    y = {"rangemode": "tozero", "tickformat": ".1~%"}
    return _figure(info, "of white", uirevision, height, y=y, value_format=".2%")


def marked(chart: Chart, marks: Sequence[Mark], length: float) -> Chart:
    """The same chart with a dotted line at each mark, and above it a triangle to point at.

    What was changed is told there alone: written along the line it would cover the curves, and
    be cut where the chart is low.

    Args:
        chart: curves over training.
        marks: ascending.
        length: of the horizontal axis, in its unit.
    """
    if not marks:
        return chart
    triangles = [_triangle(mark) for mark in gathered(marks, _TRIANGLE * length)]
    layout = {
        **chart.layout,
        "shapes": [*chart.layout.get("shapes", []), *(upright(mark.x) for mark in marks)],
        "annotations": [*chart.layout.get("annotations", []), *triangles],
    }
    return Chart(chart.traces, layout)


def steps_figure(
    steps: np.ndarray,
    values: np.ndarray,
    name: str,
    *,
    at: int,
    uirevision: str,
    height: int = 240,
) -> Chart:
    """A figure of the saved steps over the training, with the step on view marked.

    Args:
        steps: (n,) ascending.
        values: (n,), NaN where a step has none.
        name: of the figure.
        at: the step on view.
        uirevision: see `chart_layout`.
        height: pixels.
    """
    layout = chart_layout(
        title=name,
        uirevision=uirevision,
        height=height,
        x=x_axis("step"),
        y={"rangemode": "tozero"},
    )
    layout["showlegend"] = False
    layout["shapes"] = [upright(at)]
    line = _line(name, steps, values, colours.GENERATED)
    line |= {
        "mode": "lines+markers",
        "marker": {"size": 5},
        "hovertemplate": f"%{{y:.4~g}}<extra>{name}</extra>",
    }
    return Chart((line,), layout)


def _figure(
    info: CurvesInfo,
    title: str,
    uirevision: str,
    height: int,
    *,
    y: Mapping[str, Any] = MappingProxyType({}),
    label: str = "{}",
    value_format: str = ".4~g",
    shadow: float = _SHADOW,
) -> Chart:
    shadows, lines = [], []
    for position, curve in enumerate(info.curves):
        colour = colours.of_role(curve.name, position)
        name = label.format(curve.name)
        if len(curve.raw_x):
            shadows.append(
                _line(name, curve.raw_x, curve.raw_y, colour)
                | {"opacity": shadow, "showlegend": False, "hoverinfo": "skip"}
            )
        lines.append(
            _line(name, curve.x, curve.y, colour)
            | {"hovertemplate": f"%{{y:{value_format}}}<extra>{name}</extra>"}
        )
    scale = log_axis(info.lowest, info.highest) if info.log else {"type": "linear"}
    note = _note(info)
    x = x_axis(info.x_kind)
    if note:
        # Without points Plotly would show -1 to 6, as if there could be negative steps.
        x, y = {**x, "range": [0, 100]}, {"range": [0, 1], **y}
    layout = chart_layout(
        title=title,
        uirevision=uirevision,
        height=height,
        x=x,
        y={**y, **scale, "uirevision": scale["type"]},
        note=note,
    )
    return Chart((*shadows, *lines), layout)


def _level(y: float) -> dict[str, Any]:
    """A dotted line from end to end."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": {"color": colours.NEUTRAL, "width": 1.5, "dash": "dot"},
        "layer": "below",
    }


def _triangle(mark: Mark) -> dict[str, Any]:
    """Stands on the upper edge of the plot, below the legend."""
    return {
        "text": "▼",
        "hovertext": mark.text,
        "hoverlabel": {"font": {"size": 11}},
        "font": {"size": 9},
        "x": mark.x,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "borderpad": 1,
        "showarrow": False,
    }


def _line(name: str, x: np.ndarray, y: np.ndarray, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        # A line through one point is invisible, and every run begins with one point.
        "mode": "lines" if len(x) > 1 else "markers",
        "name": name,
        "legendgroup": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 6},
    }


def _note(info: CurvesInfo) -> str:
    if any(len(curve.x) for curve in info.curves):
        return ""
    if any(curve.hidden for curve in info.curves):
        return "No value is positive, so a logarithmic axis has nothing to show"
    return "No points yet"
