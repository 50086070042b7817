"""Penalties added to the discriminator's loss."""

from collections.abc import Callable

import tensorflow as tf

Discriminate = Callable[[tf.Tensor], tf.Tensor]


def logits_and_penalty(
    discriminate: Discriminate, samples: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Logits, and the zero-centred gradient penalty: their gradient's mean squared norm.

    On real samples it is R1, on generated ones R2. It keeps the discriminator from being
    steep where the samples already lie, which damps the two networks' circling.

    Args:
        discriminate: (B, *sample_shape) -> (B, 1) logits, each from its own sample alone.
        samples: (B, *sample_shape) in the networks' units.
    Returns:
        (logits, penalty) from one forward pass: (B, 1), and a scalar to be multiplied by
        gamma / 2.
    Source: Mescheder et al. 2018, arXiv 1801.04406, eq. 9 and 10.
    """
    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = discriminate(samples)
    gradient = tape.gradient(logits, samples)
    flat = tf.reshape(gradient, (tf.shape(gradient)[0], -1))
    return logits, tf.reduce_mean(tf.reduce_sum(tf.square(flat), axis=1))
