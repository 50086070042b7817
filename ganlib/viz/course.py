"""How a generated distribution moves over the training: one histogram a step, seen from above."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.histograms import histogram_info
from ganlib.viz.layout import chart_layout, upright, x_axis

_BINS = 80
# Share of the chart's width that the histogram of the steps takes; the real one has the rest.
_SPLIT = 0.87
# A generator that puts everything on one spot would make all else invisible.
_DARKEST = 1.5


@dataclass(frozen=True)
class CourseInfo:
    """Densities over common bins.

    Args:
        edges: (bins + 1,) evenly spaced.
        real: (bins,) density of real values.
        steps: (k,) ascending.
        generated: (bins, k) density of generated values at each step.
    """

    edges: np.ndarray
    real: np.ndarray
    steps: np.ndarray
    generated: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        return (self.edges[:-1] + self.edges[1:]) / 2


def course_bins(real: WeightedSample) -> np.ndarray:
    """(bins + 1,) edges around real values, which stay where they are while others move."""
    return histogram_info(real, bins=_BINS).edges


def course_column(sample: WeightedSample, edges: np.ndarray) -> np.ndarray:
    """(bins,) density of a sample; what lies beyond the bins counts, and is not drawn.

    Args:
        sample: may be empty.
        edges: (bins + 1,) evenly spaced.
    """
    counts = sample.in_bins(edges)
    density: np.ndarray = counts / (max(sample.count, 1) * (edges[1] - edges[0]))
    return density


def course_info(
    real: WeightedSample, edges: np.ndarray, columns: Mapping[int, np.ndarray]
) -> CourseInfo:
    """Puts the steps side by side.

    Args:
        real: of the newest step.
        edges: (bins + 1,) of all.
        columns: (bins,) density of generated values by step, at least one.
    """
    steps = sorted(columns)
    return CourseInfo(
        edges,
        course_column(real, edges),
        np.array(steps, np.int64),
        np.stack([columns[step] for step in steps], axis=1),
    )


def course_figure(
    info: CourseInfo,
    title: str,
    *,
    at: int,
    uirevision: str,
    height: int = 240,
) -> Chart:
    """Steps from left to right, values upwards, the darker the more; real values at the right.

    Args:
        info: what to draw.
        title: what the values are.
        at: the step on view, which is marked.
        uirevision: see `chart_layout`.
        height: pixels.
    """
    # Within the bins the real values reach, else one spike would leave the rest pale.
    most = max(_DARKEST * float(info.real.max()), 1e-12)
    layout = chart_layout(
        title=title.lower(),
        uirevision=uirevision,
        height=height,
        x={**x_axis("step"), "domain": [0, _SPLIT - 0.02], "rangemode": "normal"},
        y={"range": [info.edges[0], info.edges[-1]]},
    )
    layout["hovermode"] = "closest"
    layout["xaxis2"] = {
        "domain": [_SPLIT, 1],
        "showticklabels": False,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "range": [0, 1.1 * max(float(info.real.max()), 1e-12)],
    }
    layout["shapes"] = [upright(at)]
    heat = {
        "type": "heatmap",
        "name": "generated",
        "x": info.steps,
        "y": info.centres,
        "z": np.minimum(info.generated, most),
        "zmin": 0,
        "zmax": most,
        "colorscale": [
            [0, colours.rgba(colours.GENERATED, 0)],
            [0.5, colours.rgba(colours.GENERATED, 0.7)],
            [1, colours.GENERATED],
        ],
        "showscale": False,
        "hovertemplate": "step %{x:,d}, around %{y:.4~g}<extra>generated</extra>",
    }
    real = {
        "type": "scatter",
        "mode": "lines",
        "name": "real",
        "x": info.real,
        "y": info.centres,
        "xaxis": "x2",
        "line": {"color": colours.REAL, "width": 2, "shape": "vhv"},
        "fill": "tozerox",
        "fillcolor": colours.rgba(colours.REAL, 0.22),
        "hovertemplate": "around %{y:.4~g}<extra>real</extra>",
    }
    legend = {
        "type": "scatter",
        "mode": "markers",
        "name": "generated",
        "x": [None],
        "y": [None],
        "marker": {"color": colours.GENERATED, "size": 9, "symbol": "square"},
    }
    return Chart((heat, real, legend), layout)
