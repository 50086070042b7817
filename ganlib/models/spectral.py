"""Spectral normalisation: layers that divide their kernel by its largest singular value.

Two norms can be divided by. A dense layer multiplies with its kernel, so both are the same and
its operator norm, the largest factor by which it stretches any input, becomes 1. They differ
for a convolution:

- "matrix", as in the paper: the largest singular value of the kernel written as a matrix,
  (height * width * channels, filters). This is not the operator norm of the convolution, which
  sees each pixel through several windows. After the division it may still stretch by
  sqrt(ceil(height / stride) * ceil(width / stride)): a factor of 2 with a 4 x 4 kernel and
  stride 2, of 3 with a 3 x 3 kernel and stride 1. For the output at each place is W' times the
  window there, so that |A x|^2 <= |W|^2 * (sum of all windows' squares), and each pixel is in
  at most ceil(height / stride) * ceil(width / stride) windows.
- "convolution": the operator norm of the convolution itself, with its strides, padding and
  image size, which becomes 1.

Both are found by power iteration, one in each pass of the training through the layer, so they are
approached from below: right after a large change of the weights a layer is a little above its norm.

Only dense and convolutional layers are normalised. Batch normalisation multiplies with weights
of its own, so a network that has it can be arbitrarily steep, and so can one with minibatch
discrimination. Dropout multiplies what it leaves by 1 / (1 - rate) in training, which is a
fixed factor.

Keras has a wrapper called SpectralNormalization. It overwrites the stored kernel, and its
gradient does not know that the singular value depends on the weights; these layers keep the
kernel and follow the paper.
"""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from ganlib.config import SpectralNorm
from ganlib.models.clone_seeded import dicts, set_class
from ganlib.models.operator_norm import is_plain


class _SpectralKernel(layers.Layer):
    """Mixed into a layer with a kernel, makes it divide the kernel by its largest singular value.

    W is the kernel as a matrix, (inputs, outputs), a convolution's flattened to
    (height * width * channels, filters); u is a unit vector of its outputs. A call in
    training makes one power iteration, v = W u / |W u|, u = W' v / |W' v|, and sigma is
    v' W u with the next v. Both count as constants in the gradient, so d sigma / dW = v u'.
    `OperatorNormConv2D` has another linear map in the place of the matrix.

    Source: Miyato et al. 2018, arXiv 1802.05957, algorithm 1 and eq. 11 (whose W is the
        transpose of Keras').
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.vector = self.add_weight(
            name="vector",
            shape=(self._outputs(input_shape), 1),
            initializer=self.vector_initializer,
            trainable=False,
            autocast=False,
        )

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        if training:
            matrix = tf.stop_gradient(self._matrix())
            left = _unit(self._to_inputs(matrix, self.vector))
            self.vector.assign(_unit(self._to_outputs(matrix, left)))
        return super().call(inputs)

    @property
    def kernel(self) -> tf.Tensor:
        """The stored kernel over its largest singular value, as the layer multiplies with it."""
        matrix = self._matrix()
        projected = self._to_inputs(matrix, tf.stop_gradient(tf.convert_to_tensor(self.vector)))
        sigma = tf.reduce_sum(tf.stop_gradient(_unit(projected)) * projected)
        normalised = tf.cast(matrix / tf.maximum(sigma, _TINY), self.compute_dtype)
        return tf.reshape(normalised, super().kernel.shape)

    def _matrix(self) -> tf.Tensor:
        stored = super().kernel
        # The singular value is a sum of many squares, too many for bfloat16.
        return tf.reshape(tf.cast(stored, self.variable_dtype), (-1, stored.shape[-1]))

    def _outputs(self, input_shape: tuple[int | None, ...]) -> int:
        """How many numbers u has."""
        return int(super().kernel.shape[-1])

    def _to_inputs(self, matrix: tf.Tensor, vector: tf.Tensor) -> tf.Tensor:
        """W u, a column."""
        return tf.matmul(matrix, vector)

    def _to_outputs(self, matrix: tf.Tensor, vector: tf.Tensor) -> tf.Tensor:
        """W' v, a column."""
        return tf.matmul(matrix, vector, transpose_a=True)

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.vector_initializer)
        return {**super().get_config(), "vector_initializer": initializer}


@keras.saving.register_keras_serializable(package="ganlib")
class SpectralDense(_SpectralKernel, layers.Dense):
    """Keras' Dense layer, its kernel divided by its largest singular value.

    Args:
        units: as of Dense.
        vector_initializer: initialises the vector of the power iteration, (units, 1).
        settings: all others of Dense, by name.
    """

    def __init__(
        self, units: int, *, vector_initializer: Any = "orthogonal", **settings: Any
    ) -> None:
        super().__init__(units, **settings)
        self.vector_initializer = keras.initializers.get(vector_initializer)


@keras.saving.register_keras_serializable(package="ganlib")
class SpectralConv2D(_SpectralKernel, layers.Conv2D):
    """Keras' Conv2D layer, its kernel divided by the kernel's largest singular value as a matrix.

    The convolution itself may still stretch images; see the head of this file.

    Args:
        filters: as of Conv2D.
        kernel_size: as of Conv2D.
        vector_initializer: gives the unit vector, (filters, 1), that the singular value is
            first sought with.
        settings: all others of Conv2D, by name.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        *,
        vector_initializer: Any = "orthogonal",
        **settings: Any,
    ) -> None:
        super().__init__(filters, kernel_size, **settings)
        self.vector_initializer = keras.initializers.get(vector_initializer)


@keras.saving.register_keras_serializable(package="ganlib")
class OperatorNormConv2D(SpectralConv2D):
    """Keras' Conv2D layer, its kernel divided by the operator norm of the convolution.

    The layer then stretches no image of its size: |A x| <= |x|, and for some image the two are
    equal, once power iteration has found it. In the place of the matrix W stands the transposed
    convolution A', which maps outputs to inputs; u is an image of the outputs' shape, kept as a
    column. The gradient of the norm with respect to the kernel is that of <A v, u>, with v and
    u constant.

    Args:
        filters: as of Conv2D.
        kernel_size: as of Conv2D.
        vector_initializer: gives the unit vector, (H' * W' * filters, 1) with H' x W' pixels of
            output, that the norm is first sought with.
        settings: all others of Conv2D, by name; no groups and no dilation, channels last.
    Raises:
        ValueError: of `build`, where the size of the images is not known.
    Source: Gouk et al. 2018, arXiv 1804.04368, section 3.2 and algorithm 2; Farnia et al. 2018,
        arXiv 1811.07457, section 3; Tsuzuku et al. 2018, arXiv 1802.04034.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if not is_plain(self):
            raise ValueError(
                "A convolution must have groups 1, dilation_rate 1 and channels last for its "
                f"norm to be found. Received: groups {self.groups}, dilation_rate "
                f"{tuple(self.dilation_rate)}, {self.data_format}."
            )
        if None in input_shape[1:]:
            raise ValueError(
                "The norm of a convolution depends on the size of its images, which must be "
                f"known. Received: {tuple(input_shape)}."
            )
        self._image = tuple(input_shape[1:])
        self._made = tuple(self.compute_output_shape(input_shape)[1:])
        super().build(input_shape)

    def _outputs(self, input_shape: tuple[int | None, ...]) -> int:
        return math.prod(self._made)

    def _to_inputs(self, matrix: tf.Tensor, vector: tf.Tensor) -> tf.Tensor:
        kernel = tf.reshape(matrix, self._kernel.shape)
        made = tf.reshape(vector, (1, *self._made))
        image = tf.nn.conv2d_transpose(
            made, kernel, (1, *self._image), self.strides, self.padding.upper()
        )
        return tf.reshape(image, (-1, 1))

    def _to_outputs(self, matrix: tf.Tensor, vector: tf.Tensor) -> tf.Tensor:
        kernel = tf.reshape(matrix, self._kernel.shape)
        image = tf.reshape(vector, (1, *self._image))
        return tf.reshape(tf.nn.conv2d(image, kernel, self.strides, self.padding.upper()), (-1, 1))


def spectrally_normalised(
    model: keras.Sequential, norm: SpectralNorm = "matrix"
) -> keras.Sequential:
    """A discriminator all of whose dense and convolutional layers are normalised.

    Args:
        model: a discriminator; it is left as it is, and its weights are not used. Layers
            inside other layers are normalised as well.
        norm: what the kernels of convolutions are divided by; see the head of this file.
    Returns:
        A network with the same settings and as many trainable weights.
    """
    convolution = OperatorNormConv2D if norm == "convolution" else SpectralConv2D
    normalised = {"Dense": SpectralDense, "Conv2D": convolution}
    config = model.get_config()
    for node in dicts(config):
        if kind := normalised.get(node.get("class_name", "")):
            set_class(node, kind)
    return keras.Sequential.from_config(config)


_TINY = 1e-12


def _unit(vector: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(vector, epsilon=_TINY**2)
