"""Describes the networks of a recipe layer by layer."""

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers

from ganlib.architecture import LayerBox, NetworkShape
from ganlib.config import RunConfig
from ganlib.models.fourier import FourierFeatures
from ganlib.models.minibatch import MinibatchDiscrimination
from ganlib.models.progressive import GrowingFeatures, GrowingImages
from ganlib.models.spectral import SpectralConv2D, SpectralDense
from ganlib.recipes.base import Recipe
from ganlib.training.networks import build_discriminator, build_generator


def describe(recipe: Recipe[Any], config: RunConfig) -> tuple[NetworkShape, NetworkShape]:
    """Both networks, as the recipe writes them; needs none of its data.

    Args:
        recipe: source of the networks.
        config: the run's knobs.
    Returns:
        (generator, discriminator).
    """
    generator = build_generator(recipe, config, plain=True)
    shape = generator.output_shape[1:]
    discriminator = build_discriminator(recipe, config, shape, plain=True)
    return _shape("generator", generator), _shape("discriminator", discriminator)


def _shape(name: str, model: keras.Model) -> NetworkShape:
    return NetworkShape(name, tuple(model.input_shape[1:]), tuple(_boxes(model)))


def _boxes(model: keras.Model) -> Iterator[LayerBox]:
    for layer in model.layers:
        if isinstance(layer, layers.InputLayer):
            continue
        shape = tuple(layer.output.shape[1:])
        yield LayerBox(layer.name, kind_of(layer), shape, layer.count_params())


def kind_of(layer: layers.Layer) -> str:
    """A layer in a few words, such as "conv 5 x 5, stride 2, relu"."""
    words = [_words(layer)]
    activation = getattr(layer, "activation", None)
    if activation is not None and activation.__name__ != "linear":
        words += [activation.__name__.replace("_", " ")]
    return ", ".join(filter(None, words))


def _words(layer: Any) -> str:
    if isinstance(layer, layers.Dense):
        return f"{_normalised(layer)}dense"
    if isinstance(layer, layers.UpSampling2D):
        return f"upsample {' x '.join(str(factor) for factor in layer.size)}"
    if isinstance(layer, layers.Conv2DTranspose):
        return f"transposed {_convolution(layer)}"
    if isinstance(layer, layers.Conv2D):
        return f"{_normalised(layer)}{_convolution(layer)}"
    if isinstance(layer, layers.BatchNormalization):
        return "batch normalisation"
    if isinstance(layer, layers.Dropout):
        return f"dropout {layer.rate:g}"
    return _NAMES.get(type(layer), type(layer).__name__)


def _convolution(layer: Any) -> str:
    size = " x ".join(str(side) for side in layer.kernel_size)
    stride = layer.strides[0]
    return f"conv {size}" + (f", stride {stride}" if stride != 1 else "")


def _normalised(layer: layers.Layer) -> str:
    return "spectral " if isinstance(layer, (SpectralDense, SpectralConv2D)) else ""


_NAMES: dict[type, str] = {
    layers.Activation: "",
    layers.Flatten: "flatten",
    layers.LeakyReLU: "leaky relu",
    layers.ReLU: "relu",
    layers.Reshape: "reshape",
    layers.ZeroPadding2D: "pad with zeros",
    FourierFeatures: "Fourier features",
    GrowingImages: "growing from 4 x 4 to 32 x 32",
    GrowingFeatures: "growing from 4 x 4 to 32 x 32",
    MinibatchDiscrimination: "minibatch discrimination",
}
