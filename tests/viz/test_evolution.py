"""Evolution of a distribution over training, step by step next to the real one."""

import numpy as np
import pytest

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.evolution import evolution_bins, evolution_column, evolution_figure, evolution_info

of = WeightedSample.of

REAL = np.linspace(0, 1, 1_001)


def test_a_column_is_a_density_over_the_bins() -> None:
    edges = evolution_bins(of(REAL))
    width = edges[1] - edges[0]
    column = evolution_column(of(np.linspace(0.2, 0.4, 1_000)), edges)
    assert column.sum() * width == pytest.approx(1)
    inside = (edges[:-1] >= 0.2 - width) & (edges[1:] <= 0.4 + width)
    assert column[~inside].sum() == 0
    # Half of the values lie outside the bins, so half of the area is missing.
    half = evolution_column(of(np.concatenate([np.full(500, 0.3), np.full(500, 1e9)])), edges)
    assert half.sum() * width == pytest.approx(0.5)
    assert evolution_column(of(np.zeros(0)), edges).sum() == 0


def test_steps_stand_side_by_side_in_order() -> None:
    edges = evolution_bins(of(REAL))
    columns = {at: evolution_column(of(np.full(10, at / 100)), edges) for at in (90, 10, 50)}
    info = evolution_info(of(REAL), edges, columns)
    assert info.steps.tolist() == [10, 50, 90]
    heights = info.centres[info.generated.argmax(axis=0)]
    assert heights == pytest.approx([0.1, 0.5, 0.9], abs=edges[1] - edges[0])
    assert info.real == pytest.approx(evolution_column(of(REAL), edges))


def test_real_is_blue_and_generated_vermilion() -> None:
    edges = evolution_bins(of(REAL))
    info = evolution_info(
        of(REAL), edges, {0: evolution_column(of(REAL), edges), 5: 100 * np.eye(80)[3]}
    )
    chart = evolution_figure(info, "Values", at=5)
    heat, real, legend = chart.traces
    assert heat["colorscale"][-1] == [1, colours.GENERATED]
    assert legend["marker"]["color"] == colours.GENERATED
    assert real["line"]["color"] == colours.REAL
    # One spike must not make all other densities pale.
    assert heat["z"].max() == pytest.approx(1.5 * info.real.max())
    assert chart.layout["shapes"][0]["x0"] == chart.layout["shapes"][0]["x1"] == 5
    assert chart.layout["yaxis"]["range"] == [edges[0], edges[-1]]
    assert chart.to_plotly().data[0].type == "heatmap"
