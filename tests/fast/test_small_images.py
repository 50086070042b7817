"""Convolutions of small images: the same numbers, gradients and weights as Keras' own."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast import small_images
from ganlib.fast.small_images import SmallImageConv2D
from ganlib.models.clone_seeded import clone_seeded
from tests.fast.twins import begin_alike, gradients_of_gradients, values_and_gradients

RNG = np.random.default_rng(0)
# Kernel and strides; some kernels are larger than the images, and some taps see only zeros.
CASES = [(5, 1), (5, 2), ((2, 9), 1), ((4, 3), 1), (4, 2), ((11, 1), (1, 2)), (1, 1)]


def both(kernel: Any, strides: Any, precision: str = "float32") -> list[keras.Model]:
    """Ours and Keras', with the same weights."""
    models = [
        clone_seeded(
            keras.Sequential([kind(6, kernel, strides=strides, padding="same")]),
            (4, 3, 5),
            7,
            precision,
        )
        for kind in (SmallImageConv2D, layers.Conv2D)
    ]
    weights = [RNG.normal(size=weight.shape) for weight in models[0].weights]
    for model in models:
        model.set_weights(weights)
    return models


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize(("kernel", "strides"), CASES)
def test_values_and_gradients_are_keras(kernel: Any, strides: Any, precision: str) -> None:
    pair = both(kernel, strides, precision)
    images = tf.constant(RNG.normal(size=(3, 4, 3, 5)), tf.float32)
    pull = tf.constant(RNG.normal(size=(3, *pair[0].output_shape[1:])), tf.float32)
    found = [values_and_gradients(model, images, pull) for model in pair]
    places = 1e-5 if precision == "float32" else 0.3
    for one, other in zip(*found, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        one, other = (tf.cast(value, tf.float32) for value in (one, other))
        np.testing.assert_allclose(one, other, rtol=places, atol=places)


@pytest.mark.parametrize(("kernel", "strides"), CASES)
def test_gradients_of_gradients_are_keras(kernel: Any, strides: Any) -> None:
    images = tf.constant(RNG.normal(size=(3, 4, 3, 5)), tf.float32)
    found = [gradients_of_gradients(model, images) for model in both(kernel, strides)]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-2)


def test_a_step_can_be_looked_through_twice() -> None:
    models = [
        clone_seeded(
            keras.Sequential(
                [kind(4, 3, padding="same", activation="relu") for kind in (layers.Conv2D, last)]
            ),
            (4, 4, 2),
            0,
            "float32",
        )
        for last in (SmallImageConv2D, layers.Conv2D)
    ]
    images = tf.constant(RNG.normal(size=(3, 4, 4, 2)), tf.float32)

    def slope(model: keras.Model) -> tf.Tensor:
        """Of the loss after two updates on these images, by the images."""

        def loss(values: list[tf.Tensor]) -> tf.Tensor:
            return tf.reduce_sum(model.stateless_call(values, [], images)[0] ** 2)

        values = [tf.convert_to_tensor(weight.value) for weight in model.trainable_variables]
        with tf.GradientTape() as outer:
            outer.watch(images)
            for _ in range(2):
                with tf.GradientTape() as inner:
                    inner.watch(values)
                    now = loss(values)
                gradients = inner.gradient(now, values)
                values = [a - 0.01 * b for a, b in zip(values, gradients, strict=True)]
            later = loss(values)
        return outer.gradient(later, images)

    ours, theirs = (tf.function(slope)(model) for model in models)
    assert np.abs(theirs).max() > 0
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_it_begins_like_keras_and_has_its_names() -> None:
    begin_alike(
        SmallImageConv2D(6, 3, padding="same"), layers.Conv2D(6, 3, padding="same"), (4, 4, 3)
    )


def test_on_a_gpu_it_is_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    images = tf.constant(RNG.normal(size=(3, 4, 3, 5)), tf.float32)
    one, other = both(5, 1)
    monkeypatch.setattr(small_images, "on_gpu", lambda layer: True)
    np.testing.assert_array_equal(one(images), other(images))
