"""Curves over training, ready to be drawn."""

from collections.abc import Iterator

import numpy as np
import pytest

from ganlib.viz.curves import Curve, GrowingCurves, curves_info
from ganlib.viz.thinning import RunningMean


def test_smoothing_comes_before_decimation():
    values = np.random.default_rng(0).standard_normal(20_000)
    (curve,) = curves_info(np.arange(20_000), {"generator": values}, smoothing=0.9).curves
    np.testing.assert_allclose(curve.y, RunningMean(0.9).extend(values)[curve.x], rtol=1e-6)
    np.testing.assert_allclose(curve.raw_y, values[curve.raw_x], rtol=1e-6)


def test_curves_of_one_chart_share_their_x():
    draws = np.random.default_rng(1).standard_normal((2, 50_000))
    series = {"discriminator": draws[0], "generator": draws[1]}
    first, second = curves_info(np.arange(1, 50_001), series, smoothing=0.5).curves
    np.testing.assert_array_equal(first.x, second.x)
    assert 300 < len(first.x) <= 600
    assert 300 < len(first.raw_x) <= 600
    assert (first.x[0], first.x[-1]) == (1, 50_000)


def test_without_smoothing_there_is_no_shadow():
    (curve,) = curves_info(np.arange(5), {"generator": np.arange(5.0)}).curves
    assert len(curve.raw_x) == 0
    np.testing.assert_array_equal(curve.y, np.arange(5.0))


def test_values_that_are_not_finite_are_left_out():
    values = np.array([1.0, np.nan, 3.0, np.inf])
    (curve,) = curves_info(np.arange(4), {"generator": values}).curves
    np.testing.assert_array_equal(curve.x, [0, 2])
    np.testing.assert_array_equal(curve.y, [1, 3])


def test_a_series_measured_now_and_then_joins_one_measured_at_every_step():
    sparse = np.where(np.arange(1_000) % 100 == 0, 5.0, np.nan)
    dense = np.arange(1_000.0)
    _, curve = curves_info(np.arange(1_000), {"real": dense, "w1": sparse}, max_points=100).curves
    np.testing.assert_array_equal(curve.x, np.arange(0, 1_000, 100))


def test_curves_refuse_a_series_of_another_length():
    with pytest.raises(ValueError, match="generator must have the shape of x"):
        curves_info(np.arange(3), {"generator": np.ones(4)})


def arrays(curves: tuple[Curve, ...]) -> Iterator[np.ndarray]:
    for curve in curves:
        yield from (curve.x, curve.y, curve.raw_x, curve.raw_y, np.array(curve.hidden))


@pytest.mark.parametrize("smoothing", [0.0, 0.9])
@pytest.mark.parametrize("log", [False, True])
def test_curves_that_grew_are_those_of_the_whole(smoothing: float, log: bool) -> None:
    """Bit for bit, with steps at which one was not measured, and at which none is finite."""
    draws = np.random.default_rng(2).standard_normal((2, 30_000))
    draws[0, ::3] = np.nan
    draws[:, 29_000:] = np.inf
    series = dict(zip(["discriminator", "generator"], draws, strict=True))
    x = np.linspace(0.5, 90.0, 30_000)
    growing = GrowingCurves(series, smoothing=smoothing, log=log)
    for end in (0, 1, 7, 600, 601, 5_000, 12_345, 29_500, 30_000):
        growing.extend({name: values[:end] for name, values in series.items()})
        assert len(growing) == end
        so_far = growing.info(x[:end], "seconds")
    whole = curves_info(x, series, x_kind="seconds", smoothing=smoothing, log=log)
    assert so_far.log == whole.log == log
    assert so_far.x_kind == whole.x_kind == "seconds"
    for mine, expected in zip(arrays(so_far.curves), arrays(whole.curves), strict=True):
        np.testing.assert_array_equal(mine, expected)
    if log:
        # The series that diverged is hidden where it was negative, not where it is infinite.
        assert 0 < whole.curves[1].hidden < 29_000
        assert all((curve.y > 0).all() and (curve.raw_y > 0).all() for curve in whole.curves)
    assert max(curve.x[-1] for curve in whole.curves) == x[28_999]
