"""Learning rates along a run, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from ganlib.training.networks import Networks, build_networks
from ganlib.training.randomness import StepContext, stream_seeds
from ganlib.training.schedules import adapt, set_learning_rates
from tests.support.small_recipe import Small


def built(schedule: str, **knobs: object) -> tuple[Networks, object]:
    config = Small().parse({"schedule": schedule, **knobs})
    return build_networks(Small(), config, (2,)), config


def rates_at(networks: Networks, config: object, step: int) -> tuple[float, float]:
    """(generator's, discriminator's) at a step of 100; they start at 0.2 and 0.4."""
    at = StepContext(
        tf.constant(stream_seeds(0)), tf.constant(step, tf.int64), tf.constant(100, tf.int64)
    )
    set_learning_rates(networks, config, tf.constant(0.2), tf.constant(0.4), at)
    pair = (networks.generator_optimiser, networks.discriminator_optimiser)
    generator, discriminator = (float(one.learning_rate) for one in pair)
    return generator, discriminator


@pytest.mark.parametrize(
    ("schedule", "step", "share"),
    [
        ("cosine", 1, 1.0),
        ("cosine", 26, (1 + 0.5**0.5) / 2),
        ("cosine", 51, 0.5),
        ("linear", 1, 1.0),
        ("linear", 26, 0.75),
        ("linear", 100, 0.01),
    ],
)
def test_a_schedule_sets_both(schedule: str, step: int, share: float) -> None:
    assert rates_at(*built(schedule), step) == pytest.approx((0.2 * share, 0.4 * share), rel=1e-5)


def test_a_constant_schedule_touches_nothing() -> None:
    networks, config = built("constant")
    assert rates_at(networks, config, 70) == pytest.approx((0.05, 0.05))
    assert networks.adaptation == {}


def adapt_to(networks: Networks, config: object, **figures: float) -> None:
    adapt(networks, config, {name: tf.constant(value) for name, value in figures.items()})


def test_a_plateau_halves_both_when_patience_is_over() -> None:
    networks, config = built("plateau", patience=3)
    # Its first loss is the best so far; the same again is no better.
    for _ in range(3):
        adapt_to(networks, config, generator_loss=2.0)
    assert rates_at(networks, config, 1) == pytest.approx((0.2, 0.4))
    adapt_to(networks, config, generator_loss=2.0)
    assert rates_at(networks, config, 1) == pytest.approx((0.1, 0.2))
    # A loss that falls is waited for no longer.
    for step in range(9):
        adapt_to(networks, config, generator_loss=1.9 - step)
    assert rates_at(networks, config, 1) == pytest.approx((0.1, 0.2))
    for _ in range(200):
        adapt_to(networks, config, generator_loss=50.0)
    assert rates_at(networks, config, 1) == pytest.approx((0.002, 0.004))


def test_accuracy_slows_the_discriminator_alone_and_lets_it_recover() -> None:
    networks, config = built("accuracy", target_accuracy=0.75)
    adapt_to(networks, config, accuracy_real=1.0, accuracy_generated=1.0)
    # A running mean from one half: 0.505 is not yet too much.
    assert rates_at(networks, config, 1) == pytest.approx((0.2, 0.4))
    for _ in range(100):
        adapt_to(networks, config, accuracy_real=1.0, accuracy_generated=1.0)
    # 1 - 0.5 * 0.99 ** n is above 0.75 from the 69th on.
    above = 101 - int(np.floor(np.log(0.5) / np.log(0.99)))
    expected = 0.4 * 0.995**above
    assert rates_at(networks, config, 1) == pytest.approx((0.2, expected), rel=1e-3)
    for _ in range(2_000):
        adapt_to(networks, config, accuracy_real=1.0, accuracy_generated=1.0)
    assert rates_at(networks, config, 1) == pytest.approx((0.2, 0.004))
    for _ in range(2_000):
        adapt_to(networks, config, accuracy_real=0.0, accuracy_generated=1.0)
    assert rates_at(networks, config, 1) == pytest.approx((0.2, 0.4))


def test_what_is_remembered_is_part_of_the_state() -> None:
    networks, config = built("accuracy")
    for _ in range(100):
        adapt_to(networks, config, accuracy_real=1.0, accuracy_generated=1.0)
    state = networks.state()
    assert {name for name in state if name.startswith("adaptation/")} == {
        "adaptation/factor",
        "adaptation/smoothed",
    }
    other, _ = built("accuracy")
    other.restore(state)
    assert rates_at(other, config, 1) == rates_at(networks, config, 1)
    assert rates_at(other, config, 1)[1] < 0.4
