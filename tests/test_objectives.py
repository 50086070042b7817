"""Losses against values worked out by hand, in double precision."""

from math import exp, log

import numpy as np
import pytest
import tensorflow as tf

from ganlib import config, objectives
from ganlib.config import RunConfig
from ganlib.knobs import choices
from ganlib.objectives import (
    hinge,
    least_squares,
    non_saturating,
    objective_of,
    relativistic,
    wasserstein,
)

NAMES = choices(RunConfig.model_fields["loss"])


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


def test_wasserstein_by_hand() -> None:
    # Means 2 and -1.
    critic, generator = wasserstein(column(3, 1), column(-4, 2))
    assert float(critic) == pytest.approx(-3, abs=1e-12)
    assert float(generator) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_each_loss_pulls_the_networks_apart(name: str) -> None:
    # Wherever the discriminator stands, it wants real higher and generated lower; the
    # generator wants generated higher.
    real, fake = column(0.3, -0.2), column(0.1, -0.4)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        discriminator, generator = objective_of(name)(real, fake)
    assert (tape.gradient(discriminator, real).numpy() < 0).all()
    assert (tape.gradient(discriminator, fake).numpy() > 0).all()
    assert (tape.gradient(generator, fake).numpy() < 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_only_comparing_losses_let_the_generator_see_real_logits(name: str) -> None:
    _, one = objective_of(name)(column(0.5), column(0.1))
    _, other = objective_of(name)(column(-2), column(0.1))
    assert (float(one) != float(other)) == (name in objectives.COMPARING)


@pytest.mark.parametrize("name", NAMES)
def test_only_a_critic_does_not_care_where_zero_is(name: str) -> None:
    real, fake = column(0.5, 1), column(0.1, -0.3)
    losses, moved = objective_of(name)(real, fake), objective_of(name)(real + 2, fake + 2)
    same = float(losses[0]) == pytest.approx(float(moved[0]), abs=1e-12)
    assert same == (name in config.CRITICS or name in objectives.COMPARING)


def test_a_smoothed_cross_entropy_is_lowest_at_its_label() -> None:
    # Label 0.8 on real samples: -0.8 log D - 0.2 log(1 - D), D = 3/4 and 1/2, then D = 0.8.
    smoothed = objective_of("non_saturating", 0.2)
    fake = column(0.0, 0.0)
    discriminator, _ = smoothed(column(log(3), 0), fake)
    on_real = (-0.8 * log(3 / 4) - 0.2 * log(1 / 4) + log(2)) / 2
    assert float(discriminator) == pytest.approx((on_real + log(2)) / 2, abs=1e-12)
    real = column(log(4), log(4))
    with tf.GradientTape() as tape:
        tape.watch(real)
        discriminator, _ = smoothed(real, fake)
    np.testing.assert_allclose(tape.gradient(discriminator, real), np.zeros((2, 1)), atol=1e-12)


def test_smoothed_least_squares_by_hand() -> None:
    # (3 - 0.75)^2 and (0 - 0.75)^2 on real; on generated samples as without.
    discriminator, _ = objective_of("least_squares", 0.25)(column(3, 0), column(1, -2))
    on_real = (2.25**2 + 0.75**2) / 2
    assert float(discriminator) == pytest.approx((on_real + 2.5) / 2, abs=1e-12)


@pytest.mark.parametrize("name", config.LABELLED)
def test_smoothing_is_one_sided_and_the_discriminators_alone(name: str) -> None:
    real, fake = column(0.3, -0.2), column(0.1, -0.4)
    found = []
    for smoothing in (0.0, 0.3):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([real, fake])
            discriminator, generator = objective_of(name, smoothing)(real, fake)
        on_fake = tape.gradient(discriminator, fake).numpy()
        found.append((tape.gradient(discriminator, real).numpy(), on_fake, generator.numpy()))
    assert (found[1][0] > found[0][0]).all()
    np.testing.assert_array_equal(found[1][1], found[0][1])
    np.testing.assert_array_equal(found[1][2], found[0][2])


def test_no_smoothing_is_the_loss_itself() -> None:
    for name in NAMES:
        assert objective_of(name, 0.0) is getattr(objectives, name)


def test_which_losses_have_labels() -> None:
    for name in NAMES:
        if name in config.LABELLED:
            objective_of(name, 0.1)
        else:
            with pytest.raises(ValueError, match=f"0 with {name}, which has no labels"):
                objective_of(name, 0.1)


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="Received: 'tf'"):
        objective_of("tf")
