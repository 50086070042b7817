"""Multilayer perceptrons."""

import math
from collections.abc import Sequence
from typing import Literal

import keras
from keras import layers

from ganlib.models.fourier import FourierFeatures

Activation = Literal["relu", "selu", "leaky_relu", "tanh"]


def mlp(
    hidden: Sequence[int],
    outputs: int,
    *,
    activation: Activation = "relu",
    output_activation: str = "linear",
    octaves: int = 0,
) -> keras.Sequential:
    """Dense layers: (B, n) float32 -> (B, outputs) float32.

    Args:
        hidden: units of each hidden layer, first to last.
        outputs: units of the last layer.
        activation: of the hidden layers; leaky_relu has slope 0.2.
        output_activation: of the last layer; "linear" gives unbounded values or logits.
        octaves: of Fourier features before the first layer; 0 for none.

    Example:
        >>> mlp([64, 64], 1)(keras.ops.zeros((4, 2))).shape.as_list()
        [4, 1]
    """
    stack: list[layers.Layer] = [FourierFeatures(octaves)] if octaves else []
    for units in hidden:
        stack += [layers.Dense(units), _activation(activation)]
    stack += [layers.Dense(outputs, activation=output_activation)]
    return keras.Sequential(stack)


def dense_generator(
    hidden: Sequence[int],
    sample_shape: Sequence[int],
    *,
    activation: Activation = "relu",
    output_activation: str = "linear",
) -> keras.Sequential:
    """Images without a convolution: (B, latent) -> (B, *sample_shape).

    Args:
        hidden: units of each hidden layer, first to last.
        sample_shape: of one image, with its channels.
        activation: of the hidden layers.
        output_activation: of the last layer; "sigmoid" gives values in [0, 1].

    Example:
        >>> dense_generator([100], (28, 28, 1))(keras.ops.zeros((4, 30))).shape.as_list()
        [4, 28, 28, 1]
    """
    model = mlp(
        hidden, math.prod(sample_shape), activation=activation, output_activation=output_activation
    )
    model.add(layers.Reshape(tuple(sample_shape)))
    return model


def dense_discriminator(
    hidden: Sequence[int], *, activation: Activation = "relu"
) -> keras.Sequential:
    """Classifies images without a convolution: (B, *sample_shape) -> (B, 1) logits.

    Args:
        hidden: units of each hidden layer, first to last.
        activation: of the hidden layers.
    """
    return keras.Sequential([layers.Flatten(), *mlp(hidden, 1, activation=activation).layers])


def _activation(name: Activation) -> layers.Layer:
    return layers.LeakyReLU(0.2) if name == "leaky_relu" else layers.Activation(name)
