"""Batch normalisation in one operation: the same numbers, gradients and averages as Keras'."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast.normalised import FusedBatchNormalization
from ganlib.models.clone_seeded import clone_seeded
from tests.fast.twins import begin_alike, values_and_gradients

RNG = np.random.default_rng(0)
# Of images, with channels that suit oneDNN and without; and of vectors.
SHAPES = [(6, 5, 16), (4, 4, 32), (6, 5, 8), (7,)]


def both(shape: tuple[int, ...], precision: str = "float32") -> list[keras.Model]:
    """Ours and Keras', with the same weights, far from those that they begin with."""
    models = [
        clone_seeded(keras.Sequential([layer]), shape, 0, precision)
        for layer in (
            FusedBatchNormalization(momentum=0.8),
            layers.BatchNormalization(momentum=0.8),
        )
    ]
    weights = [RNG.uniform(0.5, 2, weight.shape) for weight in models[0].weights]
    for model in models:
        model.set_weights(weights)
    return models


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_values_gradients_and_averages_are_keras(shape: tuple[int, ...], training: bool) -> None:
    images = tf.constant(RNG.normal(3, 2, (8, *shape)), tf.float32)
    pull = tf.constant(RNG.normal(size=(8, *shape)), tf.float32)
    pair = both(shape)
    found = [
        [*values_and_gradients(model, images, pull, training), *model.non_trainable_variables]
        for model in pair
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def mixed_gradients(
    normalise: Callable[[tf.Tensor], tf.Tensor], images: tf.Tensor, weights: list[tf.Variable]
) -> list[tf.Tensor]:
    """Gradients of a mean of gradients, with a weight of its own for each of their numbers."""
    rng = np.random.default_rng(4)
    sources = [images, *weights]
    with tf.GradientTape() as outer:
        outer.watch(sources)
        with tf.GradientTape() as inner:
            inner.watch(sources)
            total = tf.reduce_sum(tf.sin(normalise(images)))
        gradients = inner.gradient(total, sources)
        pulls = [tf.constant(rng.normal(size=one.shape), one.dtype) for one in gradients]
        pairs = zip(gradients, pulls, strict=True)
        mean = tf.add_n([tf.reduce_sum(one * pull) for one, pull in pairs])
    found: list[tf.Tensor] = outer.gradient(mean, sources)
    return found


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_of_gradients_are_those_of_the_formula(
    shape: tuple[int, ...], precision: str
) -> None:
    # A penalty that is the same for each sample of the batch would not notice how the mean moves.
    model = both(shape, precision)[0]
    images = RNG.normal(size=(8, *shape))
    found = mixed_gradients(
        lambda inputs: model(inputs, training=True),
        tf.constant(images, precision),
        [weight.value for weight in model.trainable_variables],
    )
    gamma, beta = (tf.Variable(weight.numpy().astype(float)) for weight in model.weights[:2])

    def formula(inputs: tf.Tensor) -> tf.Tensor:
        # Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1.
        axes = list(range(len(shape)))
        mean = tf.reduce_mean(inputs, axes)
        variance = tf.reduce_mean(inputs**2, axes) - mean**2
        return gamma * (inputs - mean) / tf.sqrt(variance + model.layers[0].epsilon) + beta

    right = mixed_gradients(formula, tf.constant(images), [gamma, beta])
    for one, other in zip(found, right, strict=True):
        error = np.linalg.norm(one.numpy() - other.numpy()) / np.linalg.norm(other.numpy())
        assert error < (1e-5 if precision == "float32" else 1e-12)


def test_it_begins_like_keras_and_has_its_names() -> None:
    begin_alike(FusedBatchNormalization(), layers.BatchNormalization(), (4, 4, 16))


def test_half_precision_sums_in_single() -> None:
    # In bfloat16, 2,048 numbers around 100 would have any mean and no variance.
    images = tf.constant(RNG.normal(100, 2, (32, 8, 8, 16)), tf.float32)
    exact, half = (both((8, 8, 16), precision)[0] for precision in ("float32", "mixed_bfloat16"))
    half.set_weights(exact.get_weights())
    rounded = tf.cast(tf.cast(images, "bfloat16"), tf.float32)
    wanted, found = exact(rounded, training=True), half(images, training=True)
    assert found.dtype == "bfloat16"
    np.testing.assert_allclose(tf.cast(found, tf.float32), wanted, atol=0.05)
    for one, other in zip(exact.weights, half.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)
