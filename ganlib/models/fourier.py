"""Fourier features: few numbers, seen as waves too."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

# In the plane, waves run in so many directions.
_DIRECTIONS = 8


@keras.saving.register_keras_serializable(package="ganlib")
class FourierFeatures(layers.Layer):
    """Appends sines and cosines of each sample, in octaves.

    (B, n) -> (B, n + 2 * directions * octaves). The k-th octave has 2^k radians a unit, from
    k = 0. In the plane the waves run in eight directions, elsewhere along each axis. Dense
    networks learn high frequencies slowly; without these features they cannot resolve narrow
    peaks and sharp edges.

    Args:
        octaves: how many.
        trainable: as of any layer; it has no weights.
        dtype: as of any layer.
        name: as of any layer.
    Source: Tancik et al. 2020, arXiv 2006.10739, with frequencies in octaves as in section 6.1.
    """

    def __init__(
        self,
        octaves: int,
        *,
        trainable: bool = True,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable=trainable, dtype=dtype, name=name)
        self.octaves = octaves

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # The highest octave turns often over the data: bfloat16 would lose where it stands.
        waves = tf.constant(wave_matrix(inputs.shape[-1], self.octaves), self.variable_dtype)
        angles = tf.matmul(tf.cast(inputs, self.variable_dtype), waves)
        features = tf.concat([tf.sin(angles), tf.cos(angles)], axis=1)
        return tf.concat([inputs, tf.cast(features, inputs.dtype)], axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, int]) -> tuple[int | None, int]:
        size = input_shape[1]
        waves = wave_matrix(size, self.octaves).shape[1]
        return input_shape[0], size + 2 * waves

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "octaves": self.octaves}


def wave_matrix(size: int, octaves: int) -> np.ndarray:
    """(size, directions * octaves): radians a unit of each wave, along each axis."""
    directions = np.eye(size)
    if size == 2:
        angles = math.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
        directions = np.stack([np.cos(angles), np.sin(angles)])
    return np.concatenate([2.0**octave * directions for octave in range(octaves)], axis=1)
