"""Convolutions with quick gradients: the same numbers, gradients and weights as Keras' own."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from twins import begin_alike, gradients_of_gradients, values_and_gradients

from ganlib.models import quick
from ganlib.models.quick import QuickConv2D, QuickConv2DTranspose
from ganlib.models.rebuild import rebuild

RNG = np.random.default_rng(0)
KINDS = [(QuickConv2D, layers.Conv2D), (QuickConv2DTranspose, layers.Conv2DTranspose)]
SAME = {"padding": "same"}
# Those with a way of their own, and those that must fall back on Keras'.
CASES: list[dict[str, Any]] = [
    {**SAME, "kernel_size": 4, "strides": 2},
    {**SAME, "kernel_size": (2, 6), "strides": 2, "activation": "relu"},
    {**SAME, "kernel_size": 4, "strides": 2, "use_bias": False},
    {**SAME, "kernel_size": 3},
    {**SAME, "kernel_size": (4, 1)},
    {**SAME, "kernel_size": 9},
    {**SAME, "kernel_size": 5, "strides": 2},
    {**SAME, "kernel_size": 4, "strides": (1, 2)},
    {**SAME, "kernel_size": 2, "strides": 3},
    {"kernel_size": 4, "strides": 2},
]
SIDES = [(8, 6), (7, 5), (4, 4)]

pytestmark = pytest.mark.usefixtures("either_way")


def both(kinds: tuple[Any, Any], settings: dict[str, Any], shape: Any) -> list[keras.Model]:
    """Ours and Keras', with the same weights."""
    models = [
        rebuild(keras.Sequential([kind(6, **settings)]), shape, 7, "float32") for kind in kinds
    ]
    weights = [RNG.normal(size=weight.shape) for weight in models[0].weights]
    for model in models:
        model.set_weights(weights)
    return models


def close(found: list[list[tf.Tensor]]) -> None:
    for one, other in zip(*found, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        size = np.abs(other).max()
        assert size > 0
        np.testing.assert_allclose(one, other, atol=1e-5 * size)


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("settings", CASES, ids=str)
@pytest.mark.parametrize("kinds", KINDS)
def test_values_and_gradients_are_keras(
    kinds: tuple[Any, Any], settings: dict[str, Any], sides: tuple[int, int]
) -> None:
    pair = both(kinds, settings, (*sides, 5))
    images = tf.constant(RNG.normal(size=(3, *sides, 5)), tf.float32)
    pull = tf.constant(RNG.normal(size=(3, *pair[1].output_shape[1:])), tf.float32)
    close([values_and_gradients(model, images, pull) for model in pair])


def test_a_dilated_convolution_is_keras() -> None:
    images = tf.constant(RNG.normal(size=(3, 8, 6, 5)), tf.float32)
    pull = tf.constant(RNG.normal(size=(3, 8, 6, 6)), tf.float32)
    pair = both(KINDS[0], {**SAME, "kernel_size": 2, "dilation_rate": 2}, (8, 6, 5))
    close([values_and_gradients(model, images, pull) for model in pair])


@pytest.mark.parametrize("settings", CASES[:6], ids=str)
@pytest.mark.parametrize("kinds", KINDS)
def test_gradients_of_gradients_are_keras(kinds: tuple[Any, Any], settings: dict[str, Any]) -> None:
    images = tf.constant(RNG.normal(size=(3, 8, 6, 5)), tf.float32)
    pair = both(kinds, settings, (8, 6, 5))
    found = [
        tf.function(lambda model=model: gradients_of_gradients(model, images))() for model in pair
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4 * np.abs(other).max())


@pytest.mark.parametrize("kinds", KINDS)
def test_they_begin_like_keras_and_have_its_names(kinds: tuple[Any, Any]) -> None:
    ours, theirs = (kind(6, 4, strides=2, padding="same") for kind in kinds)
    begin_alike(ours, theirs, (4, 4, 3))


@pytest.mark.parametrize("kinds", KINDS)
def test_in_bfloat16_they_are_bfloat16(kinds: tuple[Any, Any]) -> None:
    images = tf.constant(RNG.normal(size=(3, 8, 6, 5)), tf.float32)
    found = []
    for kind in kinds:
        stack = keras.Sequential([kind(6, 4, strides=2, padding="same")])
        output = rebuild(stack, (8, 6, 5), 7, "mixed_bfloat16")(images)
        assert output.dtype == tf.bfloat16
        found.append(tf.cast(output, tf.float32))
    np.testing.assert_allclose(*found, atol=0.1)


def test_only_processors_without_wide_vectors_go_another_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    for gpu, flags, pays in (
        (False, {"avx2"}, True),
        (False, set(), True),
        (False, {"avx2", "avx512f"}, False),
        (True, {"avx2"}, False),
    ):
        monkeypatch.setattr(quick, "on_gpu", lambda gpu=gpu: gpu)
        monkeypatch.setattr(quick, "processor_flags", lambda flags=flags: frozenset(flags))
        assert quick._pays() is pays
        assert quick.packs((4, 6), (2, 2)) is pays
    assert not quick.packs((4, 5), (2, 2))
    assert not quick.packs((4, 4), (1, 1))
