"""The second chart: what it offers depends on what a run has measured."""

import base64
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib.events import Change, Metrics, Samples
from ganlib.runs import History, Run, RunStore, Scores
from ganlib.ui.run.curves import _chart, _ChartOptions, _marks
from ganlib.ui.server.reading import Reading
from ganlib.viz.metric_specs import METRICS, available_metrics, default_metric
from tests.support import stored_runs
from tests.support.drawn import charts

LOSSES = ("discriminator_loss", "generator_loss")
NORMS = ("discriminator_gradient_norm", "generator_gradient_norm")
RATES = ("discriminator_learning_rate", "generator_learning_rate")


@pytest.mark.parametrize(
    ("columns", "critic", "available", "default"),
    [
        ((), False, ("Accuracy", "Gradient norms"), "Accuracy"),
        ((), True, ("Distance", "Gradient norms"), "Distance"),
        (LOSSES, False, ("Accuracy", "Gradient norms"), "Accuracy"),
        (
            (*LOSSES, "accuracy_real", "accuracy_generated", *NORMS),
            False,
            ("Accuracy", "Gradient norms"),
            "Accuracy",
        ),
        (
            (*LOSSES, "critic_distance", "clipped_share", *NORMS, *RATES),
            True,
            ("Distance", "Clipped weights", "Learning rates", "Gradient norms"),
            "Distance",
        ),
        ((*LOSSES, "critic_distance", RATES[0]), True, ("Distance",), "Distance"),
        ((*LOSSES, *NORMS), False, ("Gradient norms",), "Gradient norms"),
        (
            (*LOSSES, "accuracy_real", "accuracy_generated", "critic_distance"),
            True,
            ("Accuracy", "Distance"),
            "Distance",
        ),
    ],
)
def test_a_run_offers_what_it_has_measured(columns, critic, available, default):
    assert available_metrics(columns, critic) == available
    assert default_metric(available, critic) == default


def measured(store: RunStore, names: tuple[str, ...]) -> Run:
    """A run of 20 steps; in the column c the metric at a step is step + c."""
    return stored_runs.written(
        store, "toy/scalar", np.zeros((4, 1), np.float32), block(len(names), 1.0), names=names
    )


def block(columns: int, time_s: float) -> Metrics:
    """The metrics of steps 1 to 20."""
    rows = np.arange(1, 21)[:, None] + np.arange(columns)
    return Metrics(1, rows.astype(np.float32), time_s)


def panel(folder: str) -> None:
    from pathlib import Path

    from ganlib.runs import RunStore
    from ganlib.ui.run.curves import available_charts, chart_options, curves_panel
    from ganlib.ui.server.reading import Reading

    (summary,) = RunStore(Path(folder)).list()
    run = RunStore(Path(folder)).open(summary.id)
    reading = Reading(run, run.status())
    available = available_charts(reading, critic=False)
    curves_panel(reading, available)
    chart_options(available)


def shown(store: RunStore, names: tuple[str, ...], **session: str) -> AppTest:
    run = measured(store, names)
    app = AppTest.from_function(panel, args=(str(run.path.parent),), default_timeout=30)
    for key, value in session.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def legends(app: AppTest) -> list[list[str]]:
    return [
        [trace["name"] for trace in chart["figure"]["data"] if trace.get("showlegend", True)]
        for chart in charts(app)
    ]


def test_a_run_with_a_critic_shows_its_distance_first(store: RunStore) -> None:
    app = shown(store, (*LOSSES, "critic_distance", "clipped_share", *NORMS, *RATES))
    assert legends(app) == [["critic", "generator"], ["critic's estimate"]]
    choice = app.selectbox(key="chart.second.critic")
    assert choice.options == ["Distance", "Clipped weights", "Learning rates", "Gradient norms"]
    for name, legend in [
        ("Clipped weights", ["weights of critic"]),
        ("Learning rates", ["critic", "generator"]),
        ("Gradient norms", ["critic", "generator"]),
    ]:
        app.selectbox(key="chart.second.critic").select(name).run()
        assert not app.exception
        assert legends(app)[1] == legend
        # Learning rates are not smoothed, so that there are no shadows of the raw curves.
        smoothed = name == "Gradient norms"
        assert len(charts(app)[1]["figure"]["data"]) == len(legend) * (1 + smoothed)


def test_a_choice_that_this_run_has_no_figures_for_falls_back(store: RunStore) -> None:
    names = (*LOSSES, "accuracy_real", "accuracy_generated", *NORMS)
    app = shown(store, names, **{"chart.second": "Learning rates"})
    assert app.selectbox(key="chart.second").value == "Accuracy"
    assert legends(app)[1] == ["on real", "on generated"]


def test_scores_of_the_samples_can_be_the_second_chart(store: RunStore) -> None:
    points = np.zeros((4, 2), np.float32)

    def samples(step: int, found: float) -> Samples:
        scores = {"modes": found, "high_quality": found / 10, "reverse_kl": 1 / found}
        return Samples(step, points, points, scores=scores)

    run = stored_runs.written(
        store, "toy/plane", points, samples(0, 1.0), block(6, 5.0), samples(20, 8.0)
    )
    app = AppTest.from_function(panel, args=(str(run.path.parent),), default_timeout=30).run()
    choice = app.selectbox(key="chart.second")
    assert choice.options == [
        "Accuracy",
        "Gradient norms",
        "Peaks found",
        "Near a peak",
        "Reverse KL",
    ]
    for name, expected in (
        ("Peaks found", [1.0, 8.0]),
        ("Near a peak", [0.1, 0.8]),
        ("Reverse KL", [1.0, 0.125]),
    ):
        app.selectbox(key="chart.second").select(name).run()
        assert not app.exception
        assert decoded(app)["y"] == pytest.approx(expected)
        assert decoded(app)["x"] == [0, 20]
    app.segmented_control(key="chart.x").set_value("Seconds").run()
    assert decoded(app)["x"] == [0, 5]


def decoded(app: AppTest) -> dict[str, list[float]]:
    """x and y of the second chart's last curve."""
    trace = charts(app)[1]["figure"]["data"][-1]
    return {
        axis: np.frombuffer(
            base64.b64decode(trace[axis]["bdata"]), f"<{trace[axis]['dtype']}"
        ).tolist()
        for axis in "xy"
    }


def test_before_the_first_step_the_charts_of_every_run_come_first() -> None:
    available = available_metrics({"modes"}, False)
    assert available == ("Accuracy", "Gradient norms", "Peaks found")
    assert default_metric(available, False) == "Accuracy"
    available = available_metrics({"frechet", "pixel_w1", "ink_w1_over_sigma"}, False)
    assert available == ("Accuracy", "Gradient norms", "Fréchet distance", "Brightness")
    available = available_metrics({"lipschitz_bound", "largest_slope"}, False)
    assert available == ("Accuracy", "Gradient norms", "Lipschitz bound")
    assert METRICS["Lipschitz bound"].is_log(chosen=False)
    assert METRICS["Sliced Wasserstein-1"].is_log(chosen=True)
    # A run of an earlier version has not saved the distance of real images.
    assert "Fréchet distance" in available_metrics({"frechet"}, False)


def test_changes_and_scores_stand_at_their_own_steps_where_a_log_lacks_some(
    store: RunStore,
) -> None:
    """Rows 3 to 5 of seven are lost; a change after step 4 acts from step 5 on."""
    steps, seconds = np.array([1, 2, 6, 7]), np.array([0.1, 0.2, 0.6, 0.7])
    changes = [Change(4, {"loss": "hinge"}), Change(1, {"loss": "hinge"}), Change(9, {"loss": "x"})]
    assert [mark.x for mark in _marks(changes, None, steps, seconds)] == [0.6, 0.2, 0.7]
    changes = [Change(4, {"loss": "non_saturating", "beta_1": 0.5}), Change(4, {"beta_1": 0.9})]
    (mark,) = _marks([*changes, Change(5, learns="generator")], None, steps, seconds)
    assert mark.text == "From step 5 on:<br>loss non-saturating<br>beta 1 0.9"
    history = History(("step", "time_s", "generator_loss"), np.stack([steps, seconds, steps]))
    scores = Scores(np.array([0, 2, 4, 6]), {"modes": np.array([0.0, 2.0, 4.0, 6.0])})
    options = _ChartOptions("discriminator", 0.0, False, "seconds")
    run = stored_runs.finished(store)
    reading = Reading(run, run.status())
    reading.cached("record", lambda: replace(run.record(), history=history, scores=scores))
    below = _chart(reading, METRICS["Peaks found"], options).to_plotly()
    assert list(below.data[-1].x) == [0.0, 0.2, 0.2, 0.6]
