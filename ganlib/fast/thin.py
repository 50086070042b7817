"""Convolutions that end in very few channels, such as a grey image.

oneDNN vectorises over filters, so a convolution from 64 channels to 1 runs at a twentieth of its
usual speed. These layers multiply each pixel by all taps of the kernel in one matrix product, then
shift and add the results.
Weights and results are those of Keras' layers, but for rounding.
"""

from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import layers

from ganlib.fast.gradient import Gradient, with_gradient
from ganlib.fast.hardware import on_gpu


@keras.saving.register_keras_serializable(package="ganlib")
class ThinConv2D(layers.Conv2D):
    """`Conv2D` with few filters: (B, H, W, C) -> (B, H, W, filters).

    Args: those of `Conv2D`, with an odd kernel, stride 1 and padding "same".
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        if on_gpu(self):
            return super().convolution_op(inputs, kernel)
        return _convolve(inputs, tf.convert_to_tensor(kernel))


@keras.saving.register_keras_serializable(package="ganlib")
class ThinConv2DTranspose(layers.Conv2DTranspose):
    """`Conv2DTranspose` with few filters: (B, H, W, C) -> (B, H, W, filters).

    Args: those of `Conv2DTranspose`, with stride 1 and padding "same".
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if on_gpu(self):
            return super().call(inputs)
        output = _transpose(inputs, tf.convert_to_tensor(self.kernel))
        if self.use_bias:
            output = tf.nn.bias_add(output, tf.convert_to_tensor(self.bias))
        return self.activation(output) if self.activation is not None else output


@with_gradient
def _convolve(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """(B, H, W, C) and (k, l, C, F) -> (B, H, W, F)."""

    def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # Seen from the other side, it is a transposed convolution with the kernel mirrored.
        mirrored = tf.reverse(_kernel_gradient(pull, images, kernel.shape[:2]), (0, 1))
        return (
            tf.nn.conv2d_transpose(pull, kernel, tf.shape(images), 1, "SAME"),
            tf.transpose(mirrored, (0, 1, 3, 2)),
        )

    return shifted_sums(images, tf.transpose(kernel, (2, 0, 1, 3)), forward=True), gradient


@with_gradient
def _transpose(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """(B, H, W, C) and (k, l, F, C) -> (B, H, W, F)."""

    def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return (
            tf.nn.conv2d(pull, kernel, 1, "SAME"),
            _kernel_gradient(pull, images, kernel.shape[:2]),
        )

    return shifted_sums(images, tf.transpose(kernel, (3, 0, 1, 2)), forward=False), gradient


def _kernel_gradient(few: tf.Tensor, many: tf.Tensor, sides: Sequence[int]) -> tf.Tensor:
    """(k, l, F, C) of a transposed convolution from `many` channels (B, H, W, C) to `few`.

    With the few channels for an input, oneDNN is quick.
    """
    return tf.raw_ops.Conv2DBackpropFilter(
        input=few,
        filter_sizes=(*sides, few.shape[-1], many.shape[-1]),
        out_backprop=many,
        strides=(1, 1, 1, 1),
        padding="SAME",
    )


def shifted_sums(images: tf.Tensor, kernel: tf.Tensor, *, forward: bool) -> tf.Tensor:
    """A convolution of stride 1 with zeros around: (B, H, W, C) -> (B, H, W, F).

    Args:
        images: of known height, width and channels.
        kernel: (C, k, l, F) of known shape.
        forward: a convolution, else a transposed one.
    """
    channels, *sides, filters = kernel.shape
    _, height, width, _ = images.shape
    taps = tf.matmul(tf.reshape(images, (-1, channels)), tf.reshape(kernel, (channels, -1)))
    # Sums in float32, because bfloat16 has only about three digits.
    taps = tf.cast(tf.reshape(taps, (-1, height, width, sides[0] * sides[1], filters)), tf.float32)
    planes = iter(tf.unstack(tf.transpose(taps, (3, 0, 1, 2, 4))))
    sign = 1 if forward else -1
    rows, columns = ([sign * (tap - (side - 1) // 2) for tap in range(side)] for side in sides)
    moved = [_moved(next(planes), down, right) for down in rows for right in columns]
    return tf.cast(tf.add_n(moved), images.dtype)


def _moved(plane: tf.Tensor, down: int, right: int) -> tf.Tensor:
    """Shifts (B, H, W, F) images up by `down` and left by `right` pixels; fills with zeros."""
    _, height, width, _ = plane.shape
    around = [[0, 0], *([max(0, -by), max(0, by)] for by in (down, right)), [0, 0]]
    first, left = max(0, down), max(0, right)
    return tf.pad(plane, around)[:, first : first + height, left : left + width]
