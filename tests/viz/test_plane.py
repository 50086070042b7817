import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganlib.viz import colours
from ganlib.viz.plane import MAX_POINTS, plane_figure, plane_info

NONE = np.empty((0, 2), np.float32)
CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)


def test_the_square_is_the_extent_of_the_real_points_and_a_margin():
    info = plane_info(np.repeat(CORNERS, 100, axis=0), NONE)
    # 0.3 of an extent of 2 on every side.
    np.testing.assert_allclose(info.x_range, (-1.6, 1.6), rtol=1e-6)
    np.testing.assert_allclose(info.y_range, (-1.6, 1.6), rtol=1e-6)


def test_a_flat_cloud_gets_a_square_about_its_middle():
    line = np.stack([np.linspace(0, 10, 2_001), np.full(2_001, 3.0)], axis=1)
    info = plane_info(line, NONE)
    np.testing.assert_allclose(np.subtract(*info.x_range), np.subtract(*info.y_range))
    np.testing.assert_allclose(np.mean(info.x_range), 5, atol=1e-6)
    np.testing.assert_allclose(np.mean(info.y_range), 3, atol=1e-6)


def test_one_far_real_point_of_many_does_not_decide():
    real = np.concatenate([np.tile(CORNERS, (1_000, 1)), [[1e6, 0]]])
    assert plane_info(real, NONE).x_range[1] == pytest.approx(1.6)


def test_generated_points_do_not_move_the_square_but_those_outside_are_counted():
    real = np.repeat(CORNERS, 100, axis=0)
    generated = np.array([[0, 0], [1.59, -1.59], [1.61, 0], [0, -50]])
    info = plane_info(real, generated)
    assert info.x_range == plane_info(real, NONE).x_range
    assert info.outside == 2
    assert len(info.generated) == 4
    (note,) = plane_figure(info).layout["annotations"]
    assert note["text"] == "2 generated outside"
    hidden = plane_figure(info, hidden=["generated"])
    assert hidden.layout["annotations"] == []
    # The square stays as large when there is nothing to tell.
    assert hidden.layout["margin"] == plane_figure(info).layout["margin"]


@pytest.mark.parametrize("away", [0, 1e9])
def test_what_is_told_of_points_outside_lies_below_the_axis_and_its_title(away):
    real = np.repeat(CORNERS, 100, axis=0).astype(np.float64) + away
    layout = plane_figure(plane_info(real, real + 50)).layout
    (note,) = layout["annotations"]
    assert (note["y"], note["yanchor"]) == (0, "top")
    # Of labels, and below them the title that says from which number they count.
    below = 42 if away else 24
    assert ("title" in layout["xaxis"] and layout["xaxis"]["title"]["text"] != "") == bool(away)
    assert note["yshift"] == -below
    assert layout["margin"]["b"] >= below + 12


def test_points_that_are_not_finite_are_left_out_and_counted():
    generated = np.array([[0, np.nan], [np.inf, 0], [0.5, 0.5]])
    info = plane_info(np.concatenate([CORNERS, [[np.nan, 0]]]), generated)
    assert len(info.real) == 4
    np.testing.assert_array_equal(info.generated, [[0.5, 0.5]])
    assert (info.outside, info.not_finite) == (0, 2)
    (note,) = plane_figure(info).layout["annotations"]
    assert note["text"] == "2 not finite"


def test_at_most_2500_points_each():
    draws = np.random.default_rng(0).standard_normal((2, 4_000, 2))
    info = plane_info(*draws)
    np.testing.assert_array_equal(info.real, draws[0, :MAX_POINTS])
    np.testing.assert_array_equal(info.generated, draws[1, :MAX_POINTS])


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 40), st.just(2)),
        elements=st.floats(-(2.0**60), 2.0**60, width=32),
    )
)
def test_the_range_is_never_empty(real):
    info = plane_info(real, real)
    for low, high in (info.x_range, info.y_range):
        assert np.isfinite([low, high]).all()
        assert low < high
    assert 0 <= info.outside <= len(real)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3), (2, 5, 2)])
def test_refuses_what_is_no_plane(shape):
    with pytest.raises(ValueError, match=r"real must have the shape \(n, 2\)"):
        plane_info(np.zeros(shape), NONE)


def test_refuses_to_draw_without_a_real_point():
    with pytest.raises(ValueError, match="at least one finite real point"):
        plane_info(np.full((3, 2), np.nan), NONE)


def test_real_below_generated_and_equal_axes():
    chart = plane_figure(plane_info(CORNERS, CORNERS / 2))
    assert [trace["name"] for trace in chart.traces] == ["real", "generated"] * 2
    below, above, *legend = chart.traces
    np.testing.assert_array_equal(below["y"], CORNERS[:, 1])
    np.testing.assert_array_equal(above["y"], CORNERS[:, 1] / 2)
    assert [dot["marker"]["color"] for dot in legend] == [colours.REAL, colours.GENERATED]
    assert chart.layout["yaxis"]["scaleanchor"] == "x"
    assert chart.layout["annotations"] == []
    assert chart.to_plotly(300).layout.height == 300


def test_axes_have_the_names_of_a_table_without_its_markup() -> None:
    info = plane_info(np.random.default_rng(0).normal(size=(30, 2)), np.empty((0, 2)))
    layout = plane_figure(info, names=["height, cm", "<b>" + 60 * "w"]).layout
    assert layout["xaxis"]["title"]["text"] == "height, cm"
    assert layout["yaxis"]["title"]["text"] == "&lt;b&gt;" + 37 * "w" + "…"
    assert not plane_figure(info).layout["xaxis"].get("title", {}).get("text")
