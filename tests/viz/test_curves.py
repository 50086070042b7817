import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganlib.viz.curves import curves_info, decimate, smooth


def test_smoothing_by_hand():
    # Weights 1; 1/2, 1; 1/4, 1/2, 1 over the values so far.
    expected = [4.0, (2 + 1) / 1.5, (1 + 0.5 + 8) / 1.75]
    np.testing.assert_allclose(smooth(np.array([4.0, 1.0, 8.0]), 0.5), expected, rtol=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 0.99])
def test_smoothing_keeps_a_constant(weight):
    # Long enough to go past the head, where the correction is left out.
    np.testing.assert_allclose(smooth(np.full(6_000, 2.5), weight), 2.5, rtol=1e-12)


def test_smoothing_without_weight_changes_nothing():
    values = np.array([3.0, -1.0, 2.0])
    np.testing.assert_array_equal(smooth(values, 0), values)


@pytest.mark.parametrize("weight", [-0.1, 0.995, 1.0])
def test_smoothing_refuses_a_weight(weight):
    with pytest.raises(ValueError, match=r"from 0 to 0\.99"):
        smooth(np.ones(3), weight)


@settings(max_examples=60, deadline=None)
@given(
    values=hnp.arrays(np.float32, st.integers(1, 3_000), elements=st.floats(-1e6, 1e6, width=32)),
    max_points=st.integers(8, 700),
)
def test_decimation_keeps_ends_and_extremes(values, max_points):
    chosen = decimate(values, max_points)
    assert len(chosen) <= max_points
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] == 0
    assert chosen[-1] == len(values) - 1
    assert values[chosen].min() == values.min()
    assert values[chosen].max() == values.max()


def test_decimation_leaves_a_short_curve_alone():
    np.testing.assert_array_equal(decimate(np.ones(600), 600), np.arange(600))


def test_decimation_refuses_too_few_points():
    with pytest.raises(ValueError, match="at least 8"):
        decimate(np.ones(100), 7)


def test_smoothing_comes_before_decimation():
    values = np.random.default_rng(0).standard_normal(20_000)
    (curve,) = curves_info(np.arange(20_000), {"generator": values}, smoothing=0.9).curves
    np.testing.assert_allclose(curve.y, smooth(values, 0.9)[curve.x], rtol=1e-6)
    np.testing.assert_allclose(curve.raw_y, values[curve.raw_x], rtol=1e-6)


def test_curves_of_one_chart_share_their_x():
    draws = np.random.default_rng(1).standard_normal((2, 50_000))
    series = {"discriminator": draws[0], "generator": draws[1]}
    first, second = curves_info(np.arange(1, 50_001), series, smoothing=0.5).curves
    np.testing.assert_array_equal(first.x, second.x)
    assert 300 < len(first.x) <= 600
    assert len(first.raw_x) == pytest.approx(600, abs=10)
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
