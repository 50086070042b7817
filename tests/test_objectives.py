"""Losses against values worked out by hand, in double precision."""

from math import exp, log

import numpy as np
import pytest
import tensorflow as tf

from ganlib import objectives
from ganlib.config import RunConfig, literal_choices
from ganlib.objectives import hinge, least_squares, non_saturating, relativistic


def column(*values: float) -> tf.Tensor:
    return tf.constant([[value] for value in values], tf.float64)


def test_a_coin_toss_costs_ln_2_each() -> None:
    losses = non_saturating(column(0, 0, 0), column(0, 0, 0))
    np.testing.assert_allclose(losses, [log(2), log(2)], rtol=0, atol=1e-12)


def test_non_saturating_by_hand() -> None:
    # -log D(x) is log(1 + 1/3) at logit ln 3 and log(1 + 1) at logit 0.
    # -log(1 - D(G(z))) is log(1 + 1/7) at logit -ln 7 and log(1 + 2) at logit ln 2.
    # -log D(G(z)) is log(1 + 7) and log(1 + 1/2) there.
    discriminator, generator = non_saturating(column(log(3), 0), column(-log(7), log(2)))
    on_real = (log(4 / 3) + log(2)) / 2
    on_fake = (log(8 / 7) + log(3)) / 2
    assert float(discriminator) == pytest.approx((on_real + on_fake) / 2, abs=1e-12)
    assert float(generator) == pytest.approx((log(8) + log(3 / 2)) / 2, abs=1e-12)


def test_far_logits_give_large_losses_and_no_infinity() -> None:
    right = non_saturating(column(1e4), column(-1e4))
    np.testing.assert_allclose(right, [0.0, 1e4], rtol=0, atol=1e-9)
    wrong = non_saturating(column(-1e4), column(1e4))
    np.testing.assert_allclose(wrong, [1e4, 0.0], rtol=0, atol=1e-9)


def test_the_generators_gradient_does_not_vanish_where_it_loses() -> None:
    fake = column(-20.0)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        _, loss = non_saturating(column(0.0), fake)
    # d/dx softplus(-x) = -1 / (1 + e^x), which is -1 far below zero, not 0.
    slope = tape.gradient(loss, fake).numpy().item()
    assert slope == pytest.approx(-1 / (1 + exp(-20)), abs=1e-12)


def test_least_squares_by_hand() -> None:
    # (3 - 1)^2 and (0 - 1)^2 on real, (1 + 1)^2 and (-2 + 1)^2 on generated samples;
    # the generator is at (1 - 1)^2 and (-2 - 1)^2.
    discriminator, generator = least_squares(column(3, 0), column(1, -2))
    assert float(discriminator) == pytest.approx(((4 + 1) / 2 + (4 + 1) / 2) / 2, abs=1e-12)
    assert float(generator) == pytest.approx((0 + 9) / 2 / 2, abs=1e-12)


def test_hinge_by_hand() -> None:
    # Nothing is missing at 2, a half at 0.5; nothing at -3, 1.25 at 0.25.
    discriminator, generator = hinge(column(2, 0.5), column(-3, 0.25))
    assert float(discriminator) == pytest.approx(0.5 / 2 + 1.25 / 2, abs=1e-12)
    assert float(generator) == pytest.approx(2.75 / 2, abs=1e-12)


def test_relativistic_by_hand() -> None:
    # The pairs are ln 3 and -ln 2 apart: log(1 + 1/3) and log(1 + 2), then log(1 + 3) and
    # log(1 + 1/2).
    discriminator, generator = relativistic(column(log(6), 1), column(log(2), 1 + log(2)))
    assert float(discriminator) == pytest.approx((log(4 / 3) + log(3)) / 2, abs=1e-12)
    assert float(generator) == pytest.approx((log(4) + log(3 / 2)) / 2, abs=1e-12)


@pytest.mark.parametrize("name", literal_choices(RunConfig.model_fields["loss"]))
def test_each_loss_pulls_the_networks_apart(name: str) -> None:
    # Wherever the discriminator stands, it wants real higher and generated lower; the
    # generator wants generated higher.
    real, fake = column(0.3, -0.2), column(0.1, -0.4)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        discriminator, generator = getattr(objectives, name)(real, fake)
    assert (tape.gradient(discriminator, real).numpy() < 0).all()
    assert (tape.gradient(discriminator, fake).numpy() > 0).all()
    assert (tape.gradient(generator, fake).numpy() < 0).all()


def test_only_comparing_losses_let_the_generator_see_real_logits() -> None:
    for name in literal_choices(RunConfig.model_fields["loss"]):
        objective = getattr(objectives, name)
        _, one = objective(column(0.5), column(0.1))
        _, other = objective(column(-2), column(0.1))
        assert (float(one) != float(other)) == (objective in objectives.COMPARING)
