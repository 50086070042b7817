"""One layer in place of two: the same numbers, the same gradients, the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast.upsampled import UpsampledConv2D
from ganlib.models.clone_seeded import clone_seeded
from tests.fast.twins import values_and_gradients

RNG = np.random.default_rng(0)


def pair(kernel: int, channels: int, filters: int) -> tuple[keras.Model, keras.Model]:
    """(our layer, Keras' two) with the same weights."""
    one = keras.Sequential(
        [keras.Input((7, 5, channels)), UpsampledConv2D(filters, kernel, padding="same")]
    )
    two = keras.Sequential(
        [
            keras.Input((7, 5, channels)),
            layers.UpSampling2D(),
            layers.Conv2D(filters, kernel, padding="same"),
        ]
    )
    weights = [RNG.normal(size=weight.shape) for weight in two.weights]
    for model in (one, two):
        model.set_weights(weights)
    return one, two


@pytest.mark.parametrize(("kernel", "channels", "filters"), [(3, 2, 4), (5, 3, 1), (1, 2, 2)])
def test_values_and_gradients_are_those_of_the_two_layers(
    kernel: int, channels: int, filters: int
) -> None:
    images = tf.constant(RNG.normal(size=(2, 7, 5, channels)), tf.float32)
    pull = tf.constant(RNG.normal(size=(2, 14, 10, filters)), tf.float32)
    models = pair(kernel, channels, filters)
    found = [values_and_gradients(model, images, pull) for model in models]
    for ours, keras_own in zip(*found, strict=True):
        assert ours.shape == keras_own.shape
        np.testing.assert_allclose(ours, keras_own, rtol=1e-4, atol=1e-4)


def test_it_begins_like_the_convolution_it_replaces() -> None:
    ours, theirs = (
        clone_seeded(keras.Sequential(stack), (4, 4, 3), 7, "float32")
        for stack in (
            [UpsampledConv2D(2, 3, padding="same")],
            [layers.Conv2D(2, 3, padding="same")],
        )
    )
    assert ours.output_shape == (None, 8, 8, 2)
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_an_activation_comes_last_and_precision_is_the_layers() -> None:
    layer = UpsampledConv2D(2, 3, padding="same", activation="relu")
    model = clone_seeded(keras.Sequential([layer]), (4, 4, 3), 7, "mixed_bfloat16")
    output = model(tf.constant(RNG.normal(size=(2, 4, 4, 3)), tf.float32))
    assert output.dtype == tf.bfloat16
    assert float(tf.reduce_min(tf.cast(output, tf.float32))) == 0
