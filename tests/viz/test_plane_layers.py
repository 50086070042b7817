"""What is drawn over the clouds of a plane."""

import numpy as np
import pytest

from ganlib.viz import colours
from ganlib.viz.plane import plane_figure, plane_info
from ganlib.viz.plane_layers import gradient_layer, manifold_layers, surface_layer

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(1_000, 2)).astype(np.float32)
AT = np.stack([np.linspace(-2, 2, 5), np.linspace(-1, 3, 5)])


def test_the_surface_lies_where_it_was_asked() -> None:
    layer = surface_layer(AT, np.zeros((5, 5)), "non_saturating", 0.0)
    assert (layer["z"] == 0.5).all()
    assert layer["x"] is AT[0] or (layer["x"] == AT[0]).all()
    assert (layer["y"] == AT[1]).all()
    low, _, high = (colour for _, colour in layer["colorscale"])
    assert low == colours.rgba(colours.GENERATED, 0.55)
    assert high == colours.rgba(colours.REAL, 0.55)


def test_small_cells_of_the_manifold_are_dark() -> None:
    # A grid whose columns become wider to the right: areas 1, 2, 3 ... in every row.
    x, y = np.meshgrid(np.cumsum(np.arange(11.0)), np.arange(3.0))
    layers = manifold_layers(np.stack([x, y], axis=-1))
    assert sum(np.isnan(layer["x"]).sum() for layer in layers) == 20
    darkest, lightest = layers[-1], layers[0]
    assert np.nanmax(darkest["x"]) < np.nanmin(lightest["x"])
    alphas = [float(layer["fillcolor"].split(",")[-1][:-1]) for layer in layers]
    assert alphas == sorted(alphas)


def test_arrows_start_at_the_samples_and_point_where_they_are_pulled() -> None:
    pull = np.tile([[0.0, 4.0]], (50, 1))
    layer = gradient_layer(POINTS[:50], pull, size=(10.0, 10.0))
    starts, ends = layer["y"][::3], layer["y"][1::3]
    assert starts == pytest.approx(POINTS[:50, 1])
    # A tenth of the view.
    assert ends - starts == pytest.approx(np.ones(50), abs=1e-6)
    assert layer["x"][1::3] == pytest.approx(POINTS[:50, 0])
    assert np.isnan(layer["x"][2::3]).all()
    still = gradient_layer(POINTS[:5], np.zeros((5, 2)), size=(10.0, 10.0))
    assert still["x"][1::3] == pytest.approx(POINTS[:5, 0])


def test_points_on_layers_are_drawn_on_top_of_them() -> None:
    info = plane_info(POINTS, POINTS + 1)
    surface = surface_layer(AT, np.zeros((5, 5)), "hinge", 0.0)
    above = gradient_layer(POINTS[:9], POINTS[:9], (5.0, 5.0))
    chart = plane_figure(info, below=[surface], above=[above], hidden=["real"])
    kinds = [(trace["name"], trace["type"]) for trace in chart.traces]
    # Then the legend.
    assert kinds[:3] == [
        ("discriminator", "heatmap"),
        ("generated", "scatter"),
        ("gradient on samples", "scatter"),
    ]
    chart.to_plotly()
    plane_figure(info, below=manifold_layers(AT.T[None] * np.ones((3, 1, 1))))
    assert plane_figure(info).traces[0]["type"] == "scattergl"
