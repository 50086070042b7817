import numpy as np
import pytest

from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.curve_figures import marked, metric_figure, steps_figure
from ganlib.viz.curves import CurvesInfo, Mark, curves_info
from ganlib.viz.metric_specs import LOSSES, METRICS


def drawn(name: str, info: CurvesInfo) -> Chart:
    return metric_figure({"Losses": LOSSES, **METRICS}[name], info)


def test_log_axis_leaves_out_what_is_not_positive():
    values = np.array([-1.0, 0.0, 2.0, 40.0])
    info = curves_info(np.arange(4), {"critic": values}, log=True)
    np.testing.assert_array_equal(info.curves[0].x, [2, 3])
    assert info.curves[0].hidden == 2
    layout = drawn("Losses", info).layout
    assert layout["yaxis"]["type"] == "log"
    # From 2 to 40: the labels of the decades 1 to 100.
    ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500]
    np.testing.assert_allclose(layout["yaxis"]["tickvals"], ticks)
    assert layout["yaxis"]["ticktext"] == [str(tick) for tick in ticks]
    assert layout["annotations"] == []


def test_log_axis_leaves_less_than_a_decade_to_plotly():
    info = curves_info(np.arange(2), {"critic": np.array([0.55, 0.87])}, log=True)
    axis = drawn("Losses", info).layout["yaxis"]
    assert axis["type"] == "log" and "tickvals" not in axis


def test_log_axis_says_so_when_nothing_is_left():
    info = curves_info(np.arange(3), {"critic": np.array([-1.0, -2.0, 0.0])}, log=True)
    (note,) = drawn("Losses", info).layout["annotations"]
    assert note["text"].startswith("No value is positive")


def test_an_empty_run_says_that_there_are_no_points_yet():
    info = curves_info(np.empty(0), {"generator": np.empty(0)}, smoothing=0.9)
    (note,) = drawn("Losses", info).layout["annotations"]
    assert note["text"] == "No points yet"


def test_loss_figure_draws_shadows_behind_lines_in_the_same_colours():
    series = {"discriminator": np.arange(9.0), "generator": np.arange(9.0)}
    traces = metric_figure(LOSSES, curves_info(np.arange(9), series, smoothing=0.5)).traces
    assert [trace["line"]["color"] for trace in traces] == [
        colours.DISCRIMINATOR,
        colours.GENERATED,
    ] * 2
    assert [trace.get("opacity") for trace in traces] == [0.18, 0.18, None, None]
    assert [trace.get("showlegend", True) for trace in traces] == [False, False, True, True]


def test_a_run_of_one_step_is_a_visible_point():
    info = curves_info(np.array([1]), {"generator": np.array([0.7])})
    assert drawn("Losses", info).traces[0]["mode"] == "markers"


@pytest.mark.parametrize(
    ("metric", "names", "legend", "lines", "y", "levels"),
    [
        (
            "Accuracy",
            ["real", "generated"],
            ["on real", "on generated"],
            [colours.REAL, colours.GENERATED],
            {"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1], "range": [-0.03, 1.03]},
            [0.5],
        ),
        ("Distance", ["critic"], ["critic's estimate"], [colours.DISCRIMINATOR], {}, [0]),
        (
            "Clipped weights",
            ["critic"],
            ["weights of critic"],
            [colours.DISCRIMINATOR],
            {"tickformat": ".0%"},
            [],
        ),
        (
            "Learning rates",
            ["critic", "generator"],
            ["critic", "generator"],
            [colours.DISCRIMINATOR, colours.GENERATED],
            {"rangemode": "tozero"},
            [],
        ),
    ],
)
def test_a_row_of_the_table_says_how_its_chart_looks(
    metric: str,
    names: list[str],
    legend: list[str],
    lines: list[str],
    y: dict[str, object],
    levels: list[float],
) -> None:
    info = curves_info(np.arange(3), {name: np.array([-0.5, 4.0, 1.0]) for name in names})
    chart = drawn(metric, info)
    assert [trace["name"] for trace in chart.traces] == legend
    assert [trace["line"]["color"] for trace in chart.traces] == lines
    assert y.items() <= chart.layout["yaxis"].items()
    shapes = chart.layout.get("shapes", [])
    assert [(shape["y0"], shape["y1"]) for shape in shapes] == [(at, at) for at in levels]


def test_a_zoom_on_steps_is_not_kept_for_seconds_nor_a_linear_one_for_a_log_axis():
    values = {"generator": np.array([1.0, 2.0])}
    x = np.array([1.0, 2.0])
    steps, seconds, log = (
        drawn("Gradient norms", curves_info(x, values, **options)).layout
        for options in ({}, {"x_kind": "seconds"}, {"log": True})
    )
    assert steps["xaxis"]["uirevision"] != seconds["xaxis"]["uirevision"]
    assert steps["yaxis"]["uirevision"] == seconds["yaxis"]["uirevision"]
    assert steps["xaxis"]["uirevision"] == log["xaxis"]["uirevision"]
    assert steps["yaxis"]["uirevision"] != log["yaxis"]["uirevision"]


def test_a_logarithmic_distance_has_no_line_at_zero():
    info = curves_info(np.arange(3), {"critic": np.array([-0.5, 4.0, 1.0])}, log=True)
    chart = drawn("Distance", info)
    assert "shapes" not in chart.layout
    np.testing.assert_array_equal(chart.traces[0]["x"], [1, 2])


@pytest.mark.parametrize("spec", [LOSSES, *METRICS.values()], ids=lambda spec: spec.name)
def test_every_figure_passes_plotlys_own_validation(spec):
    info = curves_info(np.arange(1, 4), {"critic": np.array([0.5, 0.25, 0.125])}, smoothing=0.5)
    assert metric_figure(spec, info).to_plotly(height=170).layout.height == 170


def test_marks_are_lines_and_tell_of_themselves_where_they_are_pointed_at() -> None:
    info = curves_info(np.arange(1, 4), {"generator": np.array([3.0, 2.0, 1.0])})
    chart = drawn("Losses", info)
    assert marked(chart, [], 3.0) is chart
    found = marked(chart, [Mark(2.0, "loss hinge")], 3.0)
    assert [shape["x0"] for shape in found.layout["shapes"]] == [2.0]
    mark = found.layout["annotations"][-1]
    assert (mark["x"], mark["hovertext"]) == (2.0, "loss hinge")
    # Written beside the line, nothing longer than this would fit in every chart.
    assert mark["text"] == "▼"
    assert "shapes" not in chart.layout
    found.to_plotly()
    accuracy = drawn("Accuracy", info)
    # The level of a coin is still there.
    assert len(marked(accuracy, [Mark(1.0, "x")], 3.0).layout["shapes"]) == 2


def test_marks_that_would_lie_on_each_other_are_told_together() -> None:
    chart = metric_figure(LOSSES, curves_info(np.arange(9), {"generator": np.arange(9.0)}))
    marks = [Mark(100.0, "a"), Mark(100.0, "b"), Mark(120.0, "c"), Mark(400.0, "d")]
    found = marked(chart, marks, 1_000.0)
    assert [shape["x0"] for shape in found.layout["shapes"]] == [100, 100, 120, 400]
    told = [(mark["x"], mark["hovertext"]) for mark in found.layout["annotations"]]
    assert told == [(100.0, "a<br>b<br>c"), (400.0, "d")]
    (many,) = marked(chart, [Mark(1.0, text) for text in "abcde"], 9.0).layout["annotations"]
    assert many["hovertext"] == "a<br>b<br>c<br>and 2 more"


def test_a_figure_over_the_saved_steps() -> None:
    chart = steps_figure(np.array([0, 100]), np.array([2.0, np.nan]), "Wasserstein-1", at=100)
    assert chart.traces[0]["y"][0] == 2
    assert chart.layout["shapes"][0]["x0"] == 100
    chart.to_plotly()
