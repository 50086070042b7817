"""How a learning rate goes over a run."""

from math import sqrt

import numpy as np
import tensorflow as tf

from ganlib.models.schedules import learning_rate_factor

DONE = tf.constant([0.0, 0.25, 0.5, 0.75, 1.0])


def test_linear_falls_evenly() -> None:
    np.testing.assert_array_equal(learning_rate_factor("linear", DONE), [1, 0.75, 0.5, 0.25, 0])


def test_cosine_falls_from_one_to_zero() -> None:
    half = sqrt(0.5) / 2
    expected = [1, 0.5 + half, 0.5, 0.5 - half, 0]
    np.testing.assert_allclose(learning_rate_factor("cosine", DONE), expected, rtol=0, atol=1e-7)
