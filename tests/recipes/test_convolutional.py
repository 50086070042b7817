"""Convolutional networks: the layers of RECIPES, one after the other."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from ganlib.models.conv import (
    narrowing_generator,
    regularised_discriminator,
    strided_discriminator,
    transposed_generator,
    upsampling_generator,
    wide_discriminator,
)


def described(network: keras.Sequential) -> list[tuple[Any, ...]]:
    """What makes each layer what it is."""
    return [_described(layer) for layer in network.layers]


def _described(layer: layers.Layer) -> tuple[Any, ...]:
    kind = type(layer).__name__
    if isinstance(layer, layers.Dense):
        return kind, layer.units, layer.activation.__name__
    if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
        size, step = layer.kernel_size[0], layer.strides[0]
        if (layer.kernel_size, layer.strides) != ((size, size), (step, step)):
            raise AssertionError(f"{layer} is not square")
        if (layer.padding, layer.use_bias) != ("same", True):
            raise AssertionError(f"{layer} is padded {layer.padding}, bias {layer.use_bias}")
        return kind, layer.filters, size, step, layer.activation.__name__
    if isinstance(layer, layers.BatchNormalization):
        return kind, layer.momentum
    if isinstance(layer, layers.LeakyReLU):
        return kind, layer.negative_slope
    if isinstance(layer, layers.Dropout):
        return kind, layer.rate
    if isinstance(layer, layers.ZeroPadding2D):
        return kind, layer.padding
    if isinstance(layer, layers.Reshape):
        return kind, layer.target_shape
    return (kind,)


def test_the_upsampling_generator() -> None:
    assert described(upsampling_generator(0.8)) == [
        ("Dense", 6_272, "relu"),
        ("Reshape", (7, 7, 128)),
        ("UpSampling2D",),
        ("Conv2D", 128, 3, 1, "linear"),
        ("BatchNormalization", 0.8),
        ("ReLU",),
        ("UpSampling2D",),
        ("Conv2D", 64, 3, 1, "linear"),
        ("BatchNormalization", 0.8),
        ("ReLU",),
        ("Conv2D", 1, 3, 1, "tanh"),
    ]


def test_the_regularised_discriminator() -> None:
    normalised = [("BatchNormalization", 0.8), ("LeakyReLU", 0.2), ("Dropout", 0.25)]
    assert described(regularised_discriminator(0.25, 0.8)) == [
        ("Conv2D", 32, 3, 2, "linear"),
        ("LeakyReLU", 0.2),
        ("Dropout", 0.25),
        ("Conv2D", 64, 3, 2, "linear"),
        ("ZeroPadding2D", ((0, 1), (0, 1))),
        *normalised,
        ("Conv2D", 128, 3, 2, "linear"),
        *normalised,
        ("Conv2D", 256, 3, 1, "linear"),
        *normalised,
        ("Flatten",),
        ("Dense", 1, "linear"),
    ]


def test_the_transposed_generator() -> None:
    assert described(transposed_generator(0.8)) == [
        ("Dense", 6_272, "relu"),
        ("Reshape", (7, 7, 128)),
        ("Conv2DTranspose", 128, 4, 2, "linear"),
        ("BatchNormalization", 0.8),
        ("LeakyReLU", 0.2),
        ("Conv2DTranspose", 64, 4, 2, "linear"),
        ("BatchNormalization", 0.8),
        ("LeakyReLU", 0.2),
        ("Conv2DTranspose", 1, 4, 1, "tanh"),
    ]


def test_the_strided_discriminator() -> None:
    assert described(strided_discriminator()) == [
        ("Conv2D", 64, 4, 2, "linear"),
        ("LeakyReLU", 0.2),
        ("Conv2D", 128, 4, 2, "linear"),
        ("LeakyReLU", 0.2),
        ("Flatten",),
        ("Dense", 1, "linear"),
    ]


def test_the_narrowing_generator() -> None:
    def smoothed(filters: int, kind: str = "Conv2D") -> list[tuple[Any, ...]]:
        return [
            (kind, filters, 5, 1, "linear"),
            ("BatchNormalization", 0.9),
            ("ReLU",),
        ]

    network = narrowing_generator(0.4, 0.9)
    assert described(network) == [
        ("Dense", 3_136, "linear"),
        ("BatchNormalization", 0.9),
        ("ReLU",),
        ("Reshape", (7, 7, 64)),
        ("Dropout", 0.4),
        ("UpSampling2D",),
        *smoothed(32),
        ("UpSampling2D",),
        *smoothed(16),
        *smoothed(8, "Conv2DTranspose"),
        ("Conv2D", 1, 5, 1, "sigmoid"),
    ]
    network.build((None, 32))
    # The book's own figure; 2 * (3,136 + 32 + 16 + 8) are the normalisations' averages.
    assert network.count_params() == 183_713
    trained = sum(weight.numpy().size for weight in network.trainable_weights)
    assert trained == 183_713 - 2 * (3_136 + 32 + 16 + 8) == 177_329


def test_the_wide_discriminator() -> None:
    network = wide_discriminator(0.4)
    assert described(network) == [
        ("Conv2D", 64, 5, 2, "relu"),
        ("Dropout", 0.4),
        ("Conv2D", 128, 5, 2, "relu"),
        ("Dropout", 0.4),
        ("Conv2D", 256, 5, 2, "relu"),
        ("Dropout", 0.4),
        ("Conv2D", 512, 5, 1, "relu"),
        ("Dropout", 0.4),
        ("Flatten",),
        ("Dense", 1, "linear"),
    ]
    network.build((None, 28, 28, 1))
    # The book's own figure.
    assert network.count_params() == 4_311_553


@pytest.mark.parametrize(
    ("network", "into", "out_of"),
    [
        (upsampling_generator(0.8), (10,), (28, 28, 1)),
        (transposed_generator(0.8), (10,), (28, 28, 1)),
        (narrowing_generator(0.4, 0.9), (32,), (28, 28, 1)),
        (regularised_discriminator(0.25, 0.8), (28, 28, 1), (1,)),
        (strided_discriminator(), (28, 28, 1), (1,)),
        (wide_discriminator(0.4), (28, 28, 1), (1,)),
    ],
)
def test_shapes(network: keras.Sequential, into: tuple[int, ...], out_of: tuple[int, ...]) -> None:
    outputs = network(np.zeros((3, *into), np.float32))
    assert outputs.shape == (3, *out_of)
