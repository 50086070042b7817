"""How steep a network can be at most: an upper bound of its Lipschitz constant.

The constant of a network is the largest slope it has anywhere: no two inputs that lie a
distance d apart get answers that differ by more than the constant times d. Layer after layer,
constants multiply, so the product of the layers' own constants is an upper bound. The true
constant is hard to compute and often far below it.
"""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from ganlib.blas import single_threaded
from ganlib.models.fourier import FourierFeatures, wave_matrix
from ganlib.models.operator_norm import convolution_norm, is_plain, matrix_norm
from ganlib.models.progressive import SLOPE, GrowingFeatures

# The largest slope of an activation. Of selu it is the slope left of 0.
_ACTIVATIONS: dict[Callable[..., Any], float] = {
    keras.activations.linear: 1.0,
    keras.activations.relu: 1.0,
    keras.activations.leaky_relu: 1.0,
    keras.activations.tanh: 1.0,
    keras.activations.sigmoid: 0.25,
    keras.activations.selu: 1.0507009873554805 * 1.6732632423543772,
}
# Dropout and noise layers do nothing where a network does not learn; the others only move numbers.
_ISOMETRIES = (
    layers.Dropout,
    layers.Flatten,
    layers.InputLayer,
    layers.Reshape,
    layers.ZeroPadding2D,
)


class NoBoundError(Exception):
    """A layer has no known Lipschitz constant."""


def lipschitz_bound(model: keras.Model) -> float | None:
    """An upper bound of a network's slope, when it does not learn (`training=False`).

    The product of its layers' constants: of dense and convolutional layers the norm with which
    they multiply (a normalised layer with its normalised kernel), of batch normalisation the
    largest |gamma| / sqrt(moving variance + epsilon), of activations their largest slope.
    Weights count as they are rounded to the layer's precision; other rounding does not count.

    Args:
        model: built; its weights finite.
    Returns:
        The bound, in outputs' units per Euclidean distance of inputs; None where there is
        none, as with minibatch discrimination, or none is known, as for layers of other kinds
        and networks that are not a sequence.
    Source: Szegedy et al. 2014, arXiv 1312.6199, section 4.3; with the norm of strided and
        padded convolutions as in Gouk et al. 2018, arXiv 1804.04368, section 3.2.
    """
    if not isinstance(model, keras.Sequential):
        return None
    try:
        with single_threaded():
            return math.prod(_constant(layer) for layer in model.layers)
    except NoBoundError:
        return None


def _constant(layer: layers.Layer) -> float:
    """The Lipschitz constant of a layer, or an upper bound of it."""
    if isinstance(layer, GrowingFeatures):
        return _of_growing(layer)
    if isinstance(layer, (layers.Dense, layers.Conv2D)):
        return _norm(layer) * _of_activation(layer.activation)
    if isinstance(layer, layers.BatchNormalization):
        return _of_normalisation(layer)
    if isinstance(layer, FourierFeatures):
        return _of_fourier(layer)
    if isinstance(layer, (layers.LeakyReLU, layers.ReLU)):
        return max(1.0, abs(float(layer.negative_slope)))
    if isinstance(layer, layers.Activation):
        return _of_activation(layer.activation)
    if isinstance(layer, _ISOMETRIES):
        return 1.0
    raise NoBoundError(layer.name)


def _of_activation(activation: Callable[..., Any]) -> float:
    if activation not in _ACTIVATIONS:
        raise NoBoundError(activation)
    return _ACTIVATIONS[activation]


def _norm(layer: layers.Dense | layers.Conv2D) -> float:
    """Of what a layer multiplies with, in its own precision."""
    kernel = tf.cast(tf.convert_to_tensor(layer.kernel), layer.compute_dtype)
    weights: np.ndarray = tf.cast(kernel, tf.float32).numpy()
    if not np.isfinite(weights).all():
        return math.inf
    if isinstance(layer, layers.Dense):
        return matrix_norm(weights)
    if not is_plain(layer):
        raise NoBoundError(layer.name)
    # Layers inside other layers have no `input`.
    image = tuple(layer.get_build_config()["input_shape"][1:])
    return convolution_norm(weights, image, tuple(layer.strides), layer.padding)


def _of_normalisation(layer: layers.BatchNormalization) -> float:
    variance = np.asarray(layer.moving_variance, np.float64)
    gamma = np.asarray(layer.gamma, np.float64) if layer.scale else np.ones_like(variance)
    return float(np.max(np.abs(gamma) / np.sqrt(variance + layer.epsilon)))


def _of_fourier(layer: FourierFeatures) -> float:
    """Exactly: with W the waves, J' J = I + W (cos^2 + sin^2) W' = I + W W' at every place."""
    size = layer.get_build_config()["input_shape"][-1]
    return math.hypot(1.0, matrix_norm(wave_matrix(size, layer.octaves)))


def _of_growing(layer: GrowingFeatures) -> float:
    """At the level that it has reached, with the share that this has beside the one below.

    The mean over f x f pixels has the norm 1 / f: its rows are orthogonal, and each has f^2
    numbers of 1 / f^2.
    """
    growth = float(layer.growth.numpy())
    level = math.ceil(growth)
    share = growth - level + 1
    slope = max(1.0, SLOPE)
    norm = slope * _norm(layer.images[level])
    if level:
        below = slope * _norm(layer.images[level - 1]) / 2
        norm = (1 - share) * below + share * slope * _norm(layer.blocks[level - 1]) * norm
    after = math.prod(slope * _norm(block) for block in layer.blocks[: max(0, level - 1)])
    return float(after * norm / 2 ** (len(layer.blocks) - level))
