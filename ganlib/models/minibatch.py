"""Minibatch discrimination: a discriminator that sees how alike its samples are."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers

# Inputs whose mean square is below this count as 0.
_LEAST_SQUARE = 1e-20


@keras.saving.register_keras_serializable(package="ganlib")
class MinibatchDiscrimination(layers.Layer):
    """Appends to each sample's features how close it is to the other samples of its batch.

    (B, n) -> (B, n + kernels). Let s be the root mean square of all inputs of the batch. The
    weights map each sample x_i / s to a point M_ib of `dimensions` numbers for each kernel b,
    and the feature that is appended is

        o_ib = s * mean over j != i of exp(-mean |M_ib - M_jb|),

    the inner mean over the dimensions. It lies between 0 (nothing is alike) and s (all samples
    are the same), so a generator that makes one sample again and again is easy to recognise.

    The paper has sums in place of both means, and no s. Its features are then as large as the
    batch, whatever the size of the inputs that they stand beside, and the distances between
    small inputs are so short that all samples look alike. Here the feature has the scale of the
    inputs: c times as large inputs give c times as large features. It does not depend on the
    number of samples or of dimensions either, and there is no state that would have to be
    learned, saved or initialised from data. The authors' code reaches the same at the first
    step only: it initialises a scale and an offset of each kernel from the first batch.

    Args:
        kernels: features that are appended.
        dimensions: of the space in which each kernel compares two samples.
        kernel_initializer: of the weights, (n, kernels * dimensions).
        trainable: as of any layer.
        dtype: as of any layer; distances are float32 under mixed precision.
        name: as of any layer.
    Source: Salimans et al. 2016, arXiv 1606.03498, section 3.2, with the means and the scale
        above; as in the authors' code (github.com/openai/improved-gan), a sample is not
        compared with itself.
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
        features = tf.cast(inputs, self.variable_dtype)
        # At inputs that are all 0, the square root's slope would be infinite.
        scale = tf.sqrt(tf.maximum(tf.reduce_mean(features**2), _LEAST_SQUARE))
        points = tf.matmul(features / scale, self.kernel)
        points = tf.reshape(points, (-1, self.kernels, self.dimensions))
        distances = tf.reduce_mean(tf.abs(points[:, None] - points[None, :]), axis=3)
        count = tf.shape(points)[0]
        others = 1 - tf.eye(count, dtype=points.dtype)
        total = tf.reduce_sum(others[:, :, None] * tf.exp(-distances), axis=1)
        # A sample that is alone in its batch has no others: its features are 0.
        closeness = total / tf.cast(tf.maximum(count - 1, 1), total.dtype)
        return tf.concat([inputs, tf.cast(scale * closeness, inputs.dtype)], axis=1)

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
        model: a discriminator with a dense layer; it is left as it is, and its weights are
            not used.
        kernels: measures of likeness.
        dimensions: numbers in which each of them compares two samples.
    """
    # Copies the layers, because the last one is built for a wider input.
    stack = [type(layer).from_config(layer.get_config()) for layer in model.layers]
    last = max(index for index, layer in enumerate(stack) if isinstance(layer, layers.Dense))
    stack.insert(last, MinibatchDiscrimination(kernels, dimensions))
    return keras.Sequential(stack)
