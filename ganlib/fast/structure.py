"""Properties of a network that follow from its layers."""

import math

import keras
from keras import layers

from ganlib.fast.upsampled import UpsampledConv2D
from ganlib.models.minibatch import MinibatchDiscrimination

_CONVOLUTIONS = (layers.Conv2D, layers.Conv2DTranspose)


def convolves(model: keras.Model) -> bool:
    """True if any layer, also inside other layers, is a convolution or a transposed one."""
    return any(isinstance(layer, _CONVOLUTIONS) for layer in model._flatten_layers())


def multiplying_layers(model: keras.Model) -> list[layers.Layer]:
    """All dense and convolutional layers in order, also those inside other layers."""
    kinds = (layers.Dense, MinibatchDiscrimination, *_CONVOLUTIONS)
    return [layer for layer in model._flatten_layers() if isinstance(layer, kinds)]


def multiply_adds(model: keras.Model | layers.Layer) -> int:
    """Multiplications with a weight in one forward pass of one sample, roughly.

    Counts dense and convolutional layers; all the rest is small beside them. A network that
    grows is counted as if all its levels were in use.

    Args:
        model: built; or one layer of a built network.
    """
    return sum(_multiply_adds(layer) for layer in multiplying_layers(model))


def _multiply_adds(layer: layers.Layer) -> int:
    if not isinstance(layer, _CONVOLUTIONS):
        return math.prod(layer.kernel.shape)
    # Layers inside other layers have no `input` and `output`.
    shape = layer.get_build_config()["input_shape"]
    if isinstance(layer, UpsampledConv2D):
        side = layer.kernel_size[0] + 1
        return side**2 * math.prod(layer.kernel.shape[2:]) * math.prod(shape[1:3])
    if isinstance(layer, layers.Conv2D):
        shape = layer.compute_output_shape(shape)
    return math.prod(layer.kernel.shape) * math.prod(shape[1:3])
