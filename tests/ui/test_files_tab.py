"""What a run's downloads hold."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.runs import RunStore
from ganlib.runs.control import RunControl
from ganlib.runs.execute import execute
from ganlib.runs.trainers import make_trainer
from ganlib.ui.run.files_tab import config_json, generator_weights, metrics_csv, scores_csv
from ganlib.ui.run.samples.kind import samples_csv
from tests.support import stored_runs


def test_metrics_csv(store: RunStore) -> None:
    stored_runs.failed(store)
    text = metrics_csv(stored_runs.newest(store))
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["step", "time_s", *stored_runs.METRICS]
    assert len(lines) == 1 + stored_runs.STEP
    # Times between the ends of two blocks, 0.5 s after 10 steps and 1 s after 20.
    assert lines[10][:4] == ["10", "0.5", "10.0", "10.125"]
    assert lines[20][:4] == ["20", "1.0", "20.0", "20.125"]
    assert [line[0] for line in lines[1:]] == [str(step) for step in range(1, 21)]


def test_scores_csv(store: RunStore) -> None:
    lines = list(csv.reader(scores_csv(stored_runs.finished(store)).splitlines()))
    name = recipes.get("toy/scalar").score
    assert lines == [["step", name], ["0", "1.0"], ["20", repr(1 / 21)]]


def test_metrics_csv_before_the_first_step(store: RunStore) -> None:
    run = stored_runs.create(store)
    assert metrics_csv(run).splitlines() == ["step,time_s"]


@pytest.mark.parametrize(
    ("recipe", "header"),
    [
        ("toy/scalar", "value"),
        ("toy/plane", "x,y"),
        ("toy/gaussian-vector", ",".join(f"value_{number}" for number in range(1, 201))),
    ],
)
def test_samples_csv_has_a_line_a_sample(store: RunStore, recipe: str, header: str) -> None:
    run = stored_runs.failed(store, recipe)
    names, *lines = samples_csv(run).splitlines()
    assert names == header
    values = np.loadtxt(lines, delimiter=",", ndmin=2)
    fresh = stored_runs.samples_of(recipe, stored_runs.STEP).fresh
    # Nine digits bring a float32 back as it was.
    np.testing.assert_array_equal(values.astype(np.float32), fresh.reshape(len(values), -1))


def test_config_json_makes_the_same_run_again(store: RunStore) -> None:
    run = stored_runs.create(store, "toy/gaussian-vector", preset="as printed", steps=7)
    settings = json.loads(config_json(run))
    assert set(settings) == {"recipe", "config"}
    config = recipes.get(settings["recipe"]).parse(settings["config"])
    assert config.model_dump(mode="json") == run.values
    assert (config.steps, config.generator_output) == (7, "sigmoid")


def test_generator_weights_are_those_of_the_samples(store: RunStore, tmp_path: Path) -> None:
    from ganlib.training.generator import Generator
    from ganlib.training.networks import build_generator
    from ganlib.training.randomness import RandomStream

    recipe = recipes.get("toy/scalar")
    config = recipe.parse({"steps": 3, "generator_units": 4, "generator_layers": 1})
    run = store.create(recipe.name, config)
    assert execute(run, make_trainer, RunControl(), tensorboard=False) == "finished"

    path = tmp_path / "generator.weights.h5"
    path.write_bytes(generator_weights(run))
    # Another seed: the weights it begins with are certainly not those it is to have.
    model = build_generator(recipe, recipe.parse({**run.values, "seed": 1}))
    model.load_weights(path)
    generator = Generator(model, recipe, config)
    latents = generator.latents(recipe.sample_count, RandomStream.FIXED_LATENTS)
    np.testing.assert_allclose(
        generator.samples(latents), run.samples(3)["fixed"], rtol=1e-5, atol=1e-6
    )


def test_generator_weights_of_a_checkpoint_that_does_not_fit(store: RunStore) -> None:
    run = stored_runs.finished(store)
    with pytest.raises(RunError, match="does not fit the generator"):
        generator_weights(run)
