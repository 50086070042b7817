"""Labels of an axis of values, near to 0 and far away."""

import json

import numpy as np
import pytest

from ganlib.metrics.extent import view
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz.chart import Chart
from ganlib.viz.histograms import histogram_info
from ganlib.viz.layout import value_labels
from ganlib.viz.plane import plane_figure, plane_info
from ganlib.viz.plane_layers import gradient_layer

of = WeightedSample.of

RNG = np.random.default_rng(0)
NONE = np.empty((0, 2))


def test_small_values_are_plotlys_own_affair() -> None:
    assert value_labels(-3.0, 5.0) == {}
    assert value_labels(1_990.0, 2_030.0, "year")["title"]["text"] == "year"
    assert "tickformat" not in value_labels(1_990.0, 2_030.0, "year")


def test_large_values_have_a_prefix() -> None:
    assert value_labels(0.0, 1e5) == {"tickformat": "~s"}
    assert value_labels(-2e6, 3.0)["tickformat"] == "~s"


@pytest.mark.parametrize(
    ("offset", "width"),
    [(1e12, 0.02), (1e12, 7.0), (-1e12, 100.0), (3e6 + 0.5, 0.02), (3e6 + 0.5, 7.0), (-7e14, 7.0)],
)
def test_values_far_from_0_say_how_far_from_a_round_number(offset: float, width: float) -> None:
    low, high = offset - width / 3, offset + 2 * width / 3
    axis = value_labels(low, high, "value")
    number = float(axis["title"]["text"].split()[-1].replace(",", ""))
    number *= 1 if "less" in axis["title"]["text"] else -1
    assert 2 <= len(axis["tickvals"]) <= 7
    close = 4 * np.spacing(abs(offset))
    for at, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        assert low - close <= at <= high + close
        assert number + float(text) == pytest.approx(at, rel=0, abs=close)
        assert len(text) <= 7


def test_far_values_reach_the_browser_apart() -> None:
    x = 1e12 + np.arange(5.0)
    for values, kind in ((x, "f8"), ([1e12, 0.0, np.nan], "f4"), ([1e-40, 0.0], "f8")):
        (sent,) = json.loads(Chart(({"x": np.array(values)},), {}).json())["data"]
        assert sent["x"]["dtype"] == kind


@pytest.mark.parametrize(("offset", "spread"), [(1e12, 3.0), (0.0, 1e-12), (5e-7, 1e-8)])
def test_a_histogram_of_a_small_spread_has_it_in_many_bins(offset: float, spread: float) -> None:
    info = histogram_info(of(offset + spread * RNG.normal(size=5_000)))
    assert (info.histograms[0].density > 0).sum() > 20
    assert info.edges[-1] - info.edges[0] < 15 * spread


def test_axes_of_very_different_units_have_views_of_their_own() -> None:
    points = RNG.normal(size=(4_000, 2)) * [10.0, 9_000.0] + [40.0, 50_000.0]
    info = plane_info(points, NONE)
    assert not info.is_square
    for axis, (low, high) in enumerate((info.x_range, info.y_range)):
        extent = np.subtract(*np.percentile(points[:, axis], [99.9, 0.1]))
        assert high - low == pytest.approx(1.6 * extent, rel=1e-6)
    layout = plane_figure(info).layout
    assert "scaleanchor" not in layout["yaxis"]
    # Up to five times there is one unit for both.
    alike = plane_info(RNG.normal(size=(4_000, 2)) * [1.0, 4.0], NONE)
    assert alike.is_square and "scaleanchor" in plane_figure(alike).layout["yaxis"]


def test_arrows_are_as_long_for_the_eye_in_both_directions() -> None:
    starts = np.zeros((2, 2))
    layer = gradient_layer(starts, np.array([[1.0, 0.0], [0.0, 1.0]]), (100.0, 1.0))
    assert layer["x"][1] == pytest.approx(10.0) and layer["y"][1] == pytest.approx(0.0)
    assert layer["x"][4] == pytest.approx(0.0) and layer["y"][4] == pytest.approx(0.1)


def test_points_on_top_of_each_other_have_a_view_around_them() -> None:
    for point in ([0.0, 0.0], [1e12, -5.0]):
        centre, half = view(np.tile(np.array(point), (9, 1)))
        assert (centre == point).all() and (half > 0).all() and (centre + half > centre).all()
