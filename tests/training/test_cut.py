"""A step that is given up in its middle leaves no trace."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.events import CutOff, Event, Metrics
from ganlib.training import Trainer, trainer
from ganlib.training.cut import Cut
from ganlib.training.networks import build_networks
from tests.support.small_recipe import finished

# Small, but not too small to be cut; two updates of the discriminator in a step.
KNOBS = {
    "steps": 4,
    "sample_every": 100,
    "milestones": 0,
    "batch_size": 32,
    "discriminator_steps": 2,
}


@pytest.fixture(autouse=True)
def every_step_counts_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "_LONG_S", 0.0)


def _trainer(name: str = "mnist/dcgan", **knobs: object) -> Trainer:
    recipe = recipes.get(name)
    return Trainer(recipe, recipe.parse(KNOBS | knobs))


def _until(events: Iterator[Event], step: int) -> None:
    while True:
        event = next(events)
        if isinstance(event, Metrics) and event.last_step == step:
            return


@contextmanager
def _cut_after(run: Trainer, seconds: float) -> Iterator[None]:
    """Has steps cut off so long from now, by somebody else, until the end of the block."""
    timer = threading.Timer(seconds, run.cut_off, [True])
    timer.start()
    try:
        yield
    finally:
        timer.join()
        run.cut_off(False)


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("mnist/dcgan", {"average_decay": 0.9, "schedule": "plateau"}),
        ("wgan/gp", {}),
        ("sngan", {"gradient_penalty": "r1"}),
    ],
)
def test_a_step_that_was_cut_off_is_made_as_if_it_had_not_been(
    name: str, knobs: dict[str, object]
) -> None:
    plain, cut = _trainer(name, **knobs), _trainer(name, **knobs)
    whole = list(plain.events())
    plain.close()
    events = cut.events()
    _until(events, 2)
    before, cuts = cut.checkpoint(), 0
    # At whatever part of the step, and not one that ends before.
    for seconds in (0.0, 0.02, 0.04, 0.06, 0.08):
        with _cut_after(cut, seconds):
            event = next(events)
        if not isinstance(event, CutOff):
            break
        cuts += 1
        after = cut.checkpoint()
        assert event.step == cut.step == 2
        assert all((after.state[name] == value).all() for name, value in before.state.items())
    assert cuts > 0
    assert finished(list(events)).weights_sha256 == finished(whole).weights_sha256


def test_a_step_by_hand_is_not_cut_off() -> None:
    by_hand = _trainer()
    events = by_hand.events()
    _until(events, 1)
    by_hand.change({}, learns="generator")
    with _cut_after(by_hand, 0.05):
        event = next(events)
    assert isinstance(event, Metrics) and event.last_step == 2


def test_what_was_asked_for_before_a_step_keeps_it_from_beginning() -> None:
    asked = _trainer()
    events = asked.events()
    _until(events, 1)
    asked.cut_off(True)
    assert next(events) == CutOff(1)
    asked.cut_off(False)
    event = next(events)
    assert isinstance(event, Metrics) and event.last_step == 2


def test_what_else_goes_wrong_in_a_step_is_told() -> None:
    recipe = recipes.get("mnist/dcgan")
    cut = Cut(build_networks(recipe, recipe.parse({}), (28, 28, 1)))

    def fails() -> None:
        tf.debugging.Assert(tf.constant(False), ["something else"])

    with pytest.raises(tf.errors.InvalidArgumentError, match="something else"):
        cut.attempt(fails)
