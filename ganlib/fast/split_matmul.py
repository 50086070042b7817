"""Splits matrix products into parts that two threads compute in parallel."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from ganlib.fast.hardware import on_gpu
from ganlib.fast.structure import multiply_adds
from ganlib.models.fourier import FourierFeatures

# Layers in which a sample's result depends on that sample alone, and that remember nothing.
_SAMPLE_BY_SAMPLE = (
    FourierFeatures,
    layers.Activation,
    layers.Dense,
    layers.Flatten,
    layers.LeakyReLU,
    layers.Reshape,
)
# Minimum number of multiplications in a batch for halving it to pay off.
_WORTH = 5e6
# Maximum bytes of a product's three matrices. TensorFlow splits larger products over threads and
# waits even for a busy one.
_CACHED = 2**19
# Putting more parts together costs more than they save.
_MAX_PARTS = 4


@keras.saving.register_keras_serializable(package="ganlib")
class SplitSequential(keras.Sequential):
    """A `keras.Sequential` of dense layers that multiplies in parts when it learns."""

    def __call__(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """(B, ...) -> (B, ...), as any network; training mode splits a batch of known size."""
        forward = partial(super().__call__, training=training)
        if not training or inputs.shape[0] is None:
            return forward(inputs)
        # Here and not in `call`: the parts are then calls of their own, as of any network.
        return split_matmul(self, inputs, forward)


def is_sample_by_sample(stack: Sequence[layers.Layer]) -> bool:
    """True if all layers treat each sample by itself and remember nothing, as dense layers do."""
    return all(type(layer) in _SAMPLE_BY_SAMPLE for layer in stack)


def split_matmul(
    model: keras.Sequential,
    batch: tf.Tensor,
    forward: Callable[[tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """`forward(batch)`, with the products of matrices in parts; the same but for rounding.

    On a processor, the parts need not wait for each other, nor do their gradients: they are one
    half of a large batch and the other, or, where that leaves a product too large, one part of
    the weights and another.

    Args:
        model: built, of layers for which `is_sample_by_sample` is true.
        batch: (B, ...), B known.
        forward: (n, ...) -> (n, ...), the model on any batch.
    """
    if on_gpu(model):
        return forward(batch)
    size = batch.shape[0]
    halved = size % 2 == 0 and size * multiply_adds(model) >= _WORTH
    if not all(_fits_cache(layer, size // 2 if halved else size) for layer in model.layers):
        parts = [_parts(layer, size) for layer in model.layers]
        if all(parts):
            for layer, count in zip(model.layers, parts, strict=True):
                batch = layer(batch) if count == 1 else _dense(layer, batch, count)
            return batch
    if not halved:
        return forward(batch)
    return tf.concat([forward(half) for half in tf.split(batch, 2)], axis=0)


def _fits_cache(layer: layers.Layer, samples: int, parts: int = 1) -> bool:
    # Of sums in half precision, digits would be lost between the parts.
    if not isinstance(layer, layers.Dense) or layer.compute_dtype != "float32":
        return True
    short, long = sorted(layer.kernel.shape)
    return 4 * (samples * short + math.ceil(long / parts) * (samples + short)) <= _CACHED


def _parts(layer: layers.Layer, samples: int) -> int:
    """How many parts of the weights make products small enough; 0 where too many would."""
    return next(
        (count for count in range(1, _MAX_PARTS + 1) if _fits_cache(layer, samples, count)), 0
    )


def _dense(layer: layers.Dense, batch: tf.Tensor, parts: int) -> tf.Tensor:
    """`layer(batch)`, with a part of the weights' longer side at a time."""
    kernel = tf.convert_to_tensor(layer.kernel)
    long = max(kernel.shape)
    sizes = [long // parts + (index < long % parts) for index in range(parts)]
    if kernel.shape[0] == long:
        pairs = zip(tf.split(batch, sizes, axis=1), tf.split(kernel, sizes), strict=True)
        result = tf.add_n([tf.matmul(some, weights) for some, weights in pairs])
    else:
        found = [tf.matmul(batch, weights) for weights in tf.split(kernel, sizes, axis=1)]
        result = tf.concat(found, axis=1)
    if layer.use_bias:
        result = tf.nn.bias_add(result, tf.convert_to_tensor(layer.bias))
    return result if layer.activation is None else layer.activation(result)
