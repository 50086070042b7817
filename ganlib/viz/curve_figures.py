"""Line charts of metrics over training."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.curves import CurvesInfo, Mark, merge_close
from ganlib.viz.layout import chart_layout, log_axis, vertical_line, x_axis
from ganlib.viz.metric_specs import Axis, MetricSpec

# Axis settings by kind. A line along the edge of a plot would be cut in half, so "share" reaches
# a little beyond 0 and 1.
_AXES: Mapping[Axis, Mapping[str, Any]] = MappingProxyType(
    {
        "number": {},
        "from zero": {"rangemode": "tozero"},
        "share": {
            "range": [-0.03, 1.03],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": ".0%",
            "fixedrange": True,
        },
        # 2e-4 instead of 0.0002, which would leave no room for the axis title.
        "rate": {"exponentformat": "e", "rangemode": "tozero"},
        "share of white": {"rangemode": "tozero", "tickformat": ".1~%"},
        "count": {"tickformat": "d"},
    }
)
HOVER_FORMATS: Mapping[Axis, str] = MappingProxyType(
    {"share": ".1%", "share of white": ".2%", "count": "d"}
)
# Width of a mark's triangle, as a share of the axis.
_TRIANGLE = 0.025


def metric_figure(spec: MetricSpec, info: CurvesInfo) -> Chart:
    """Draws the curves of a metric over training.

    Args:
        spec: the metric's row in `metric_specs`.
        info: the curves to draw.
    """
    value_format = HOVER_FORMATS.get(spec.axis, ".4~g")
    shadows, lines = [], []
    for position, curve in enumerate(info.curves):
        colour = colours.of_role(curve.name, position)
        name = spec.label.format(curve.name)
        if len(curve.raw_x):
            shadows.append(
                _line(name, curve.raw_x, curve.raw_y, colour)
                | {"opacity": spec.shadow, "showlegend": False, "hoverinfo": "skip"}
            )
        lines.append(
            _line(name, curve.x, curve.y, colour)
            | {"hovertemplate": f"%{{y:{value_format}}}<extra>{name}</extra>"}
        )
    note = _note(info)
    x, y = x_axis(info.x_kind), y_axis(spec.axis, info.lowest, info.highest, info.log)
    if note:
        # Without points Plotly would choose an axis from -1 to 6, as if steps could be negative.
        x, y = {**x, "range": [0, 100]}, {"range": [0, 1], **y}
    layout = chart_layout(title=spec.unit, x=x, y=y, note=note)
    if spec.level is not None and not (info.log and spec.level <= 0):
        layout["shapes"] = [_level(spec.level)]
    return Chart((*shadows, *lines), layout)


def marked(chart: Chart, marks: Sequence[Mark], length: float) -> Chart:
    """Adds marks to a chart: a dotted line at each, with a triangle on top.

    The text of a mark appears when the pointer is over the triangle. Written along the line it
    would cover the curves, and low charts would cut it.

    Args:
        chart: curves over training.
        marks: in ascending order of x.
        length: of the horizontal axis, in its unit.
    Returns:
        A new chart.
    """
    if not marks:
        return chart
    triangles = [_triangle(mark) for mark in merge_close(marks, _TRIANGLE * length)]
    layout = {
        **chart.layout,
        "shapes": [*chart.layout.get("shapes", []), *(vertical_line(mark.x) for mark in marks)],
        "annotations": [*chart.layout.get("annotations", []), *triangles],
    }
    return Chart(chart.traces, layout)


def steps_figure(
    steps: np.ndarray,
    values: np.ndarray,
    name: str,
    *,
    at: int,
) -> Chart:
    """Draws a metric of the saved samples over training, with the selected step marked.

    Args:
        steps: (n,) ascending.
        values: (n,), NaN at steps without a value.
        name: of the metric.
        at: the selected step.
    """
    layout = chart_layout(
        title=name,
        x=x_axis("step"),
        y={"rangemode": "tozero"},
    )
    layout["showlegend"] = False
    layout["shapes"] = [vertical_line(at)]
    line = _line(name, steps, values, colours.GENERATED)
    line |= {
        "mode": "lines+markers",
        "marker": {"size": 5},
        "hovertemplate": f"%{{y:.4~g}}<extra>{name}</extra>",
    }
    return Chart((line,), layout)


def y_axis(kind: Axis, lowest: float, highest: float, log: bool) -> dict[str, Any]:
    """Returns the vertical axis of a metric.

    Args:
        kind: of the axis; see `MetricSpec`.
        lowest: smallest value shown.
        highest: largest value shown.
        log: whether the axis is logarithmic; then `lowest` must be above 0.
    """
    axis = dict(_AXES[kind])
    if kind == "count":
        most = max(1, round(highest))
        # Ticks at integers only, about four of them.
        axis |= {"range": [0, 1.06 * most], "dtick": -(-most // 4)}
    scale = log_axis(lowest, highest) if log else {"type": "linear"}
    return {**axis, **scale, "uirevision": scale["type"]}


def _level(y: float) -> dict[str, Any]:
    """A horizontal dotted line over the full width."""
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
    """A triangle on the upper edge of the plot, below the legend, with the text as hover."""
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
        # A line through one point is invisible, and every run starts with one point.
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
