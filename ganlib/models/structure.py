"""What can be said of a network by looking at its layers."""

import math

import keras
from keras import layers

from ganlib.models.minibatch import MinibatchDiscrimination

_CONVOLUTIONS = (layers.Conv2D, layers.Conv2DTranspose)


def convolves(model: keras.Model) -> bool:
    """Whether any layer is a convolution or a transposed one, inside other layers or not."""
    return any(isinstance(layer, _CONVOLUTIONS) for layer in model._flatten_layers())


def multiply_adds(model: keras.Model) -> int:
    """Multiplications with a weight in one forward pass of one sample, roughly.

    Of dense and convolutional layers, those inside other layers included; all the rest is
    small beside them. A network that grows is counted as if all its levels were in use.

    Args:
        model: built.
    """
    return sum(_multiply_adds(layer) for layer in model._flatten_layers())


def _multiply_adds(layer: layers.Layer) -> int:
    if isinstance(layer, (layers.Dense, MinibatchDiscrimination)):
        return math.prod(layer.kernel.shape)
    if not isinstance(layer, _CONVOLUTIONS):
        return 0
    # Layers inside other layers have no `input` and `output`.
    shape = layer.get_build_config()["input_shape"]
    if isinstance(layer, layers.Conv2D):
        shape = layer.compute_output_shape(shape)
    return math.prod(layer.kernel.shape) * math.prod(shape[1:3])
