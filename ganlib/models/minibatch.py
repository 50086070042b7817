"""Minibatch discrimination: a discriminator that sees how alike its samples are."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="ganlib")
class MinibatchDiscrimination(layers.Layer):
    """Appends to each sample's features how close it is to the rest of its batch.

    (B, n) -> (B, n + kernels). Each kernel maps a sample to a point of so many dimensions;
    the feature is the sum of exp(-L1 distance) over all other samples of the batch. A
    generator that makes one sample again and again gives itself away there.

    Args:
        kernels: features that are appended.
        dimensions: of the space in which each of them compares two samples.
        kernel_initializer: of the map, (n, kernels * dimensions).
        trainable: as of any layer.
        dtype: as of any layer; distances are float32 under mixed precision.
        name: as of any layer.
    Source: Salimans et al. 2016, arXiv 1606.03498, section 3.2, without a sample's
        distance to itself, which adds 1 to all.
    """

    def __init__(
        self,
        kernels: int,
        dimensions: int,
        kernel_initializer: Any = "glorot_uniform",
        *,
        trainable: bool = True,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable=trainable, dtype=dtype, name=name)
        self.kernels = kernels
        self.dimensions = dimensions
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.kernels * self.dimensions),
            initializer=self.kernel_initializer,
            autocast=False,
        )

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # bfloat16 has three digits, too few for differences of what is nearly the same.
        points = tf.matmul(tf.cast(inputs, self.variable_dtype), self.kernel)
        points = tf.reshape(points, (-1, self.kernels, self.dimensions))
        distances = tf.reduce_sum(tf.abs(points[:, None] - points[None, :]), axis=3)
        others = 1 - tf.eye(tf.shape(points)[0], dtype=points.dtype)
        closeness = tf.reduce_sum(others[:, :, None] * tf.exp(-distances), axis=1)
        return tf.concat([inputs, tf.cast(closeness, inputs.dtype)], axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, int]) -> tuple[int | None, int]:
        return input_shape[0], input_shape[1] + self.kernels

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "kernels": self.kernels,
            "dimensions": self.dimensions,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def with_minibatch_discrimination(
    model: keras.Sequential, kernels: int, dimensions: int
) -> keras.Sequential:
    """A discriminator whose last dense layer also sees how alike its samples are.

    Args:
        model: a discriminator; it is left as it is, and its weights are not used.
        kernels: measures of likeness.
        dimensions: numbers in which each of them compares two samples.
    Raises:
        ValueError: the discriminator has no dense layer.
    """
    # Anew from their configs: the last layer is to be built for a wider input.
    stack = [type(layer).from_config(layer.get_config()) for layer in model.layers]
    dense = [index for index, layer in enumerate(stack) if isinstance(layer, layers.Dense)]
    if not dense:
        raise ValueError(f"model must have a dense layer. Received: {model.name} without one.")
    stack.insert(dense[-1], MinibatchDiscrimination(kernels, dimensions))
    return keras.Sequential(stack)
