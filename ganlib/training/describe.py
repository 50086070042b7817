"""What the networks of a recipe look like, layer by layer."""

import math
from collections.abc import Iterator
from typing import Any

import keras
from keras import layers

from ganlib.architecture import LayerBox, NetworkShape
from ganlib.config import RunConfig
from ganlib.recipes.base import Recipe
from ganlib.training.networks import build_discriminator, build_generator


def describe(recipe: Recipe[Any], config: RunConfig) -> tuple[NetworkShape, NetworkShape]:
    """(generator, discriminator), built as a run with these knobs would have them.

    Needs none of the recipe's data.
    """
    generator = build_generator(recipe, config)
    discriminator = build_discriminator(recipe, config, generator.output_shape[1:])
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
    """What a layer does, in a few words: "conv 5 x 5, stride 2, relu"."""
    words = [_words(layer)]
    activation = getattr(layer, "activation", None)
    if activation is not None and activation.__name__ != "linear":
        words += [activation.__name__]
    return ", ".join(words)


def _words(layer: layers.Layer) -> str:
    kind = type(layer).__name__
    if isinstance(layer, layers.Conv2DTranspose):
        return f"transposed {_convolution(layer)}"
    if isinstance(layer, layers.Conv2D):
        prefix = "" if type(layer) is layers.Conv2D else "spectrally normalised "
        return prefix + _convolution(layer)
    if isinstance(layer, layers.Dense):
        return "dense" if type(layer) is layers.Dense else "spectrally normalised dense"
    known = {
        "BatchNormalization": "batch normalisation",
        "LeakyReLU": "leaky relu",
        "ReLU": "relu",
        "Flatten": "flatten",
        "Reshape": "reshape",
        "UpSampling2D": "upsample 2 x 2",
        "ZeroPadding2D": "pad with zeros",
        "Activation": "",
    }
    if kind == "Dropout":
        return f"dropout {layer.rate:g}"
    return known.get(kind, layer.name)


def _convolution(layer: Any) -> str:
    size = " x ".join(str(side) for side in layer.kernel_size)
    stride = math.prod(layer.strides) ** 0.5
    return f"conv {size}" + (f", stride {stride:g}" if stride != 1 else "")
