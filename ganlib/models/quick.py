"""Convolutions whose gradients are quick on processors without AVX-512.

There, TensorFlow convolves at the speed of a product of matrices, but makes the gradients of most
convolutions at 0.15 to 0.6 of it. So these are made of what is quick:

- of stride 1, the images' gradient is a convolution with the kernel turned around;
- of stride 2 and an even kernel, images of (2 h, 2 w, C) are images of (h, w, 4 C) whose kernel
  has half the sides and stride 1; the images' gradient is again a convolution, and the kernel's
  a product of matrices for each of its taps.

Elsewhere, and on a GPU, everything is TensorFlow's. Results are the same but for rounding.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from ganlib.models.hardware import on_gpu, processor_flags

Gradients = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


@keras.saving.register_keras_serializable(package="ganlib")
class QuickConv2D(layers.Conv2D):
    """Keras' Conv2D, quick where its padding is "same".

    (B, H, W, C) -> (B, h, w, filters).

    Args: those of `Conv2D`.
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        if not _is_plain(self):
            return super().convolution_op(inputs, kernel)
        return convolve(inputs, tf.convert_to_tensor(kernel), self.strides)


@keras.saving.register_keras_serializable(package="ganlib")
class QuickConv2DTranspose(layers.Conv2DTranspose):
    """Keras' Conv2DTranspose, quick where its padding is "same".

    (B, h, w, C) -> (B, H, W, filters).

    Args: those of `Conv2DTranspose`.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if not _is_plain(self) or self.output_padding is not None:
            return super().call(inputs)
        _, height, width, _ = inputs.shape
        down, right = self.strides
        kernel = tf.convert_to_tensor(self.kernel)
        output = transpose(inputs, kernel, (down * height, right * width), self.strides)
        if self.use_bias:
            output += tf.convert_to_tensor(self.bias)
        return self.activation(output) if self.activation is not None else output


def convolve(images: tf.Tensor, kernel: tf.Tensor, strides: tuple[int, int]) -> tf.Tensor:
    """A convolution with zeros around.

    Args:
        images: (B, H, W, C), of known height, width and channels.
        kernel: (k, l, C, F).
        strides: down and right.
    Returns:
        (B, H / strides, W / strides, F), rounded up.
    """

    @tf.custom_gradient
    def convolved(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradients]:
        images, kernel = _here(images, kernel)

        def gradients(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return (
                transpose(pull, kernel, images.shape[1:3], strides),
                kernel_gradient(images, pull, kernel.shape[:2], strides),
            )

        return tf.nn.conv2d(images, kernel, strides, "SAME"), gradients

    return convolved(images, kernel)


def transpose(
    pull: tf.Tensor, kernel: tf.Tensor, sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    """The images' gradient of `convolve`, which is a transposed convolution.

    Args:
        pull: (B, h, w, F), as from `convolve`.
        kernel: (k, l, C, F).
        sides: height and width of the images.
        strides: down and right.
    Returns:
        (B, *sides, C).
    """
    if not _pays():
        return _own_transpose(pull, kernel, sides, strides)

    @tf.custom_gradient
    def transposed(pull: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradients]:
        pull, kernel = _here(pull, kernel)

        def gradients(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return (
                convolve(images, kernel, strides),
                kernel_gradient(images, pull, kernel.shape[:2], strides),
            )

        way = _own_transpose
        if packs(kernel.shape[:2], strides):
            way = _packed_transpose
        elif strides == (1, 1):
            way = _turned
        return way(pull, kernel, sides, strides), gradients

    return transposed(pull, kernel)


def kernel_gradient(
    images: tf.Tensor, pull: tf.Tensor, kernel_sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    """The kernel's gradient of `convolve`.

    Args:
        images: (B, H, W, C), of known height, width and channels.
        pull: (B, h, w, F), as from `convolve`.
        kernel_sides: k and l.
        strides: down and right.
    Returns:
        (k, l, C, F).
    """

    @tf.custom_gradient
    def correlated(images: tf.Tensor, pull: tf.Tensor) -> tuple[tf.Tensor, Gradients]:
        images, pull = _here(images, pull)

        def gradients(kernel: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return (
                transpose(pull, kernel, images.shape[1:3], strides),
                convolve(images, kernel, strides),
            )

        way = _packed_kernel_gradient if packs(kernel_sides, strides) else _own_kernel_gradient
        return way(images, pull, kernel_sides, strides), gradients

    return correlated(images, pull)


def packs(kernel_sides: Sequence[int], strides: tuple[int, int]) -> bool:
    """Whether gradients are made of images packed four pixels into one.

    Args:
        kernel_sides: k and l.
        strides: down and right.
    """
    return strides == (2, 2) and not any(side % 2 for side in kernel_sides) and _pays()


def _here(*tensors: tf.Tensor) -> list[tf.Tensor]:
    """The same; those from outside a branch of `switch_case` cannot be had in its gradient."""
    return [tf.identity(tensor) for tensor in tensors]


def _is_plain(layer: Any) -> bool:
    """Whether a layer does what is done here, and it is worth doing."""
    usual = layer.padding == "same" and layer.data_format == "channels_last"
    return usual and layer.dilation_rate == (1, 1) and getattr(layer, "groups", 1) == 1 and _pays()


def _pays() -> bool:
    return not (on_gpu() or "avx512f" in processor_flags())


def _own_transpose(
    pull: tf.Tensor, kernel: tf.Tensor, sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    shape = tf.stack([tf.shape(pull)[0], *sides, kernel.shape[2]])
    return tf.nn.conv2d_transpose(pull, kernel, shape, strides, "SAME")


def _own_kernel_gradient(
    images: tf.Tensor, pull: tf.Tensor, kernel_sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    return tf.raw_ops.Conv2DBackpropFilter(
        input=images,
        filter_sizes=(*kernel_sides, images.shape[-1], pull.shape[-1]),
        out_backprop=pull,
        strides=(1, *strides, 1),
        padding="SAME",
    )


def _turned(
    pull: tf.Tensor, kernel: tf.Tensor, sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    """`transpose` of stride 1."""
    turned = tf.transpose(tf.reverse(kernel, (0, 1)), (0, 1, 3, 2))
    around = [
        [side - 1 - first, side - 1 - last]
        for side, (first, last) in zip(
            kernel.shape[:2], _padding(sides, kernel.shape[:2], strides), strict=True
        )
    ]
    return tf.nn.conv2d(pull, turned, 1, [[0, 0], *around, [0, 0]])


def _packed_transpose(
    pull: tf.Tensor, kernel: tf.Tensor, sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    """`transpose` of stride 2 and an even kernel."""
    rows, columns, channels, filters = kernel.shape
    height, width = rows // 2, columns // 2
    taps = tf.reshape(kernel, (height, 2, width, 2, channels, filters))
    taps = tf.reverse(tf.transpose(taps, (0, 2, 5, 1, 3, 4)), (0, 1))
    taps = tf.reshape(taps, (height, width, filters, 4 * channels))
    around = [[0, 0], [height - 1, height - 1], [width - 1, width - 1], [0, 0]]
    padded = _unpack(tf.nn.conv2d(pull, taps, 1, around))
    (top, _), (left, _) = _padding(sides, kernel.shape[:2], strides)
    return padded[:, top : top + sides[0], left : left + sides[1]]


def _packed_kernel_gradient(
    images: tf.Tensor, pull: tf.Tensor, kernel_sides: Sequence[int], strides: tuple[int, int]
) -> tf.Tensor:
    """`kernel_gradient` of stride 2 and an even kernel."""
    height, width = (side // 2 for side in kernel_sides)
    _, down, right, filters = pull.shape
    channels = images.shape[-1]
    around = _padding(images.shape[1:3], kernel_sides, strides)
    packed = _pack(tf.pad(images, [[0, 0], *around, [0, 0]]))
    made = tf.reshape(pull, (-1, filters))
    taps = [
        tf.matmul(
            tf.reshape(packed[:, row : row + down, column : column + right], (-1, 4 * channels)),
            made,
            transpose_a=True,
        )
        for row in range(height)
        for column in range(width)
    ]
    unpacked = tf.reshape(tf.stack(taps), (height, width, 2, 2, channels, filters))
    unpacked = tf.transpose(unpacked, (0, 2, 1, 3, 4, 5))
    return tf.reshape(unpacked, (*kernel_sides, channels, filters))


def _pack(images: tf.Tensor) -> tf.Tensor:
    """(B, 2 h, 2 w, C) -> (B, h, w, 4 C), as `space_to_depth`, in two thirds of its time."""
    _, height, width, channels = images.shape
    pairs = tf.reshape(images, (-1, height // 2, 2, width // 2, 2 * channels))
    return tf.reshape(
        tf.transpose(pairs, (0, 1, 3, 2, 4)), (-1, height // 2, width // 2, 4 * channels)
    )


def _unpack(packed: tf.Tensor) -> tf.Tensor:
    """(B, h, w, 4 C) -> (B, 2 h, 2 w, C): undoes `_pack`."""
    _, height, width, channels = packed.shape
    pairs = tf.reshape(packed, (-1, height, width, 2, channels // 2))
    return tf.reshape(
        tf.transpose(pairs, (0, 1, 3, 2, 4)), (-1, 2 * height, 2 * width, channels // 4)
    )


def _padding(
    sides: Sequence[int], kernel_sides: Sequence[int], strides: tuple[int, int]
) -> list[tuple[int, int]]:
    """Zeros before and after the images along each side, as of TensorFlow's "SAME"."""
    found = []
    for side, kernel_side, stride in zip(sides, kernel_sides, strides, strict=True):
        made = -(-side // stride)
        zeros = max(0, (made - 1) * stride + kernel_side - side)
        found.append((zeros // 2, zeros - zeros // 2))
    return found
