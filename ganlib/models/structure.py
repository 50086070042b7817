"""What can be said of a network by looking at its layers."""

import math

import keras
from keras import layers


def multiply_adds(model: keras.Model) -> int:
    """Multiplications with a weight in one forward pass of one sample.

    Of dense and convolutional layers; all the rest is small beside them.
    """
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Dense):
            total += math.prod(layer.kernel.shape)
        elif isinstance(layer, layers.Conv2DTranspose):
            total += math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3])
        elif isinstance(layer, layers.Conv2D):
            total += math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
    return total
