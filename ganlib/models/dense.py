"""Multilayer perceptrons."""

from collections.abc import Sequence
from typing import Literal

import keras
from keras import layers

Activation = Literal["relu", "selu", "leaky_relu", "tanh"]


def mlp(
    hidden: Sequence[int],
    outputs: int,
    *,
    activation: Activation = "relu",
    output_activation: str = "linear",
) -> keras.Sequential:
    """Dense layers: (B, n) float32 -> (B, outputs) float32.

    Args:
        hidden: units of each hidden layer, first to last.
        outputs: units of the last layer.
        activation: of the hidden layers; leaky_relu has slope 0.2.
        output_activation: of the last layer; "linear" gives unbounded values or logits.
    """
    stack: list[layers.Layer] = []
    for units in hidden:
        stack += [layers.Dense(units), _activation(activation)]
    stack += [layers.Dense(outputs, activation=output_activation)]
    return keras.Sequential(stack)


def _activation(name: Activation) -> layers.Layer:
    return layers.LeakyReLU(0.2) if name == "leaky_relu" else layers.Activation(name)
