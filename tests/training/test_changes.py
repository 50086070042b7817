"""What is changed in the middle of a run: it acts at once, and a resume repeats it."""

from typing import Any

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import ConfigError
from ganlib.events import Change, Checkpoint, Event, Finished, Metrics, Samples
from ganlib.training import Trainer
from tests.support.cases import slow_but

RECIPE = recipes.get("toy/scalar")
SMALL = {
    "steps": 40,
    "batch_size": 16,
    "sample_every": 20,
    "devices": "cpu",
    "generator_units": 8,
    "discriminator_units": 8,
}


def config(**knobs: Any) -> Any:
    return RECIPE.parse({**SMALL, "schedule": "constant", "milestones": 0, **knobs})


def run_to(trainer: Trainer, events: Any, step: int) -> None:
    """Consumes events until that many steps are made."""
    while trainer.step < step:
        next(events)


def finish(events: Any) -> str:
    return next(event for event in events if isinstance(event, Finished)).weights_sha256


def weights(trainer: Trainer) -> dict[str, np.ndarray]:
    return trainer._built().state()


def moved(before: dict[str, np.ndarray], after: dict[str, np.ndarray], group: str) -> bool:
    return any(
        (before[name] != after[name]).any() for name in before if name.split("/")[0] == group
    )


def by_hand(trainer: Trainer, events: Any, learns: str) -> list[Event]:
    trainer.change({}, learns)
    found = []
    while not found or not isinstance(found[-1], Samples):
        found.append(next(events))
    return found


def test_a_step_by_hand_moves_one_network_alone() -> None:
    trainer = Trainer(RECIPE, config())
    events = trainer.events()
    run_to(trainer, events, 20)
    while not isinstance(next(events), Samples):
        pass
    for learns, still in (("discriminator", "generator"), ("generator", "discriminator")):
        before, step = weights(trainer), trainer.step
        metrics, samples = by_hand(trainer, events, learns)
        assert isinstance(metrics, Metrics)
        assert metrics.values.shape[0] == 1
        assert np.isfinite(metrics.values).all()
        assert trainer.step == samples.step == step + 1
        after = weights(trainer)
        assert moved(before, after, learns)
        assert moved(before, after, f"{learns}_optimiser")
        assert not moved(before, after, still)
        assert not moved(before, after, f"{still}_optimiser")
        assert moved(before, after, "average") == (learns == "generator")


def test_a_step_of_both_by_hand_is_a_usual_one() -> None:
    usual = Trainer(RECIPE, config())
    expected = finish(usual.events())
    trainer = Trainer(RECIPE, config())
    events = trainer.events()
    run_to(trainer, events, 10)
    by_hand(trainer, events, "both")
    assert finish(events) == expected


@pytest.mark.parametrize("schedule", slow_but(["constant"], ["constant", "cosine"]))
@pytest.mark.parametrize(
    "knobs",
    slow_but(
        [{"generator_learning_rate": 0.02}, {"discriminator_steps": 3}],
        [
            {"generator_learning_rate": 0.02},
            {"discriminator_steps": 3},
            {"loss": "hinge"},
        ],
    ),
    ids=lambda knobs: next(iter(knobs)),
)
def test_a_change_acts_from_the_next_step_on(schedule: str, knobs: dict[str, Any]) -> None:
    trainer = Trainer(RECIPE, config(schedule=schedule))
    plain = finish(Trainer(RECIPE, config(schedule=schedule)).events())
    # Half of the run with one set of knobs and half with another, by way of a checkpoint.
    first = Trainer(RECIPE, config(schedule=schedule, checkpoint_every=20))
    events = first.events()
    run_to(first, events, 20)
    state = first.checkpoint()
    second = Trainer(RECIPE, config(schedule=schedule, **knobs), state)
    expected = finish(second.events())

    events = trainer.events()
    run_to(trainer, events, 20)
    change = trainer.change(knobs)
    assert change == Change(20, knobs)
    assert finish(events) == expected != plain


def test_a_resume_repeats_what_was_changed() -> None:
    trainer = Trainer(RECIPE, config(checkpoint_every=10))
    events = trainer.events()
    kept: Checkpoint | None = None
    changes = []
    while trainer.step < 20:
        event = next(events)
        if isinstance(event, Checkpoint) and event.step == 10:
            kept = event
            changes.append(trainer.change({"generator_learning_rate": 0.01}))
    changes.append(trainer.change({"loss": "least_squares", "discriminator_steps": 2}))
    changes.append(trainer.change({}, "generator"))
    whole = finish(events)
    assert [change.step for change in changes] == [10, 20, 20]
    assert kept is not None
    again = Trainer(RECIPE, config(checkpoint_every=10), kept, changes)
    assert finish(again.events()) == whole
    late = Trainer(RECIPE, config(checkpoint_every=10), kept, changes[:2])
    assert finish(late.events()) != whole


@pytest.mark.slow
def test_what_is_changed_before_a_recorded_change_acts_before_it() -> None:
    recorded = Change(20, {"loss": "hinge"})
    trainer = Trainer(RECIPE, config(checkpoint_every=10), None, [recorded])
    events = trainer.events()
    run_to(trainer, events, 10)
    change = trainer.change({"generator_learning_rate": 0.02})
    assert change.step == 10
    whole = finish(events)
    # In the order in which they were written down.
    again = Trainer(RECIPE, config(checkpoint_every=10), None, [recorded, change])
    assert finish(again.events()) == whole
    late = Trainer(RECIPE, config(checkpoint_every=10), None, [recorded, Change(20, change.knobs)])
    assert finish(late.events()) != whole


@pytest.mark.slow
def test_a_step_by_hand_waits_for_recorded_ones() -> None:
    recorded = [Change(at, {}, "discriminator") for at in (10, 11)]
    trainer = Trainer(RECIPE, config(checkpoint_every=13), None, recorded)
    events = trainer.events()
    run_to(trainer, events, 10)
    asked = [trainer.change({}, "generator") for _ in range(2)]
    assert [change.step for change in asked] == [12, 13]
    kept = None
    while kept is None:
        event = next(events)
        kept = event if isinstance(event, Checkpoint) else None
    assert kept.step == 13
    whole = finish(events)
    # The second one comes after the checkpoint.
    for checkpoint in (None, kept):
        again = Trainer(RECIPE, config(checkpoint_every=13), checkpoint, [*recorded, *asked])
        assert finish(again.events()) == whole


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"batch_size": 8}, "^batch_size cannot be changed during a run. Allowed: gen"),
        ({"loss": "wasserstein"}, "^loss cannot be changed to wasserstein during this run"),
        (
            {"generator_learning_rate": -1.0},
            "^generator_learning_rate must be a number, great",
        ),
    ],
)
def test_what_cannot_be_changed_is_refused_and_changes_nothing(
    knobs: dict[str, Any], said: str
) -> None:
    trainer = Trainer(RECIPE, config(gradient_penalty="wgan_gp"))
    plain = finish(Trainer(RECIPE, config(gradient_penalty="wgan_gp")).events())
    events = trainer.events()
    run_to(trainer, events, 10)
    with pytest.raises(ConfigError, match=said):
        trainer.change(knobs)
    assert finish(events) == plain
