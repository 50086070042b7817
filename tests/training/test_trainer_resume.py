"""Going on from a checkpoint, and two runs at once."""

import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.events import Checkpoint, Event, Metrics, Started
from ganlib.runs.blobs import read_blob, write_blob
from ganlib.training import Trainer, load_generator
from ganlib.training.networks import build_networks
from ganlib.training.randomness import RandomStream
from ganlib.training.trainer import _SCORED
from tests.support.small_recipe import Small, finished, only, reduced, rows, samples, train

REDUCED: dict[str, dict[str, Any]] = {
    "toy/scalar": {"steps": 12, "sample_every": 4, "checkpoint_every": 7, "batch_size": 16},
    "toy/gaussian-vector": {"steps": 8, "sample_every": 4, "checkpoint_every": 5},
    "mnist/basic": {"steps": 5, "sample_every": 5, "checkpoint_every": 3, "batch_size": 8},
    # Dropout and batch normalisation: their state decides the future, too.
    "mnist/dcgan": {"steps": 5, "sample_every": 5, "checkpoint_every": 3, "batch_size": 8},
    # So does the vector that the norm of a convolution is sought with.
    "sngan": {
        "steps": 5,
        "sample_every": 5,
        "checkpoint_every": 3,
        "batch_size": 8,
        "spectral_norm": "convolution",
    },
}
EXACT = ["toy/scalar", "toy/gaussian-vector", "mnist/dcgan", "sngan"]


@cache
def whole(name: str) -> list[Event]:
    """The events of the reduced run, never interrupted."""
    return train(reduced(name), REDUCED[name])


@cache
def gone_on(name: str) -> tuple[Trainer, list[Event]]:
    """A new trainer that went on from that run's checkpoint, as it comes from the disk."""
    (taken,) = only(whole(name), Checkpoint)
    with TemporaryDirectory() as path:
        state = {name: np.asarray(value) for name, value in taken.state.items()}
        blob = write_blob(Path(path), "checkpoints/00000001.npz", state, sync=False)
        loaded = replace(taken, state=read_blob(Path(path), blob))
    recipe = reduced(name)
    trainer = Trainer(
        recipe, recipe.parse({"devices": "cpu", "milestones": 0, **REDUCED[name]}), loaded
    )
    return trainer, list(trainer.events())


@pytest.mark.parametrize(
    ("discriminator", "generator"),
    [("adam", "same"), ("adam", "rmsprop"), ("rmsprop", "sgd"), ("sgd", "adam"), ("sgd", "sgd")],
)
def test_any_two_optimisers_train_and_resume_bit_equal(discriminator: str, generator: str) -> None:
    knobs = {
        "optimiser": discriminator,
        "generator_optimiser": generator,
        "momentum": 0.5,
        "checkpoint_every": 5,
        "generator_learning_rate": 0.01,
        "discriminator_learning_rate": 0.01,
    }
    events = train(Small(), knobs)
    config = Small().parse(knobs)
    before = build_networks(Small(), config, (2,)).state()
    taken = only(events, Checkpoint)[0]
    assert taken.step == 5
    trained = [name for name in before if name.split("/")[0] in ("generator", "discriminator")]
    assert len(trained) == 8
    for name in trained:
        assert (taken.state[name] != before[name]).any(), name
    resumed = train(Small(), knobs, taken)
    np.testing.assert_array_equal(rows(resumed), rows(events)[5:])
    assert finished(resumed).weights_sha256 == finished(events).weights_sha256
    alike = train(Small(), {**knobs, "generator_optimiser": "same"})
    same = generator in ("same", discriminator)
    assert (finished(alike).weights_sha256 == finished(events).weights_sha256) == same


@pytest.mark.parametrize("name", EXACT)
def test_a_resumed_run_is_the_run_it_would_have_been(name: str) -> None:
    (taken,) = only(whole(name), Checkpoint)
    assert 0 < taken.step < REDUCED[name]["steps"]
    _, resumed = gone_on(name)
    assert only(resumed, Started)[0].step == taken.step
    metrics = only(resumed, Metrics)
    assert metrics[0].first_step == taken.step + 1
    assert metrics[0].elapsed_s > taken.elapsed_s
    np.testing.assert_array_equal(rows(resumed), rows(whole(name))[taken.step :])
    due = {step for step in samples(whole(name)) if step > taken.step}
    assert samples(resumed).keys() == due
    for step in due:
        found, expected = samples(resumed)[step], samples(whole(name))[step]
        np.testing.assert_array_equal(found.fixed, expected.fixed)
        np.testing.assert_array_equal(found.fresh, expected.fresh)
        assert found.scores == expected.scores
        assert found.scores["lipschitz_bound"] > found.scores["largest_slope"] > 0
    assert finished(resumed) == finished(whole(name))


@pytest.mark.parametrize("stop_at", [4, 6])
def test_samples_are_made_up_for_when_a_run_stopped_just_before_them(stop_at: int) -> None:
    values = {"steps": 6, "sample_every": 4, "devices": "cpu"}
    trainer = Trainer(Small(), Small().parse(values))
    for event in trainer.events():
        if isinstance(event, Metrics) and event.last_step == stop_at:
            break
    resumed = train(Small(), values, trainer.checkpoint())
    assert sorted(samples(resumed)) == [step for step in (4, 6) if step >= stop_at]
    straight = train(Small(), values)
    for step, event in samples(resumed).items():
        np.testing.assert_array_equal(event.fixed, samples(straight)[step].fixed)
    assert finished(resumed) == finished(straight)


def test_a_checkpoint_of_other_networks_is_refused() -> None:
    (taken,) = only(whole("toy/scalar"), Checkpoint)
    with pytest.raises(RunError, match=r"^The checkpoint does not fit these networks: "):
        train(Small(), {}, taken)


@pytest.mark.parametrize("name", EXACT)
def test_a_generator_from_a_checkpoint_draws_what_the_trainer_drew(name: str) -> None:
    trainer, events = gone_on(name)
    recipe, config = trainer.recipe, trainer.config
    last = samples(events)[config.steps]
    generator = load_generator(recipe, config, trainer.checkpoint().state)
    count = recipe.sample_count
    fixed = generator.samples(generator.latents(count, RandomStream.FIXED_LATENTS))
    # How a row is rounded depends on how many there are, and these are the first of more.
    drawn = generator.latents(max(count, _SCORED), RandomStream.FRESH_LATENTS, config.steps)
    np.testing.assert_array_equal(fixed, last.fixed)
    np.testing.assert_array_equal(generator.samples(drawn)[:count], last.fresh)
    assert fixed.dtype == (np.uint8 if recipe.kind == "image" else np.float32)


def test_two_runs_at_once_are_as_if_alone() -> None:
    names = ["toy/scalar", "mnist/basic"]
    alone = {name: finished(whole(name)) for name in names}
    both_built = threading.Barrier(2, timeout=60)
    together: dict[str, list[Event]] = {}

    def run(name: str) -> None:
        recipe, events = reduced(name), []
        config = recipe.parse({**REDUCED[name], "devices": "cpu"})
        both_built.wait()
        for event in Trainer(recipe, config).events():
            events.append(event)
            if isinstance(event, Started):
                both_built.wait()
        together[name] = events

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert together.keys() == set(names)
    for name in names:
        assert finished(together[name]) == alone[name]
        np.testing.assert_array_equal(rows(together[name]), rows(whole(name)))
