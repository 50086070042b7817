"""Upsampling and convolution in one layer."""

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="ganlib")
class UpsampledConv2D(layers.Conv2D):
    """`UpSampling2D()` and `Conv2D` in one layer.

    (B, H, W, C) -> (B, 2 H, 2 W, filters). Weights, their names and their initial values are
    those of the convolution, and the result is the same but for rounding. Repeating every
    pixel and then convolving is one transposed convolution of stride 2, whose kernel is the
    convolution's, mirrored and added up over the four places of a repeated pixel. It
    multiplies (k + 1)^2 numbers a pixel of the input in place of 4 k^2: 16 for 36 where k is
    3, 36 for 100 where k is 5.

    Args: those of `Conv2D`, with an odd, square kernel, stride 1 and padding "same".
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        _, height, width, _ = inputs.shape
        # The zeros of "SAME" are those that are needed here, half of k on each side.
        output = tf.nn.conv2d_transpose(
            inputs,
            _spread(tf.convert_to_tensor(self.kernel)),
            tf.stack([tf.shape(inputs)[0], 2 * height, 2 * width, self.filters]),
            strides=2,
            padding="SAME",
        )
        if self.use_bias:
            output = tf.nn.bias_add(output, tf.convert_to_tensor(self.bias))
        return self.activation(output) if self.activation is not None else output

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, _ = input_shape
        doubled = (None if side is None else 2 * side for side in (height, width))
        return (batch, *doubled, self.filters)


def _spread(kernel: tf.Tensor) -> tf.Tensor:
    """(k, k, C, filters) of a convolution -> (k + 1, k + 1, filters, C) of the transposed one."""
    mirrored = tf.transpose(tf.reverse(kernel, [0, 1]), (0, 1, 3, 2))
    places = [
        tf.pad(mirrored, [[down, 1 - down], [right, 1 - right], [0, 0], [0, 0]])
        for down in (0, 1)
        for right in (0, 1)
    ]
    return tf.add_n(places)
