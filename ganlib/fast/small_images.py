"""Convolutions with kernels as large as the images: a kernel's gradient that suits these.

Values and the images' gradient are TensorFlow's. oneDNN computes the kernel's gradient slowly here:
it also multiplies the zero padding, and takes twice as long in bfloat16 as in float32.
"""

from collections.abc import Iterator

import keras
import tensorflow as tf
from keras import layers

from ganlib.fast.gradient import Gradient, with_gradient
from ganlib.fast.hardware import on_gpu


@keras.saving.register_keras_serializable(package="ganlib")
class SmallImageConv2D(layers.Conv2D):
    """`Conv2D` with many filters, for images of up to 8 x 8 pixels.

    (B, H, W, C) -> (B, H / strides, W / strides, filters), with Keras' weights, and its
    results but for rounding.

    Args: those of `Conv2D`, with padding "same".
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if on_gpu(self):
            return super().call(inputs)
        output = _convolve(inputs, tf.convert_to_tensor(self.kernel), self.strides)
        if self.use_bias:
            # Not `bias_add`: oneDNN merges its gradient with a convolution's, and with second
            # derivatives the graph then has a cycle.
            output += tf.convert_to_tensor(self.bias)
        return self.activation(output) if self.activation is not None else output


def _convolve(images: tf.Tensor, kernel: tf.Tensor, strides: tuple[int, int]) -> tf.Tensor:
    @with_gradient
    def convolve(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
        def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            of_kernel = _tap_by_tap if strides == (1, 1) else _in_single
            return (
                tf.nn.conv2d_transpose(pull, kernel, tf.shape(images), strides, "SAME"),
                of_kernel(images, pull, kernel.shape, strides),
            )

        return tf.nn.conv2d(images, kernel, strides, "SAME"), gradient

    return convolve(images, kernel)


def _tap_by_tap(
    images: tf.Tensor, pull: tf.Tensor, shape: tf.TensorShape, _: tuple[int, int]
) -> tf.Tensor:
    """Of stride 1: each tap is the product of the pixels that it connects, and of no others."""
    rows, columns, channels, filters = shape
    _, height, width, _ = images.shape
    taps = []
    for seen_rows, made_rows in _overlaps(rows, height):
        for seen_columns, made_columns in _overlaps(columns, width):
            seen = tf.reshape(images[:, seen_rows, seen_columns], (-1, channels))
            made = tf.reshape(pull[:, made_rows, made_columns], (-1, filters))
            taps.append(tf.matmul(seen, made, transpose_a=True))
    return tf.reshape(tf.stack(taps), shape)


def _overlaps(taps: int, side: int) -> Iterator[tuple[slice, slice]]:
    """Of each tap along a side, which pixels it sees and which ones of the result it makes."""
    for tap in range(taps):
        by = tap - (taps - 1) // 2
        first, end = max(0, -by), min(side, side - by)
        if first < end:
            yield slice(first + by, end + by), slice(first, end)
        else:
            # It sees nothing but zeros.
            yield slice(0), slice(0)


def _in_single(
    images: tf.Tensor, pull: tf.Tensor, shape: tf.TensorShape, strides: tuple[int, int]
) -> tf.Tensor:
    found = tf.raw_ops.Conv2DBackpropFilter(
        input=tf.cast(images, tf.float32),
        filter_sizes=shape,
        out_backprop=tf.cast(pull, tf.float32),
        strides=(1, *strides, 1),
        padding="SAME",
    )
    return tf.cast(found, images.dtype)
