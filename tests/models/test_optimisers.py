"""The fused update is Keras' own arithmetic."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib.models.optimisers import FusedAdam


def trained(kind: type, rate: float | str, beta_1: float, beta_2: float) -> list[np.ndarray]:
    """Two weights after 20 updates in a compiled function, with gradients of all sizes."""
    rng = np.random.default_rng(3)
    weights = [keras.Variable(np.ones(shape, np.float32)) for shape in ((4, 3), (3,))]
    cosine = keras.optimizers.schedules.CosineDecay(0.05, 20)
    learning_rate = cosine if rate == "cosine" else rate
    optimiser = kind(learning_rate, beta_1, beta_2)
    optimiser.build(weights)

    @tf.function
    def update(first: tf.Tensor, second: tf.Tensor) -> None:
        optimiser.apply([first, second], weights)

    for _ in range(20):
        scale = np.float32(10.0 ** rng.uniform(-6, 3))
        update(*(tf.constant(scale * rng.normal(size=w.shape), tf.float32) for w in weights))
    assert int(optimiser.iterations) == 20
    return [weight.numpy() for weight in weights]


@pytest.mark.parametrize("rate", [0.01, "cosine"])
@pytest.mark.parametrize("betas", [(0.0, 0.9), (0.5, 0.999), (0.9, 0.999)])
def test_it_goes_where_keras_adam_goes(rate: float | str, betas: tuple[float, float]) -> None:
    ours, theirs = trained(FusedAdam, rate, *betas), trained(keras.optimizers.Adam, rate, *betas)
    for our, their in zip(ours, theirs, strict=True):
        assert np.abs(their - 1).max() > 0.03
        np.testing.assert_allclose(our, their, rtol=0, atol=2e-6)


def test_the_first_step_by_hand() -> None:
    # Bias correction makes the first step the learning rate, whatever the gradient's size,
    # but for epsilon, which is added to sqrt((1 - 0.999) g^2).
    weight = keras.Variable(np.zeros(2, np.float32))
    optimiser = FusedAdam(0.25, 0.9, 0.999)
    optimiser.apply([tf.constant([4.0, -0.001])], [weight])
    small = 0.25 / (1 + 1e-7 / (np.sqrt(0.001) * 0.001))
    np.testing.assert_allclose(weight.numpy(), [-0.25, small], rtol=0, atol=1e-6)
