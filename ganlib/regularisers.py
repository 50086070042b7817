"""Penalties added to the discriminator's loss."""

from collections.abc import Callable

import tensorflow as tf

Discriminate = Callable[[tf.Tensor], tf.Tensor]


def squared_gradient_norm(discriminate: Discriminate, samples: tf.Tensor) -> tf.Tensor:
    """Zero-centred gradient penalty: mean squared norm of the logits' gradient.

    On real samples it is R1, on generated ones R2. It keeps the discriminator from being
    steep where the samples already lie, which damps the two networks' circling.

    Args:
        discriminate: (B, *sample_shape) -> (B, 1) logits, each from its own sample alone.
        samples: (B, *sample_shape) in the networks' units.
    Returns:
        Scalar; multiply by gamma / 2.
    Source: Mescheder et al. 2018, arXiv 1801.04406, eq. 9 and 10.
    """
    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = discriminate(samples)
    gradient = tape.gradient(logits, samples)
    flat = tf.reshape(gradient, (tf.shape(gradient)[0], -1))
    return tf.reduce_mean(tf.reduce_sum(tf.square(flat), axis=1))
