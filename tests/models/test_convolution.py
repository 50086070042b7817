"""Our convolutions against Keras': values, gradients, and the gradients' gradients."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.models import convolution
from ganlib.models.rebuild import rebuild

RNG = np.random.default_rng(0)

CASES: dict[str, tuple[str, tuple[int, int, int], dict[str, Any]]] = {
    "stride 1": ("Conv2D", (6, 5, 8), {"kernel_size": 3, "padding": "same"}),
    "stride 1, even kernel": ("Conv2D", (6, 6, 8), {"kernel_size": 4, "padding": "same"}),
    "stride 1, valid": ("Conv2D", (7, 6, 8), {"kernel_size": (3, 2)}),
    "kernel larger than the image": ("Conv2D", (3, 4, 8), {"kernel_size": 5, "padding": "same"}),
    "one channel": ("Conv2D", (6, 6, 1), {"kernel_size": 3, "padding": "same"}),
    "stride 2": ("Conv2D", (8, 8, 8), {"kernel_size": 4, "strides": 2, "padding": "same"}),
    "stride 2, odd sides": (
        "Conv2D",
        (7, 9, 8),
        {"kernel_size": 5, "strides": 2, "padding": "same"},
    ),
    "stride 2, valid": ("Conv2D", (9, 8, 8), {"kernel_size": 4, "strides": 2}),
    "stride 2, small kernel": (
        "Conv2D",
        (7, 7, 8),
        {"kernel_size": 3, "strides": 2, "padding": "same"},
    ),
    "dilated": ("Conv2D", (7, 7, 8), {"kernel_size": 3, "dilation_rate": 2, "padding": "same"}),
    "transposed": (
        "Conv2DTranspose",
        (4, 3, 3),
        {"kernel_size": 4, "strides": 2, "padding": "same"},
    ),
    "transposed, odd kernel": (
        "Conv2DTranspose",
        (4, 3, 3),
        {"kernel_size": 5, "strides": 2, "padding": "same"},
    ),
    "transposed, stride 1": ("Conv2DTranspose", (6, 6, 3), {"kernel_size": 5, "padding": "same"}),
    "transposed, stride 3": (
        "Conv2DTranspose",
        (3, 3, 3),
        {"kernel_size": 4, "strides": 3, "padding": "same"},
    ),
    "transposed, valid": ("Conv2DTranspose", (4, 4, 3), {"kernel_size": 4, "strides": 2}),
}


@pytest.mark.parametrize("filters", [1, 9])
@pytest.mark.parametrize("case", CASES)
def test_values_gradients_and_their_gradients_are_keras_own(case: str, filters: int) -> None:
    name, shape, settings = CASES[case]
    inputs = tf.constant(RNG.normal(size=(2, *shape)), tf.float64)
    pair = [
        getattr(module, name)(filters, activation="tanh", dtype="float64", **settings)
        for module in (convolution, layers)
    ]
    for layer in pair:
        layer.build((None, *shape))
    for one, other in zip(pair[0].weights, pair[1].weights, strict=True):
        value = RNG.normal(size=one.shape)
        one.assign(value)
        other.assign(value)

    @tf.function
    def everything(layer: layers.Layer) -> list[tf.Tensor]:
        weights = [weight.value for weight in layer.weights]
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                output = layer(inputs)
                total = tf.reduce_sum(output**2)
            slopes = inner.gradient(total, [inputs, *weights])
            steepness = tf.add_n([tf.reduce_sum(slope**2) for slope in slopes])
        return [output, *slopes, *outer.gradient(steepness, [inputs, *weights])]

    for ours, keras_own in zip(*(map(everything, pair)), strict=True):
        assert ours.shape == keras_own.shape
        np.testing.assert_allclose(ours, keras_own, rtol=1e-9, atol=1e-9)


def test_a_recipes_network_gets_them_and_keeps_its_weights_and_names() -> None:
    stack = [
        layers.Conv2D(8, 4, strides=2, padding="same"),
        layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
    ]
    made = rebuild(keras.Sequential(stack), (8, 8, 1), 7, "float32")
    assert [type(layer) for layer in made.layers] == [
        convolution.Conv2D,
        convolution.Conv2DTranspose,
    ]
    assert [layer.name for layer in made.layers] == ["00_conv2d", "01_conv2dtranspose"]
    plain = keras.Sequential([keras.Input((8, 8, 1)), *stack])
    plain.set_weights(made.get_weights())
    images = RNG.normal(size=(2, 8, 8, 1)).astype("float32")
    np.testing.assert_allclose(made(images), plain(images), rtol=1e-5, atol=1e-5)
