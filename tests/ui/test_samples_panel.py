"""Samples of a plane, which no stored run of the other tests has."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib.events import Samples
from ganlib.runs import Run, RunStore
from ganlib.ui.server.reading import Reading
from tests.support import stored_runs
from tests.support.drawn import charts

REAL = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)


def plane_run(
    store: RunStore,
    steps: tuple[int, ...] = (0, 20),
) -> Run:
    scores = {"modes": 8.0, "high_quality": 0.5}
    samples = []
    for step in steps:
        points = np.concatenate([REAL / 2, [[1_000, step], [np.nan, 0]]]).astype(np.float32)
        samples.append(Samples(step, points, points, scores=scores))
    return stored_runs.written(store, "toy/plane", REAL, *samples, names=("generator_loss",))


def panel(run) -> None:
    from ganlib.ui.run.samples import kind_of
    from ganlib.ui.run.samples.panel import samples_panel, selected_step
    from ganlib.ui.server.reading import Reading

    status = run.status()
    reading = Reading(run, status)
    kind_of(reading.recipe).options(reading)
    samples_panel(reading, selected_step(reading))


def shown(run: Run) -> AppTest:
    app = AppTest.from_function(panel, args=(run,), default_timeout=30).run()
    assert not app.exception, app.exception
    return app


def clouds(app: AppTest) -> dict[str, dict]:
    return {chart["key"]: chart for chart in charts(app)}


def test_samples_of_a_plane_are_clouds(store: RunStore) -> None:
    app = shown(plane_run(store))
    (chart,) = clouds(app).values()
    assert [trace["name"] for trace in chart["figure"]["data"]] == ["real", "generated"] * 2
    assert chart["alt"] == "Real and generated points of the plane at step 20"
    (note,) = chart["figure"]["layout"]["annotations"]
    assert note["text"] == "1 generated outside, 1 not finite"


def test_each_layer_over_the_plane_says_what_it_shows_while_it_is_on(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = {"fixed": REAL, "fresh": REAL, "surface": np.zeros((3, 3))}
    samples |= {"surface_at": np.zeros((2, 3)), "scores_real": REAL, "scores_generated": REAL}
    monkeypatch.setattr(Reading, "samples", lambda _, step: samples)
    app = shown(plane_run(store))
    layers = app.pills(key="samples.layers")
    assert layers.options[2:] == ["Discriminator", "Manifold", "Gradient"]
    assert not app.caption
    layers.set_value(["Real", "Discriminator", "Gradient"]).run()
    assert not app.exception
    (said,) = (part.value for part in app.caption)
    assert said.startswith("**Discriminator**: blue where it takes points for real")
    assert "**Gradient**: green arrows" in said
    assert "Noise" not in said
