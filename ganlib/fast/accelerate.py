"""Replaces layers of a network by faster ones, in one pass over its layers."""

import keras
from keras import layers

from ganlib.fast.normalised import FusedBatchNormalization
from ganlib.fast.small_images import SmallImageConv2D
from ganlib.fast.split_matmul import SplitSequential, is_sample_by_sample
from ganlib.fast.thin import ThinConv2D, ThinConv2DTranspose
from ganlib.fast.upsampled import UpsampledConv2D
from ganlib.models.normalisation import TwiceDifferentiableBatchNormalization
from ganlib.models.operator_norm import is_plain

# Where each faster layer was measured to be faster.
_FEW_FILTERS, _MANY_CHANNELS = 4, 32
_SMALL_SIDE, _LARGE_KERNEL, _MANY_FILTERS = 8, 5, 64

# (None, ...) with the batch in front; None where a layer does not say its output's shape.
Shape = tuple[int | None, ...] | None


def accelerate(model: keras.Model, input_shape: tuple[int, ...]) -> keras.Model:
    """The same network with faster layers in place of some of Keras' own.

    - `UpSampling2D` and a `Conv2D` after it become one `UpsampledConv2D`.
    - A convolution to very few channels becomes `ThinConv2D` or `ThinConv2DTranspose`.
    - A convolution with a large kernel on small images becomes `SmallImageConv2D`.
    - Batch normalisation becomes `FusedBatchNormalization`.
    - A network of dense layers becomes a `SplitSequential`.

    Weights, their names, their initial values and all results are the same, but for rounding.

    Args:
        model: not built. Only a `keras.Sequential` is changed; its layers are reused.
        input_shape: shape of one input, without the batch.
    Returns:
        A network that is not built.
    """
    if not isinstance(model, keras.Sequential):
        return model
    faster: list[layers.Layer] = []
    shape: Shape = (None, *input_shape)
    for layer in model.layers:
        if faster and _doubles(faster[-1]) and _takes_doubled(layer):
            faster[-1] = _converted(layer, UpsampledConv2D)
        else:
            faster.append(_faster(layer, shape))
        shape = _shape_after(layer, shape)
    kind = SplitSequential if is_sample_by_sample(faster) else keras.Sequential
    return kind(faster, name=model.name)


def _faster(layer: layers.Layer, shape: Shape) -> layers.Layer:
    """The faster layer for inputs of that shape, or the layer itself."""
    kind = type(layer)
    if kind in (layers.BatchNormalization, TwiceDifferentiableBatchNormalization):
        suits = layer.scale and layer.center and layer.axis == -1
        return _converted(layer, FusedBatchNormalization) if suits else layer
    if kind not in (layers.Conv2D, layers.Conv2DTranspose) or not _is_same(layer) or not shape:
        return layer
    _, *sides, channels = shape
    is_thin = layer.filters <= _FEW_FILTERS and (channels or 0) >= _MANY_CHANNELS
    if is_thin and tuple(layer.strides) == (1, 1):
        if kind is layers.Conv2DTranspose:
            return _converted(layer, ThinConv2DTranspose)
        if all(side % 2 for side in layer.kernel_size):
            return _converted(layer, ThinConv2D)
    is_small = None not in sides and max(side or 0 for side in sides) <= _SMALL_SIDE
    large = min(layer.kernel_size) >= _LARGE_KERNEL and layer.filters >= _MANY_FILTERS
    if kind is layers.Conv2D and is_small and large:
        return _converted(layer, SmallImageConv2D)
    return layer


def _is_same(layer: layers.Layer) -> bool:
    """True for a convolution with padding "same" and nothing unusual."""
    if isinstance(layer, layers.Conv2DTranspose):
        usual = layer.output_padding is None and tuple(layer.dilation_rate) == (1, 1)
        usual = usual and layer.data_format == "channels_last"
    else:
        usual = is_plain(layer)
    return bool(usual and layer.padding == "same")


def _doubles(layer: layers.Layer) -> bool:
    return (
        type(layer) is layers.UpSampling2D
        and tuple(layer.size) == (2, 2)
        and layer.interpolation == "nearest"
        and layer.data_format == "channels_last"
    )


def _takes_doubled(layer: layers.Layer) -> bool:
    if type(layer) is not layers.Conv2D or not _is_same(layer):
        return False
    height, width = layer.kernel_size
    return height == width and height % 2 == 1 and tuple(layer.strides) == (1, 1)


def _converted(layer: layers.Layer, kind: type[layers.Layer]) -> layers.Layer:
    """A layer of another kind with the same settings, name and seeds."""
    converted: layers.Layer = kind.from_config(layer.get_config())
    return converted


def _shape_after(layer: layers.Layer, shape: Shape) -> Shape:
    if shape is None:
        return None
    try:
        return tuple(layer.compute_output_shape(shape))
    except NotImplementedError:
        return None
