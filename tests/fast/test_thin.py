"""Layers for few channels: the same numbers, gradients and weights as Keras' own."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast import thin
from ganlib.fast.thin import ThinConv2D, ThinConv2DTranspose
from ganlib.models.clone_seeded import clone_seeded
from tests.fast.twins import begin_alike, values_and_gradients

RNG = np.random.default_rng(0)
KINDS = [(ThinConv2D, layers.Conv2D), (ThinConv2DTranspose, layers.Conv2DTranspose)]
ODD = [(3, 1), (5, 2), ((1, 9), 3), (1, 1)]
EVEN = [(4, 1), ((2, 9), 3)]
CASES = [(*KINDS[0], *case) for case in ODD] + [(*KINDS[1], *case) for case in ODD + EVEN]


def both(ours: Any, theirs: Any, kernel: Any, filters: int) -> tuple[keras.Model, keras.Model]:
    """With the same weights."""
    made = [kind(filters, kernel, padding="same", activation="tanh") for kind in (ours, theirs)]
    models = tuple(keras.Sequential([keras.Input((7, 5, 3)), layer]) for layer in made)
    weights = [RNG.normal(size=weight.shape) for weight in models[0].weights]
    for model in models:
        model.set_weights(weights)
    return models[0], models[1]


@pytest.mark.parametrize(("ours", "theirs", "kernel", "filters"), CASES)
def test_values_and_gradients_are_keras(ours: Any, theirs: Any, kernel: Any, filters: int) -> None:
    images = tf.constant(RNG.normal(size=(2, 7, 5, 3)), tf.float32)
    pull = tf.constant(RNG.normal(size=(2, 7, 5, filters)), tf.float32)
    pair = both(ours, theirs, kernel, filters)
    found = [values_and_gradients(model, images, pull) for model in pair]
    for one, other in zip(*found, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("ours", "theirs"), KINDS)
def test_it_begins_like_keras_and_says_its_shape(ours: Any, theirs: Any) -> None:
    begin_alike(*(kind(1, 3, padding="same") for kind in (ours, theirs)), (6, 6, 4))


@pytest.mark.parametrize(("ours", "theirs"), KINDS)
def test_on_a_gpu_it_is_keras(ours: Any, theirs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    images = tf.constant(RNG.normal(size=(2, 7, 5, 3)), tf.float32)
    one, other = both(ours, theirs, 3, 1)
    monkeypatch.setattr(thin, "on_gpu", lambda layer: True)
    np.testing.assert_array_equal(one(images), other(images))


@pytest.mark.parametrize(("ours", "theirs"), KINDS)
def test_half_precision(ours: Any, theirs: Any) -> None:
    images = tf.constant(RNG.normal(size=(2, 6, 6, 64)), tf.float32)
    exact, half = (
        clone_seeded(keras.Sequential([ours(1, 5, padding="same")]), (6, 6, 64), 7, precision)(
            images
        )
        for precision in ("float32", "mixed_bfloat16")
    )
    assert half.dtype == "bfloat16"
    np.testing.assert_allclose(tf.cast(half, tf.float32), exact, atol=0.02)
