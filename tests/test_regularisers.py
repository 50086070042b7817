"""Penalties where the gradient is known, and weights that are cut."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib.regularisers import (
    clip_weights,
    interpolate_penalty,
    logits_and_penalty,
    share_at_limit,
)

RNG = np.random.default_rng(0)
SAMPLES = tf.constant(RNG.normal(size=(5, 3)), tf.float64)


def test_of_a_linear_discriminator_is_the_squared_norm_of_its_weights() -> None:
    weights = tf.constant([[1.0], [-2.0], [0.5]], tf.float64)
    _, penalty = logits_and_penalty(lambda x: x @ weights + 7, SAMPLES)
    # 1 + 4 + 1/4, whatever the samples are.
    assert float(penalty) == pytest.approx(5.25, abs=1e-12)


def test_of_a_quadratic_discriminator_by_hand() -> None:
    samples = tf.constant([[1.0, 2.0], [0.0, -3.0]], tf.float64)
    curvature = tf.constant([1.0, 0.5], tf.float64)
    _, penalty = logits_and_penalty(
        lambda x: tf.reduce_sum(curvature * x**2, axis=1, keepdims=True), samples
    )
    # The gradient is (2 x, y): (2, 2) and (0, -3), of squared norm 8 and 9.
    assert float(penalty) == pytest.approx(8.5, abs=1e-12)


def test_every_pixel_of_an_image_counts() -> None:
    images = tf.ones((4, 3, 2, 1), tf.float64)
    _, penalty = logits_and_penalty(lambda x: tf.reduce_sum(x, axis=(1, 2, 3))[:, None], images)
    assert float(penalty) == pytest.approx(6.0, abs=1e-12)


def test_its_gradient_with_respect_to_the_weights_is_the_finite_difference() -> None:
    first = tf.Variable(RNG.normal(size=(3, 4)))
    second = tf.Variable(RNG.normal(size=(4, 1)))

    def penalty() -> tf.Tensor:
        return logits_and_penalty(lambda x: tf.tanh(x @ first) @ second, SAMPLES)[1]

    with tf.GradientTape() as tape:
        value = penalty()
    gradients = tape.gradient(value, [first, second])
    small = 1e-6
    for variable, gradient in zip([first, second], gradients, strict=True):
        start = variable.numpy()
        for place in np.ndindex(*start.shape):
            sides = []
            for sign in (1, -1):
                moved = start.copy()
                moved[place] += sign * small
                variable.assign(moved)
                sides.append(float(penalty()))
            variable.assign(start)
            slope = (sides[0] - sides[1]) / (2 * small)
            assert float(gradient[place]) == pytest.approx(slope, abs=1e-7)
    assert all(np.abs(gradient).max() > 1e-3 for gradient in gradients)


def test_between_samples_of_a_linear_critic_it_is_how_far_the_norm_is_from_1() -> None:
    weights = tf.constant([[2.0], [-2.0], [1.0]], tf.float64)
    mix = tf.constant(RNG.uniform(size=(5, 1)))
    penalty = interpolate_penalty(lambda x: x @ weights + 7, SAMPLES, -3 * SAMPLES, mix)
    # sqrt(4 + 4 + 1) = 3, wherever it is measured.
    assert float(penalty) == pytest.approx((3 - 1) ** 2, abs=1e-12)


def test_it_is_measured_at_the_mixture() -> None:
    real = tf.constant([[1.0, 2.0], [4.0, 0.0]], tf.float64)
    fake = tf.constant([[3.0, -2.0], [0.0, 0.0]], tf.float64)
    mix = tf.constant([[0.5], [0.75]], tf.float64)
    penalty = interpolate_penalty(
        lambda x: tf.reduce_sum(x**2, axis=1, keepdims=True) / 2, real, fake, mix
    )
    # At (2, 0) and (3, 0), where the gradient is the place itself.
    assert float(penalty) == pytest.approx(((2 - 1) ** 2 + (3 - 1) ** 2) / 2, abs=1e-12)


def test_the_norm_of_an_image_is_over_all_its_pixels() -> None:
    images = tf.ones((4, 3, 3, 1), tf.float64)
    mix = tf.ones((4, 1, 1, 1), tf.float64)
    penalty = interpolate_penalty(
        lambda x: tf.reduce_sum(x, axis=(1, 2, 3))[:, None], images, -images, mix
    )
    assert float(penalty) == pytest.approx((3 - 1) ** 2, abs=1e-12)


def test_a_flat_critic_is_penalised_and_pushes_no_weight_to_nan() -> None:
    # No slope at all: the penalty is 1, and where to turn is undecided.
    weights = tf.Variable(np.zeros((3, 1)))
    with tf.GradientTape() as tape:
        mix = tf.ones((5, 1), tf.float64)
        penalty = interpolate_penalty(lambda x: x @ weights, SAMPLES, SAMPLES, mix)
    assert float(penalty) == pytest.approx(1, abs=1e-12)
    np.testing.assert_array_equal(tape.gradient(penalty, weights), np.zeros((3, 1)))


def test_its_gradient_turns_the_norm_towards_1() -> None:
    weights = tf.Variable(np.array([[3.0], [-4.0]]))
    samples = tf.constant(RNG.normal(size=(6, 2)))
    with tf.GradientTape() as tape:
        mix = tf.ones((6, 1), tf.float64)
        penalty = interpolate_penalty(lambda x: x @ weights, samples, samples, mix)
    # d/dw (|w| - 1)^2 = 2 (|w| - 1) w / |w| = 8 w / 5.
    expected = [[8 * 3 / 5], [8 * -4 / 5]]
    np.testing.assert_allclose(tape.gradient(penalty, weights), expected, rtol=0, atol=1e-12)


def test_weights_are_cut_and_those_at_the_limit_counted() -> None:
    first = keras.Variable(np.array([[0.5, -0.005], [-0.02, 0.01]], np.float32))
    second = keras.Variable(np.array([0.0, -0.01, 3.0, 0.003], np.float32))
    both = [first, second]
    assert float(share_at_limit(both, 0.01)) == 5 / 8
    tf.function(lambda: clip_weights(both, 0.01))()
    np.testing.assert_allclose(first.numpy(), [[0.01, -0.005], [-0.01, 0.01]], rtol=1e-6)
    np.testing.assert_allclose(second.numpy(), [0, -0.01, 0.01, 0.003], rtol=1e-6)
    # 0.5, -0.02 and 0.01; -0.01 and 3.
    share = tf.function(lambda: share_at_limit(both, 0.01))()
    assert float(share) == 5 / 8
