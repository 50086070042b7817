"""The gradient penalty where the gradient is known."""

import numpy as np
import pytest
import tensorflow as tf

from ganlib.regularisers import logits_and_penalty

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
