"""Samples of a plane, which no stored run of the other tests has."""

import json
from types import SimpleNamespace

import numpy as np
import stored_runs
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.events import DataReport, Samples, Started
from ganlib.runs import Run, RunStore
from ganlib.runs.writer import RunWriter

REAL = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)


def plane_run(store: RunStore) -> Run:
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse({}))
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        report = DataReport("Made up", "for a test")
        writer.write(Started(0, {}, report, "CPU", REAL, ("generator_loss",)))
        for step in (0, 20):
            points = np.concatenate([REAL / 2, [[1_000, step], [np.nan, 0]]]).astype(np.float32)
            writer.write(Samples(step, points, points))
        writer.end("finished")
    return stored_runs.newest(store)


def panel(recipe, run) -> None:
    from ganlib.ui.samples import samples_panel

    samples_panel(recipe, run, run.status())


def test_samples_of_a_plane_are_clouds(store: RunStore) -> None:
    recipe = SimpleNamespace(kind="plane")
    app = AppTest.from_function(panel, args=(recipe, plane_run(store)), default_timeout=30).run()
    assert not app.exception, app.exception
    parts = [json.loads(part.proto.json) for part in app.get("bidi_component")]
    (chart,) = (part for part in parts if "figure" in part)
    assert [trace["name"] for trace in chart["figure"]["data"]] == ["real", "generated"] * 2
    assert chart["alt"] == "Real and generated points of the plane at step 20"
    (note,) = chart["figure"]["layout"]["annotations"]
    assert note["text"] == "1 generated outside, 1 not finite"
