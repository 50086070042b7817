"""Charts of searches show the trials that they are given, the best ones in front."""

import numpy as np
import plotly.graph_objects as go

from ganlib.viz import colours
from ganlib.viz.search_charts import (
    Axis,
    TrialCurve,
    parallel_coordinates,
    pareto_chart,
    trial_curves,
    trial_history,
)


def test_the_best_trial_is_drawn_last_and_in_colour() -> None:
    curves = [
        TrialCurve("trial 0", np.array([0, 10]), np.array([2.0, 1.0]), best=True),
        TrialCurve("trial 1", np.array([0, 10]), np.array([2.0, 1.5])),
        TrialCurve("trial 2", np.empty(0), np.empty(0)),
    ]
    chart = trial_curves(curves, "distance")
    assert [trace["name"] for trace in chart.traces] == ["trial 1", "trial 0"]
    assert chart.traces[-1]["line"]["color"] == colours.GENERATED
    assert chart.traces[0]["line"]["color"] != colours.GENERATED
    go.Figure(chart.to_plotly())


def test_charts_without_trials_say_so() -> None:
    empty = np.empty(0)
    charts = [
        trial_curves([], "distance"),
        trial_history(empty, empty, empty, "distance"),
        pareto_chart(empty, empty, np.zeros(0, bool), ("a", "b")),
    ]
    for chart in charts:
        [note] = chart.layout["annotations"]
        assert "yet" in note["text"]
        chart.to_plotly()


def test_the_front_is_drawn_from_left_to_right() -> None:
    values = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 2.0], [3.0, 3.0]])
    on_front = np.array([True, True, True, False])
    others, front = pareto_chart(np.arange(4), values, on_front, ("a", "b")).traces
    assert front["x"].tolist() == [1, 2, 3] and front["y"].tolist() == [3, 2, 1]
    assert front["customdata"].tolist() == [1, 2, 0]
    assert others["customdata"].tolist() == [3]


def test_parallel_axes_of_numbers_logarithms_and_choices() -> None:
    axes = [
        Axis("rate", [1e-4, 1e-2, 1e-3], log=True),
        Axis("size", [16, 64, 32]),
        Axis("loss <b>", ["hinge", "wasserstein", "hinge"]),
        Axis("on", [True, False, True]),
    ]
    figure = go.Figure(parallel_coordinates(axes, [3.0, 1.0, 2.0]))
    [trace] = figure.data
    rate, size, loss, on = trace.dimensions
    np.testing.assert_allclose(rate.values, [-4, -2, -3])
    assert rate.ticktext[0] == "0.0001" and rate.ticktext[-1] == "0.01"
    assert list(size.values) == [16, 64, 32]
    assert list(loss.ticktext) == ["hinge", "wasserstein"] and list(loss.values) == [0, 1, 0]
    assert loss.label == "loss &lt;b&gt;"
    assert list(on.ticktext) == ["False", "True"] and list(on.values) == [1, 0, 1]
    # The colours follow the ranks: the second trial is the best.
    assert list(trace.line.color) == [2, 0, 1]
