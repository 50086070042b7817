"""Evolution of a generated distribution over training: a heat map with one histogram per step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.histograms import histogram_info
from ganlib.viz.layout import chart_layout, vertical_line, x_axis

_BINS = 80
# Share of the chart's width for the heat map; the rest is for the real histogram.
_SPLIT = 0.87
# The colour scale ends at this multiple of the highest real density. Otherwise a generator that
# puts all samples on one value would make all other densities invisible.
_MAX_DENSITY = 1.5


@dataclass(frozen=True)
class EvolutionInfo:
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


def evolution_bins(real: WeightedSample) -> np.ndarray:
    """Returns (bins + 1,) edges that cover the real values.

    They depend on real values only, so that they are the same at all steps.
    """
    return histogram_info(real, bins=_BINS).edges


def evolution_column(sample: WeightedSample, edges: np.ndarray) -> np.ndarray:
    """Returns the (bins,) density of a sample.

    Values outside the bins count in the total, so that the density then integrates to less
    than 1.

    Args:
        sample: may be empty.
        edges: (bins + 1,) evenly spaced.
    """
    counts = sample.in_bins(edges)
    density: np.ndarray = counts / (max(sample.count, 1) * (edges[1] - edges[0]))
    return density


def evolution_info(
    real: WeightedSample, edges: np.ndarray, columns: Mapping[int, np.ndarray]
) -> EvolutionInfo:
    """Joins the densities of all steps.

    Args:
        real: real sample of the newest step.
        edges: (bins + 1,) evenly spaced, the same for all steps.
        columns: step to (bins,) density of generated values; at least one.
    """
    steps = sorted(columns)
    return EvolutionInfo(
        edges,
        evolution_column(real, edges),
        np.array(steps, np.int64),
        np.stack([columns[step] for step in steps], axis=1),
    )


def evolution_figure(
    info: EvolutionInfo,
    title: str,
    *,
    at: int,
) -> Chart:
    """Draws a heat map of density over step and value, with the real histogram at its right.

    Args:
        info: densities to draw.
        title: name of the values.
        at: the selected step, marked by a vertical line.
    """
    # See `_MAX_DENSITY`.
    ceiling = max(_MAX_DENSITY * float(info.real.max()), 1e-12)
    layout = chart_layout(
        title=title.lower(),
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
    layout["shapes"] = [vertical_line(at)]
    heat = {
        "type": "heatmap",
        "name": "generated",
        "x": info.steps,
        "y": info.centres,
        "z": np.minimum(info.generated, ceiling),
        "zmin": 0,
        "zmax": ceiling,
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
