"""Samples of a plane, which no stored run of the other tests has."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.events import Samples
from ganlib.runs import Run, RunStore
from ganlib.ui.server.reading import Reading
from tests.support import stored_runs
from tests.support.drawn import charts

REAL = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)


def plane_run(
    store: RunStore,
    steps: tuple[int, ...] = (0, 20),
    modes: float = 8.0,
    distances: dict[str, float] | None = None,
) -> Run:
    scores = {"modes": modes, "high_quality": 0.5, **(distances or {})}
    samples = []
    for step in steps:
        points = np.concatenate([REAL / 2, [[1_000, step], [np.nan, 0]]]).astype(np.float32)
        samples.append(Samples(step, points, points, scores=scores))
    return stored_runs.written(store, "toy/plane", REAL, *samples, names=("generator_loss",))


def panel(run) -> None:
    from ganlib import recipes
    from ganlib.ui.run.samples.panel import samples_options, samples_panel
    from ganlib.ui.server.reading import Reading

    status = run.status()
    recipe, reading = recipes.get("toy/plane"), Reading(run, status)
    samples_options(recipe, reading)
    samples_panel(recipe, reading, status)


def shown(run: Run, **session: str) -> AppTest:
    app = AppTest.from_function(panel, args=(run,), default_timeout=30)
    for key, value in session.items():
        app.session_state[key] = value
    app.run()
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
    # There is no other run that could stand beside it.
    assert not app.selectbox


def test_another_run_of_the_plane_beside_it(store: RunStore) -> None:
    stored_runs.finished(store)
    run = plane_run(store)
    distances = {"sliced_w1_over_sigma": 0.347, "sliced_w1_floor": 0.0511}
    other = plane_run(store, steps=(0, 10, 30), modes=3.0, distances=distances)
    app = shown(run)
    assert list(clouds(app)) == ["plane"]
    assert app.selectbox(key="samples.beside").options == [
        "No run",
        f"{other.label().name} · cured",
    ]
    app.selectbox(key="samples.beside").set_value(other.id).run()
    assert not app.exception
    both = clouds(app)
    # The last step that the other run has up to there.
    assert both["plane"]["alt"].endswith("at step 20")
    assert both["plane.beside"]["alt"].endswith("at step 10")
    said = [part.value for part in app.markdown]
    assert any("Step 20: 8 peaks, 50.0 % near a peak" in part for part in said)
    assert any("Step 10: 3 peaks, 50.0 % near a peak" in part for part in said)
    # The first run has no distance, like those of earlier versions.
    (distance,) = (part for part in said if "Distance" in part)
    assert distance.endswith("Distance 0.35 (two real samples: rarely above 0.051)")


def test_a_run_beside_that_has_no_samples_yet_or_has_gone(store: RunStore) -> None:
    run = plane_run(store)
    queued = store.create("toy/plane", recipes.get("toy/plane").parse({}))
    app = shown(run, **{"samples.beside": queued.id})
    assert list(clouds(app)) == ["plane"]
    assert any("No samples yet" in part.value for part in app.markdown)
    app = shown(run, **{"samples.beside": "20200101-0000-000000000000"})
    assert app.selectbox(key="samples.beside").value == ""
    assert list(clouds(app)) == ["plane"]


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
