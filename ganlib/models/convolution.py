"""Convolutions whose gradients are fast on a processor without a GPU.

TensorFlow's gradient of a convolution with respect to its input reaches a fifth to a half of
the speed of its convolution, and a transposed convolution is that same operation. Both can
be written as plain convolutions, which is what happens here; the results are the same but
for rounding. On a GPU TensorFlow's own operations are used.

A convolution, its transpose and the gradient of its kernel are the three derivatives of one
form that is linear in input, kernel and output,

    T(x, w, y) = sum over o, t of x[s o + t - p] w[t] y[o],

so the gradient of each is made of the other two, to every order.

Source of the phases of a strided transpose: Shi et al. 2016, arXiv 1609.07009.
"""

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers

Pads = tuple[tuple[int, int], tuple[int, int]]

# A transpose of smaller kernels is not worth its phases, half of whose taps would be zeros.
_SMALLEST_PHASED = 4

# For an image of one channel TensorFlow's own transpose is the faster one.
_FEWEST_CHANNELS = 8


def convolve(inputs: tf.Tensor, kernel: tf.Tensor, stride: int, pads: Pads) -> tf.Tensor:
    """y of T: (B, H, W, C) and (k, k, C, F) -> (B, H', W', F).

    Args:
        inputs: of known height, width and channels.
        kernel: of known shape.
        stride: s, in both directions.
        pads: zeros (above, below) and (left, right).
    """
    size = _sides(inputs)

    @tf.custom_gradient
    def form(x: tf.Tensor, w: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return (
                transpose(pull, w, stride, pads, size),
                _kernel_of(x, pull, _sides_of_kernel(w), stride, pads),
            )

        return tf.nn.conv2d(x, w, stride, [(0, 0), *pads, (0, 0)]), gradient

    return form(inputs, kernel)


def transpose(
    outputs: tf.Tensor, kernel: tf.Tensor, stride: int, pads: Pads, size: tuple[int, int]
) -> tf.Tensor:
    """x of T: (B, H', W', F) and (k, k, C, F) -> (B, *size, C).

    Args:
        outputs: what a convolution with the same kernel, stride and pads would give.
        kernel: that convolution's, of known shape.
        stride: that convolution's.
        pads: that convolution's.
        size: height and width of its input.
    """

    @tf.custom_gradient
    def form(y: tf.Tensor, w: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return (
                convolve(pull, w, stride, pads),
                _kernel_of(pull, y, _sides_of_kernel(w), stride, pads),
            )

        return _transpose(y, w, stride, pads, size), gradient

    return form(outputs, kernel)


def _kernel_of(
    inputs: tf.Tensor, outputs: tf.Tensor, sides: tuple[int, int], stride: int, pads: Pads
) -> tf.Tensor:
    """w of T: (B, H, W, C) and (B, H', W', F) -> (*sides, C, F)."""
    size = _sides(inputs)

    @tf.custom_gradient
    def form(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return transpose(y, pull, stride, pads, size), convolve(x, pull, stride, pads)

        return _kernel(x, y, sides, stride, pads), gradient

    return form(inputs, outputs)


def _kernel(
    x: tf.Tensor, y: tf.Tensor, sides: tuple[int, int], stride: int, pads: Pads
) -> tf.Tensor:
    if stride == 1 and math.prod(sides) * y.shape[-1] <= x.shape[-1]:
        return _by_shifted_outputs(x, y, sides, pads)
    if stride == 1 and max(_sides(y)) < max(sides):
        return _by_taps(x, y, sides, pads)
    return tf.raw_ops.Conv2DBackpropFilter(
        input=x,
        filter_sizes=(*sides, x.shape[-1], y.shape[-1]),
        out_backprop=y,
        strides=(1, stride, stride, 1),
        padding="EXPLICIT",
        explicit_paddings=(0, 0, *pads[0], *pads[1], 0, 0),
    )


def _by_shifted_outputs(
    x: tf.Tensor, y: tf.Tensor, sides: tuple[int, int], pads: Pads
) -> tf.Tensor:
    """For few filters: every input pixel meets the few outputs around it in one product."""
    channels, filters = x.shape[-1], y.shape[-1]
    around = [
        (side - 1 - first, side - 1 - last) for side, (first, last) in zip(sides, pads, strict=True)
    ]
    patches = tf.image.extract_patches(
        tf.pad(y, ((0, 0), *around, (0, 0))), (1, *sides, 1), (1, 1, 1, 1), (1, 1, 1, 1), "VALID"
    )
    found = tf.matmul(
        tf.reshape(x, (-1, channels)),
        tf.reshape(patches, (-1, math.prod(sides) * filters)),
        transpose_a=True,
    )
    found = tf.reverse(tf.reshape(found, (channels, *sides, filters)), (1, 2))
    return tf.transpose(found, (1, 2, 0, 3))


def _by_taps(x: tf.Tensor, y: tf.Tensor, sides: tuple[int, int], pads: Pads) -> tf.Tensor:
    """For kernels larger than the image: a product for each tap, without the zeros around."""
    channels, filters = x.shape[-1], y.shape[-1]
    rows, columns = (
        [_meeting(tap - before, length, out) for tap in range(side)]
        for side, (before, _), length, out in zip(sides, pads, _sides(x), _sides(y), strict=True)
    )
    products = [
        tf.matmul(
            tf.reshape(x[:, above, left], (-1, channels)),
            tf.reshape(y[:, below, right], (-1, filters)),
            transpose_a=True,
        )
        for above, below in rows
        for left, right in columns
    ]
    return tf.reshape(tf.stack(products), (*sides, channels, filters))


def _meeting(shift: int, length: int, out: int) -> tuple[slice, slice]:
    """The inputs and the outputs that meet where the input is `shift` further on."""
    first, end = max(0, -shift), max(0, min(out, length - shift))
    return slice(first + shift, max(first, end) + shift), slice(first, max(first, end))


def _transpose(
    y: tf.Tensor, w: tf.Tensor, stride: int, pads: Pads, size: tuple[int, int]
) -> tf.Tensor:
    sides = _sides_of_kernel(w)
    rewritten = w.shape[2] >= _FEWEST_CHANNELS and not _on_gpu()
    if stride == 1 and rewritten:
        mirrored = tf.transpose(tf.reverse(w, (0, 1)), (0, 1, 3, 2))
        around = [
            (side - 1 - first, side - 1 - last)
            for side, (first, last) in zip(sides, pads, strict=True)
        ]
        return tf.nn.conv2d(y, mirrored, 1, [(0, 0), *around, (0, 0)])
    if stride == 2 and rewritten and min(sides) >= _SMALLEST_PHASED:
        return _phases(y, w, pads, size)
    return tf.nn.conv2d_transpose(
        y,
        w,
        tf.stack([tf.shape(y)[0], *size, w.shape[2]]),
        stride,
        [(0, 0), *pads, (0, 0)],
    )


def _phases(y: tf.Tensor, w: tf.Tensor, pads: Pads, size: tuple[int, int]) -> tf.Tensor:
    """The transpose of stride 2 as one convolution that gives four pixels at once.

    Pixel n = 2 m + r takes part in outputs o with taps t = n + p - 2 o, so with every other
    tap only: for each phase r a convolution over m. All four phases (two of rows by two of
    columns) share one window of outputs, of which each takes its own place.
    """
    rows, columns = (
        _Axis(side, before, length, out)
        for side, (before, _), length, out in zip(
            _sides_of_kernel(w), pads, size, _sides(y), strict=True
        )
    )
    # One tap more, of zeros, for phases that have fewer than the window has places.
    taps = tf.pad(tf.transpose(w, (0, 1, 3, 2)), ((0, 1), (0, 1), (0, 0), (0, 0)))
    kernels = [
        tf.gather(tf.gather(taps, rows.taps[down], axis=0), columns.taps[right], axis=1)
        for down in (0, 1)
        for right in (0, 1)
    ]
    found = tf.nn.conv2d(y, tf.concat(kernels, -1), 1, [(0, 0), rows.pads, columns.pads, (0, 0)])
    four = tf.split(found, 4, axis=-1)
    lines = [
        tf.stack(
            [rows.cut(columns.cut(four[2 * down + right], 2, right), 1, down) for right in (0, 1)],
            axis=3,
        )
        for down in (0, 1)
    ]
    # (B, rows, 2, columns, 2, C)
    channels = w.shape[2]
    whole = tf.reshape(tf.stack(lines, axis=2), (-1, 2 * rows.places, 2 * columns.places, channels))
    return whole[:, : size[0], : size[1]]


class _Axis:
    """Where the taps of both phases go, along rows or along columns.

    Args:
        side: taps of the kernel.
        before: zeros before the input.
        length: of the input.
        out: length of the output.

    Attributes:
        places: values of m.
        taps: of each phase, for every place of the window; `side` stands for none.
        pads: zeros around the outputs, so that every window is whole.
    """

    def __init__(self, side: int, before: int, length: int, out: int) -> None:
        # Offsets j = m - o whose tap r + before + 2 j is one of the kernel's.
        offsets = [
            [j for j in range(-side, side) if 0 <= phase + before + 2 * j < side]
            for phase in (0, 1)
        ]
        window = max(map(len, offsets))
        furthest = [max(found) for found in offsets]
        first = max(furthest)
        self.places = -(-length // 2)
        self._starts = [first - far for far in furthest]
        self.taps = [
            [_tap(phase + before + 2 * (far - place), side) for place in range(window)]
            for phase, far in enumerate(furthest)
        ]
        needed = self.places + max(self._starts) + window - 1
        self.pads = (first, max(0, needed - first - out))

    def cut(self, images: tf.Tensor, axis: int, phase: int) -> tf.Tensor:
        start = self._starts[phase]
        everything = [slice(None)] * 4
        everything[axis] = slice(start, start + self.places)
        return images[tuple(everything)]


@keras.saving.register_keras_serializable(package="ganlib")
class Conv2D(layers.Conv2D):
    """Keras' Conv2D with faster gradients, under the same name for the same weights file."""

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        if not _rewritable(self):
            return super().convolution_op(inputs, kernel)
        stride = self.strides[0]
        pads = (
            _same(_sides(inputs), self.kernel_size, stride)
            if self.padding == "same"
            else ((0, 0), (0, 0))
        )
        return convolve(inputs, tf.convert_to_tensor(kernel), stride, pads)


@keras.saving.register_keras_serializable(package="ganlib")
class Conv2DTranspose(layers.Conv2DTranspose):
    """Keras' Conv2DTranspose, faster, under the same name for the same weights file."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if not _rewritable(self) or self.padding != "same" or self.output_padding:
            return super().call(inputs)
        stride = self.strides[0]
        height, width = _sides(inputs)
        size = (height * stride, width * stride)
        pads = _same(size, self.kernel_size, stride)
        output = transpose(inputs, tf.convert_to_tensor(self.kernel), stride, pads, size)
        if self.use_bias:
            output = tf.nn.bias_add(output, tf.convert_to_tensor(self.bias))
        return self.activation(output) if self.activation is not None else output


def _on_gpu() -> bool:
    return bool(tf.config.list_physical_devices("GPU"))


def _rewritable(layer: Any) -> bool:
    """Whether it is of the kind written here.

    TensorFlow cannot take the gradient of a custom gradient out of a `tf.cond`: layers that
    run in one say so by `plain_gradients`.
    """
    return bool(
        not getattr(layer, "plain_gradients", False)
        and layer.strides[0] == layer.strides[1]
        and set(layer.dilation_rate) == {1}
        and getattr(layer, "groups", 1) == 1
        and layer.data_format == "channels_last"
        and not _on_gpu()
    )


def _same(size: tuple[int, int], sides: tuple[int, int], stride: int) -> Pads:
    """TensorFlow's zeros around an input of that size for the padding "same"."""
    rows, columns = (
        max((-(-length // stride) - 1) * stride + side - length, 0)
        for length, side in zip(size, sides, strict=True)
    )
    return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)


def _tap(tap: int, side: int) -> int:
    return tap if 0 <= tap < side else side


def _sides(images: tf.Tensor) -> tuple[int, int]:
    _, height, width, _ = images.shape
    return height, width


def _sides_of_kernel(kernel: tf.Tensor) -> tuple[int, int]:
    return kernel.shape[0], kernel.shape[1]
