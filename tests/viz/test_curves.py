import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganlib.viz import colours
from ganlib.viz.curves import (
    accuracy_figure,
    curves_info,
    decimate,
    gradient_norm_figure,
    loss_figure,
    smooth,
)


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


def test_log_axis_leaves_out_what_is_not_positive():
    values = np.array([-1.0, 0.0, 2.0, 40.0])
    info = curves_info(np.arange(4), {"critic": values}, log=True)
    np.testing.assert_array_equal(info.curves[0].x, [2, 3])
    assert info.curves[0].hidden == 2
    layout = loss_figure(info, uirevision="run").layout
    assert layout["yaxis"]["type"] == "log"
    # From 2 to 40: the labels of the decades 1 to 100.
    ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500]
    np.testing.assert_allclose(layout["yaxis"]["tickvals"], ticks)
    assert layout["yaxis"]["ticktext"] == [str(tick) for tick in ticks]
    assert layout["annotations"] == []


def test_log_axis_leaves_less_than_a_decade_to_plotly():
    info = curves_info(np.arange(2), {"critic": np.array([0.55, 0.87])}, log=True)
    axis = loss_figure(info, uirevision="run").layout["yaxis"]
    assert axis["type"] == "log" and "tickvals" not in axis


def test_log_axis_says_so_when_nothing_is_left():
    info = curves_info(np.arange(3), {"critic": np.array([-1.0, -2.0, 0.0])}, log=True)
    (note,) = loss_figure(info, uirevision="run").layout["annotations"]
    assert note["text"].startswith("No value is positive")


def test_an_empty_run_says_that_there_are_no_points_yet():
    info = curves_info(np.empty(0), {"generator": np.empty(0)}, smoothing=0.9)
    (note,) = loss_figure(info, uirevision="run").layout["annotations"]
    assert note["text"] == "No points yet"


def test_curves_refuse_a_series_of_another_length():
    with pytest.raises(ValueError, match="generator must have the shape of x"):
        curves_info(np.arange(3), {"generator": np.ones(4)})


def test_loss_figure_draws_shadows_behind_lines_in_the_same_colours():
    series = {"discriminator": np.arange(9.0), "generator": np.arange(9.0)}
    traces = loss_figure(curves_info(np.arange(9), series, smoothing=0.5), uirevision="run").traces
    assert [trace["line"]["color"] for trace in traces] == [
        colours.DISCRIMINATOR,
        colours.GENERATED,
    ] * 2
    assert [trace.get("opacity") for trace in traces] == [0.18, 0.18, None, None]
    assert [trace.get("showlegend", True) for trace in traces] == [False, False, True, True]


def test_a_run_of_one_step_is_a_visible_point():
    info = curves_info(np.array([1]), {"generator": np.array([0.7])})
    assert loss_figure(info, uirevision="run").traces[0]["mode"] == "markers"


def test_accuracy_figure_has_per_cent_and_a_line_at_a_half():
    series = {"real": np.array([0.5, 1.0]), "generated": np.array([0.0, 1.0])}
    chart = accuracy_figure(curves_info(np.arange(2), series), uirevision="run")
    assert [trace["name"] for trace in chart.traces] == ["on real", "on generated"]
    assert [trace["line"]["color"] for trace in chart.traces] == [colours.REAL, colours.GENERATED]
    low, high = chart.layout["yaxis"]["range"]
    assert -0.05 < low < 0
    assert 1 < high < 1.05
    assert chart.layout["yaxis"]["tickformat"] == ".0%"
    (line,) = chart.layout["shapes"]
    assert (line["y0"], line["y1"], line["line"]["dash"]) == (0.5, 0.5, "dot")


def test_a_zoom_on_steps_is_not_kept_for_seconds_nor_a_linear_one_for_a_log_axis():
    values = {"generator": np.array([1.0, 2.0])}
    x = np.array([1.0, 2.0])
    steps = gradient_norm_figure(curves_info(x, values), uirevision="run").layout
    seconds = gradient_norm_figure(curves_info(x, values, x_kind="seconds"), uirevision="run")
    log = gradient_norm_figure(curves_info(x, values, log=True), uirevision="run")
    assert steps["xaxis"]["uirevision"] != seconds.layout["xaxis"]["uirevision"]
    assert steps["yaxis"]["uirevision"] == seconds.layout["yaxis"]["uirevision"]
    assert steps["xaxis"]["uirevision"] == log.layout["xaxis"]["uirevision"]
    assert steps["yaxis"]["uirevision"] != log.layout["yaxis"]["uirevision"]
