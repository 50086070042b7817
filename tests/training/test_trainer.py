"""A run as a sequence of events."""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import DivergedError
from ganlib.events import Checkpoint, Event, Finished, Metrics, Phase, Samples, Started
from ganlib.training import Trainer, networks
from tests.support.small_recipe import Small, finished, forced_pace, only, rows, samples, train

TOY = {"steps": 11, "sample_every": 4, "checkpoint_every": 5, "batch_size": 16}


@pytest.fixture(scope="module")
def toy() -> list[Event]:
    """A run of toy/scalar whose last step is due for nothing else."""
    return train(recipes.get("toy/scalar"), TOY)


def test_events_come_in_order(toy: list[Event]) -> None:
    phases = [Phase("loading 1-D distributions"), Phase("building the networks")]
    assert toy[:2] == phases
    assert isinstance(toy[2], Started)
    assert isinstance(toy[3], Samples) and toy[3].step == 0
    assert toy[-2] == Phase("scoring the generator")
    assert isinstance(toy[-1], Finished)
    assert {type(event) for event in toy[3:-2]} == {Metrics, Samples, Checkpoint}


def test_what_a_run_says_when_it_starts(toy: list[Event]) -> None:
    started = only(toy, Started)[0]
    assert started.step == 0
    assert started.parameters == {"generator": 8_513, "discriminator": 9_025}
    assert started.device == "CPU"
    assert started.data.sentence() == (
        "Two peaks at -2 and 2, sd 0.5 each, sampled for every batch"
    )
    assert started.real.shape == (2_000, 1)
    # The learning rates too, for they follow a cosine.
    assert started.metric_names == (
        "discriminator_loss",
        "generator_loss",
        "accuracy_real",
        "accuracy_generated",
        "discriminator_gradient_norm",
        "generator_gradient_norm",
        "discriminator_learning_rate",
        "generator_learning_rate",
    )


def test_figures_of_every_step_once(toy: list[Event]) -> None:
    metrics = only(toy, Metrics)
    assert metrics[0].first_step == 1
    for earlier, later in pairwise(metrics):
        assert later.first_step == earlier.last_step + 1
        assert later.elapsed_s >= earlier.elapsed_s
    assert metrics[0].elapsed_s > 0
    assert rows(toy).shape == (11, 8) and rows(toy).dtype == np.float32
    assert np.isfinite(rows(toy)).all()


def test_samples_at_every_due_step_right_after_its_figures(toy: list[Event]) -> None:
    assert sorted(samples(toy)) == [0, 4, 8, 11]
    for before, event in pairwise(toy):
        if isinstance(event, Samples) and event.step:
            assert isinstance(before, Metrics) and before.last_step == event.step


def test_checkpoints_at_every_due_step(toy: list[Event]) -> None:
    assert [event.step for event in only(toy, Checkpoint)] == [5, 10]


def test_milestones_lie_evenly_along_the_run() -> None:
    values = {"steps": 10, "milestones": 3, "checkpoint_every": 5}
    saved = only(train(Small(), values), Checkpoint)
    assert [(event.step, event.milestone) for event in saved] == [
        (4, True),
        (5, False),
        (7, True),
        (10, True),
    ]


@pytest.mark.parametrize(("steps", "count"), [(93_750, 4), (5, 4), (10, 3), (7, 7), (3, 5)])
def test_as_many_milestones_as_asked_for(steps: int, count: int) -> None:
    trainer = Trainer(Small(), Small().parse({"steps": steps, "milestones": count}))
    found, step = [], 0
    while step < steps:
        step = trainer._next_milestone(step)
        found.append(step)
    parts = np.arange(1, count + 1) * steps / count
    assert found == sorted({int(np.ceil(part)) for part in parts})


def test_a_state_that_is_not_finite_is_no_checkpoint() -> None:
    # The figures of a step are taken before its update, which is the one that diverges here.
    trainer = Trainer(Small(), Small().parse({"devices": "cpu", "steps": 2, "milestones": 0}))
    for event in trainer.events():
        if isinstance(event, Metrics):
            break
    kernel = trainer._built().generator.trainable_variables[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(DivergedError, match=r"generator weights were no longer a finite number"):
        trainer.checkpoint()


def test_a_step_that_is_due_for_all_gets_all_once() -> None:
    events = train(Small(), {"steps": 4, "sample_every": 2, "checkpoint_every": 2})
    assert sorted(samples(events)) == [0, 2, 4]
    assert [event.step for event in only(events, Checkpoint)] == [2, 4]
    assert sorted(samples(train(Small(), {"steps": 1, "sample_every": 9}))) == [0, 1]


def test_samples_are_of_the_fixed_and_of_fresh_noise(toy: list[Event]) -> None:
    by_step = samples(toy)
    for event in by_step.values():
        assert event.fixed.shape == event.fresh.shape == (2_000, 1)
        assert event.fixed.dtype == event.fresh.dtype == np.float32
        np.testing.assert_array_equal(event.noise, by_step[0].noise)
        assert event.noise.shape == (2_000, 1)
        assert event.scores.keys() >= {"w1_over_sigma"}
    assert (by_step[0].fresh != by_step[0].fixed).any()
    assert (by_step[4].fixed != by_step[0].fixed).any()
    same_noise = [np.corrcoef(by_step[0].fixed[:, 0], by_step[4].fixed[:, 0])[0, 1]]
    new_noise = [np.corrcoef(by_step[0].fresh[:, 0], by_step[4].fresh[:, 0])[0, 1]]
    assert abs(same_noise[0]) > 0.5 > 5 / 2_000**0.5 > abs(new_noise[0])


def test_the_end_says_where_and_how_good(toy: list[Event]) -> None:
    end = finished(toy)
    assert end.step == 11
    assert len(end.weights_sha256) == 64 and int(end.weights_sha256, 16) > 0
    assert end.metrics.keys() >= {"w1_over_sigma", "mean", "sd"}
    assert all(np.isfinite(value) for value in end.metrics.values())


def same_run(first: list[Event], second: list[Event]) -> None:
    """Fails unless both runs are the same, bit for bit, in all but time."""
    np.testing.assert_array_equal(rows(first), rows(second))
    assert samples(first).keys() == samples(second).keys()
    for step, event in samples(first).items():
        np.testing.assert_array_equal(event.fixed, samples(second)[step].fixed)
        np.testing.assert_array_equal(event.fresh, samples(second)[step].fresh)
        assert event.scores == samples(second)[step].scores
    assert finished(first) == finished(second)


@pytest.mark.parametrize("steps_per_call", [1, 3, 1_000])
def test_the_same_seed_gives_the_same_run_at_any_pace(
    toy: list[Event], steps_per_call: int
) -> None:
    with forced_pace(steps_per_call):
        again = train(recipes.get("toy/scalar"), TOY)
    lengths = [len(event.values) for event in only(again, Metrics)]
    # Samples are due at 4, 8, 11 and checkpoints at 5 and 10.
    expected = {1: [1] * 11, 3: [3, 1, 1, 3, 2, 1], 1_000: [4, 1, 3, 2, 1]}
    assert lengths == expected[steps_per_call]
    same_run(toy, again)


@pytest.mark.slow
def test_calls_end_with_the_stage_and_change_nothing() -> None:
    knobs = {"images_per_phase": 12, "batch_size": 4, "steps": 24, "sample_every": 24}
    found = []
    # Phases of three steps: size 0 alone, then two of each further size, the first step of
    # which still has none of it.
    for steps_per_call, lengths in ((1, [1] * 24), (1_000, [4, 6, 6, 8])):
        with forced_pace(steps_per_call):
            events = train(recipes.get("progressive"), {**knobs, "checkpoint_every": 0})
        assert [len(event.values) for event in only(events, Metrics)] == lengths
        found.append(finished(events).weights_sha256)
    assert found[0] == found[1]


def test_another_seed_gives_another_run(toy: list[Event]) -> None:
    other = train(recipes.get("toy/scalar"), {**TOY, "seed": 1})
    assert finished(other).weights_sha256 != finished(toy).weights_sha256
    assert (rows(other) != rows(toy)).any(axis=1).all()


def test_pausing_is_not_asking() -> None:
    trainer = Trainer(Small(), Small().parse({"devices": "cpu"}))
    events = trainer.events()
    steps = []
    for event in events:
        steps.append(trainer.step)
        if isinstance(event, Metrics):
            assert trainer.step == event.last_step
    assert steps[0] == 0 and steps[-1] == trainer.step == 8


def test_state_can_be_asked_for_only_when_there_is_one() -> None:
    trainer = Trainer(Small(), Small().parse({"devices": "cpu"}))
    with pytest.raises(RuntimeError, match="only from the Started event"):
        trainer.checkpoint()
    events = trainer.events()
    for event in events:
        if isinstance(event, Started):
            break
    begun = trainer.checkpoint()
    assert (begun.step, begun.elapsed_s) == (0, 0.0)
    *_, last = events
    assert isinstance(last, Finished)
    assert trainer.weights_sha256() == last.weights_sha256
    assert trainer.checkpoint().step == 8


@pytest.mark.parametrize(("steps_per_call", "step"), [(1, 6), (64, 6), (64, 1)])
def test_a_step_that_is_not_finite_is_told_and_those_before_it_were_yielded(
    steps_per_call: int, step: int
) -> None:
    values = {"devices": "cpu", "poisoned_step": step, "steps": 20, "sample_every": 100}
    seen: list[Event] = []
    with forced_pace(steps_per_call), pytest.raises(DivergedError) as caught:
        for event in Trainer(Small(), Small().parse(values)).events():
            seen.append(event)
    assert caught.value.step == step
    assert "discriminator_loss" in caught.value.names
    assert str(caught.value).startswith("Training diverged: discriminator loss ")
    assert f" no longer a finite number at step {step}. " in str(caught.value)
    if step == 1:
        assert only(seen, Metrics) == []
    else:
        healthy = train(Small(), {"steps": step - 1, "sample_every": 100})
        np.testing.assert_array_equal(rows(seen), rows(healthy))


def test_a_generator_that_the_last_update_broke_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # The figures of step 1 come from before its update and are finite.
    values = {"devices": "cpu", "steps": 1, "generator_learning_rate": 1.0}

    class Breaks(Small):
        def generator(self, config: Any) -> Any:
            from ganlib.models.dense import mlp

            return mlp([4, 4], 2)

    # No knob takes such a learning rate.
    def optimiser(config: object, kind: str, rate: float) -> keras.optimizers.Optimizer:
        return keras.optimizers.SGD(1e30 if rate == 1 else 1e-3)

    monkeypatch.setattr(networks, "_optimiser", optimiser)
    monkeypatch.setattr(networks.Networks, "set_learning_rates", lambda *_: None)
    seen: list[Event] = []
    with pytest.raises(DivergedError) as caught:
        for event in Trainer(Breaks(), Breaks().parse(values)).events():
            seen.append(event)
    assert (caught.value.step, caught.value.names) == (1, ["generator_output"])
    assert rows(seen).shape == (1, 6)
