"""Two halves of a batch, so that two threads have something to do."""

import keras
import tensorflow as tf
from keras import layers

from ganlib.models.fourier import FourierFeatures
from ganlib.models.hardware import on_gpu
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


def in_halves(model: keras.Model, batch: tf.Tensor) -> tf.Tensor:
    """`model(batch, training=True)`, but for rounding.

    On a processor, a large enough batch goes through a dense network as two halves, which need
    not wait for each other, nor do their gradients. Through any other network it goes whole.

    Args:
        model: built.
        batch: (B, ...), B known.
    """
    size = batch.shape[0]
    worth = size % 2 == 0 and size * multiply_adds(model) >= _WORTH
    alone = all(type(one) in _SAMPLE_BY_SAMPLE for one in model.layers)
    if not worth or not alone or on_gpu(model):
        return model(batch, training=True)
    return tf.concat([model(half, training=True) for half in tf.split(batch, 2)], axis=0)
