"""The convolutional networks of the books, layer by layer."""

from typing import Any

import keras
import pytest
from keras import layers

from ganlib import recipes


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


GENERATORS = {
    "mnist/dcgan": [
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
    ],
    "wgan/clip": [
        ("Dense", 6_272, "relu"),
        ("Reshape", (7, 7, 128)),
        ("Conv2DTranspose", 128, 4, 2, "linear"),
        ("BatchNormalization", 0.8),
        ("LeakyReLU", 0.2),
        ("Conv2DTranspose", 64, 4, 2, "linear"),
        ("BatchNormalization", 0.8),
        ("LeakyReLU", 0.2),
        ("Conv2DTranspose", 1, 4, 1, "tanh"),
    ],
    "quickdraw/conv": [
        ("Dense", 3_136, "linear"),
        ("BatchNormalization", 0.9),
        ("ReLU",),
        ("Reshape", (7, 7, 64)),
        ("Dropout", 0.4),
        ("UpSampling2D",),
        ("Conv2D", 32, 5, 1, "linear"),
        ("BatchNormalization", 0.9),
        ("ReLU",),
        ("UpSampling2D",),
        ("Conv2D", 16, 5, 1, "linear"),
        ("BatchNormalization", 0.9),
        ("ReLU",),
        ("Conv2DTranspose", 8, 5, 1, "linear"),
        ("BatchNormalization", 0.9),
        ("ReLU",),
        ("Conv2D", 1, 5, 1, "sigmoid"),
    ],
}
NORMALISED = [("BatchNormalization", 0.8), ("LeakyReLU", 0.2), ("Dropout", 0.25)]
DISCRIMINATORS = {
    "mnist/dcgan": [
        ("Conv2D", 32, 3, 2, "linear"),
        ("LeakyReLU", 0.2),
        ("Dropout", 0.25),
        ("Conv2D", 64, 3, 2, "linear"),
        ("ZeroPadding2D", ((0, 1), (0, 1))),
        *NORMALISED,
        ("Conv2D", 128, 3, 2, "linear"),
        *NORMALISED,
        ("Conv2D", 256, 3, 1, "linear"),
        *NORMALISED,
    ],
    "wgan/clip": [
        ("Conv2D", 64, 4, 2, "linear"),
        ("LeakyReLU", 0.2),
        ("Conv2D", 128, 4, 2, "linear"),
        ("LeakyReLU", 0.2),
    ],
    "quickdraw/conv": [
        ("Conv2D", 64, 5, 2, "relu"),
        ("Dropout", 0.4),
        ("Conv2D", 128, 5, 2, "relu"),
        ("Dropout", 0.4),
        ("Conv2D", 256, 5, 2, "relu"),
        ("Dropout", 0.4),
        ("Conv2D", 512, 5, 1, "relu"),
        ("Dropout", 0.4),
    ],
}
# These train the same two networks.
for _name in ("wgan/gp", "sngan", "mnist/basic"):
    GENERATORS[_name], DISCRIMINATORS[_name] = GENERATORS["wgan/clip"], DISCRIMINATORS["wgan/clip"]


@pytest.mark.parametrize("name", GENERATORS)
def test_layers_in_order(name: str) -> None:
    recipe = recipes.get(name)
    config = recipe.parse({})
    assert described(recipe.generator(config)) == GENERATORS[name]
    discriminator = [*DISCRIMINATORS[name], ("Flatten",), ("Dense", 1, "linear")]
    assert described(recipe.discriminator(config)) == discriminator
