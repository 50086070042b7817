"""A dense network's work in parts, so that two threads have something to do."""

import math

import keras
import tensorflow as tf
from keras import layers

from ganlib.fast.hardware import on_gpu
from ganlib.models.fourier import FourierFeatures
from ganlib.models.structure import multiply_adds

# Of these a sample's result depends on that sample alone, and nothing is remembered of it.
_SAMPLE_BY_SAMPLE = (
    FourierFeatures,
    layers.Activation,
    layers.Dense,
    layers.Flatten,
    layers.LeakyReLU,
    layers.Reshape,
)
# Multiplications of a batch, from which on half of them are worth an operation of their own.
_WORTH = 5e6
# Bytes of a product's three matrices. Of a larger one, which not every core's cache can hold,
# TensorFlow gives half to another thread, whatever that one is at, and waits for it.
_HELD = 2**19
# Putting more parts together costs more than they save.
_MOST = 4


def in_parts(model: keras.Model, batch: tf.Tensor) -> tf.Tensor:
    """`model(batch, training=True)`, but for rounding.

    On a processor, products of a dense network are made in parts, which need not wait for each
    other, nor do their gradients: for one half of a large batch and for the other, or, where
    that leaves a product too large, with one part of the weights and with another. Through any
    other network the batch goes whole.

    Args:
        model: built.
        batch: (B, ...), B known.
    """
    if not all(type(one) in _SAMPLE_BY_SAMPLE for one in model.layers) or on_gpu(model):
        return model(batch, training=True)
    size = batch.shape[0]
    halved = size % 2 == 0 and size * multiply_adds(model) >= _WORTH
    if not all(_is_held(layer, size // 2 if halved else size) for layer in model.layers):
        parts = [_parts(layer, size) for layer in model.layers]
        if all(parts):
            for layer, count in zip(model.layers, parts, strict=True):
                batch = layer(batch) if count == 1 else _dense(layer, batch, count)
            return batch
    if not halved:
        return model(batch, training=True)
    return tf.concat([model(half, training=True) for half in tf.split(batch, 2)], axis=0)


def _is_held(layer: layers.Layer, samples: int, parts: int = 1) -> bool:
    # Of sums in half precision, digits would be lost between the parts.
    if not isinstance(layer, layers.Dense) or layer.compute_dtype != "float32":
        return True
    short, long = sorted(layer.kernel.shape)
    return 4 * (samples * short + math.ceil(long / parts) * (samples + short)) <= _HELD


def _parts(layer: layers.Layer, samples: int) -> int:
    """How many parts of the weights make products small enough; 0 where too many would."""
    return next((count for count in range(1, _MOST + 1) if _is_held(layer, samples, count)), 0)


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
