"""Losses against values worked out by hand, in double precision."""

from collections.abc import Callable
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
def test_a_constant_added_to_all_logits_matters_only_where_there_is_a_border(name: str) -> None:
    def losses_and_gradients(constant: float) -> tuple[np.ndarray, list[np.ndarray]]:
        real, fake = column(0.5, 1) + constant, column(0.1, -0.3) + constant
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([real, fake])
            losses = objective_of(name)(real, fake)
        logits = [(losses[0], real), (losses[0], fake), (losses[1], fake)]
        return np.array(losses), [tape.gradient(*pair).numpy() for pair in logits]

    losses, gradients = losses_and_gradients(0)
    has_border = name in config.LOSSES_WITH_BORDER
    for constant in (-3.0, 0.25, 2.0):
        moved, moved_gradients = losses_and_gradients(constant)
        if name == "wasserstein":
            # The generator's loss is minus the mean score itself.
            moved[1] += constant
        assert (np.abs(moved - losses) > 1e-12).tolist() == [has_border] * 2, constant
        if not has_border:
            np.testing.assert_allclose(moved_gradients, gradients, rtol=0, atol=1e-12)


# A grid of logits fine enough to find the best one within 1e-3, and wide enough for ln 20.
GRID = np.linspace(-4, 4, 8_001)
DENSITIES = [(0.6, 0.2), (0.2, 0.6), (1.0, 0.05), (0.05, 1.0), (0.51, 0.49), (0.49, 0.51)]
# What the discriminator of each loss wants at a place of densities p and q; from calculus.
BEST = {
    "non_saturating": lambda p, q: log(p / q),
    "least_squares": lambda p, q: (p - q) / (p + q),
    "hinge": lambda p, q: 1.0 if p > q else -1.0,
}


def best_logit(name: str, p: float, q: float, smoothing: float = 0.0) -> float:
    """The logit that minimises p * (loss on real) + q * (loss on generated) at one place."""
    objective = objective_of(name, smoothing)
    zero = column(0)

    # Each loss is a sum of one term on real and one on generated samples, so that the other
    # term is a constant, which does not move the minimum.
    def weighted(logit: tf.Tensor) -> tf.Tensor:
        here = tf.reshape(logit, (1, 1))
        return p * objective(here, zero)[0] + q * objective(zero, here)[0]

    return float(GRID[np.argmin(tf.vectorized_map(weighted, tf.constant(GRID)))])


@pytest.mark.parametrize("name", config.LOSSES_WITH_BORDER)
def test_the_best_logit_is_positive_where_real_samples_are_more_likely(name: str) -> None:
    for p, q in DENSITIES:
        found = best_logit(name, p, q)
        assert (found > 0) == (p > q) and (found < 0) == (p < q)
        assert found == pytest.approx(BEST[name](p, q), abs=2e-3)


@pytest.mark.parametrize(("name", "factor"), [("non_saturating", 0.6), ("least_squares", 0.8)])
def test_smoothing_moves_the_border_to_where_the_module_says(name: str, factor: float) -> None:
    # A smoothing of 0.2: q = (1 - 2 * 0.2) p and q = (1 - 0.2) p.
    assert best_logit(name, 1.0, factor, smoothing=0.2) == pytest.approx(0, abs=2e-3)
    assert best_logit(name, 1.0, factor - 0.05, smoothing=0.2) > 0.01
    assert best_logit(name, 1.0, factor + 0.05, smoothing=0.2) < -0.01


def test_the_best_relativistic_logit_is_the_log_ratio_up_to_a_constant() -> None:
    # Densities on three places, and the expected loss over all pairs of a real and a generated
    # sample: its gradient is 0 at log(p / q) plus any constant, and nowhere else.
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])

    def gradient(logits: np.ndarray) -> np.ndarray:
        values = tf.constant(logits)
        with tf.GradientTape() as tape:
            tape.watch(values)
            pairs = [
                p[i] * q[j] * relativistic(values[i], values[j])[0]
                for i in range(3)
                for j in range(3)
            ]
            loss = tf.add_n(pairs)
        return tape.gradient(loss, values).numpy()

    for constant in (-5.0, 0.0, 3.0):
        np.testing.assert_allclose(gradient(np.log(p / q) + constant), 0, atol=1e-12)
    assert np.abs(gradient(np.log(p / q) + np.array([0.1, 0, 0]))).max() > 1e-3
    assert "relativistic" not in config.LOSSES_WITH_BORDER


def test_each_loss_either_has_a_border_or_compares_logits() -> None:
    assert set(config.LOSSES_WITH_BORDER) <= set(NAMES)
    without = set(NAMES) - set(config.LOSSES_WITH_BORDER)
    assert without == {*config.CRITICS, *objectives.COMPARING}


@pytest.mark.parametrize("smoothing", [0.1, 0.25, 0.5])
@pytest.mark.parametrize(
    ("name", "generated", "papers"),
    # The labels of generated samples, and the smoothing in the papers, whose labels are 0 and 1.
    [("non_saturating", 0.0, lambda s: s), ("least_squares", -1.0, lambda s: s / 2)],
)
def test_smoothing_on_the_papers_scale(
    name: str, generated: float, papers: Callable[[float], float], smoothing: float
) -> None:
    # The label is where the loss on real samples is lowest. A cross-entropy's is a probability.
    label = best_logit(name, 1.0, 0.0, smoothing)
    if name == "non_saturating":
        label = 1 / (1 + exp(-label))
    # The line that takes the labels of generated and of real samples to 0 and 1.
    on_papers_scale = (label - generated) / (1 - generated)
    assert on_papers_scale == pytest.approx(1 - papers(smoothing), abs=1e-3)


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
