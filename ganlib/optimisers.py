"""Keras' optimisers, for gradients that are the same on every device already.

A training step takes the mean of the gradients over all devices before it applies them, because
it also reports their norm. Keras would add them up over the devices once more.
"""

import keras
import tensorflow as tf


class _ReplicatedGradients:
    """Mixed into an optimiser: gradients are applied as they are on each device."""

    def _all_reduce_sum_gradients(
        self, grads_and_vars: list[tuple[tf.Tensor, tf.Variable]]
    ) -> list[tuple[tf.Tensor, tf.Variable]]:
        return grads_and_vars


class Adam(_ReplicatedGradients, keras.optimizers.Adam):
    """`keras.optimizers.Adam`; see its arguments."""


class RMSprop(_ReplicatedGradients, keras.optimizers.RMSprop):
    """`keras.optimizers.RMSprop`; see its arguments."""


class SGD(_ReplicatedGradients, keras.optimizers.SGD):
    """`keras.optimizers.SGD`; see its arguments."""
