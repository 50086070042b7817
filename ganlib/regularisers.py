"""Limits a discriminator's slope: gradient penalties in its loss, and weight clipping.

A penalty pulls the slope to a value at the samples where it is measured, and sets no limit
elsewhere. Clipped weights limit the slope everywhere, to a value that follows from the network's
layers; `ganlib.models.lipschitz` gives an upper bound.
"""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

Discriminate = Callable[[tf.Tensor], tf.Tensor]


def logits_and_penalty(
    discriminate: Discriminate, samples: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Logits and the zero-centred gradient penalty: the mean squared norm of their gradient.

    On real samples the penalty is R1, on generated ones R2. It makes the discriminator less
    steep at the samples, which damps the circling of the two networks.

    Args:
        discriminate: (B, *sample_shape) -> (B, 1) logits, each from its own sample alone.
        samples: (B, *sample_shape) in the networks' units.
    Returns:
        (logits, penalty) from one forward pass: (B, 1), and a scalar to be multiplied by
        gamma / 2.
    Source: Mescheder et al. 2018, arXiv 1801.04406, eq. 9 and 10.

    Example:
        >>> _, penalty = logits_and_penalty(lambda x: 3 * x, tf.ones((4, 1)))
        >>> float(penalty)
        9.0
    """
    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = discriminate(samples)
    gradient = tape.gradient(logits, samples)
    flat = tf.reshape(gradient, (tf.shape(gradient)[0], -1))
    return logits, tf.reduce_mean(tf.reduce_sum(tf.square(flat), axis=1))


def interpolate_penalty(
    discriminate: Discriminate, real: tf.Tensor, fake: tf.Tensor, mix: tf.Tensor
) -> tf.Tensor:
    """The gradient penalty of WGAN-GP: pulls the slope between samples to 1.

    Args:
        discriminate: (B, *sample_shape) -> (B, 1), each from its own sample alone.
        real: (B, *sample_shape) in the networks' units.
        fake: (B, *sample_shape).
        mix: (B, 1, ..., 1), the share of the real sample in each point, uniform from 0 to 1.
    Returns:
        Scalar to be multiplied by lambda: the mean of (gradient's norm - 1)^2.
    Source: Gulrajani et al. 2017, arXiv 1704.00028, algorithm 1.

    Example:
        >>> ones = tf.ones((4, 1))
        >>> float(interpolate_penalty(lambda x: 3 * x, ones, -ones, 0.5 * ones))
        4.0
    """
    between = mix * real + (1 - mix) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = discriminate(between)
    gradient = tape.gradient(logits, between)
    flat = tf.reshape(gradient, (tf.shape(gradient)[0], -1))
    return tf.reduce_mean(tf.square(_norms(flat) - 1))


def clip_weights(weights: Sequence[keras.Variable], limit: float) -> None:
    """Clips every weight to the range from -limit to limit.

    Args:
        weights: changed in place.
        limit: above 0.
    Source: Arjovsky et al. 2017, arXiv 1701.07875, algorithm 1.
    """
    for weight in weights:
        value = tf.convert_to_tensor(weight)
        edge = tf.constant(limit, value.dtype)
        weight.assign(tf.clip_by_value(value, -edge, edge))


def share_at_limit(weights: Sequence[keras.Variable], limit: float) -> tf.Tensor:
    """The share of all weights that are at plus or minus `limit`, or beyond.

    A critic with a share near 1 has become a very simple function.

    Args:
        weights: of any shapes.
        limit: above 0.
    Returns:
        Scalar float32, from 0 to 1.
    """
    at_limit, total = tf.constant(0), 0
    for weight in weights:
        value = tf.convert_to_tensor(weight)
        edge = tf.constant(limit, value.dtype)
        at_limit += tf.math.count_nonzero(tf.abs(value) >= edge, dtype=tf.int32)
        total += value.shape.num_elements()
    return tf.cast(at_limit, tf.float32) / total


def _norms(flat: tf.Tensor) -> tf.Tensor:
    """Lengths of the rows: (B, n) -> (B,), with slope 0 where a row is all 0.

    The square root's own slope is infinite there, and one such row, a discriminator whose
    units are all switched off, would make every weight NaN.
    """
    squared = tf.reduce_sum(tf.square(flat), axis=1)
    positive = squared > 0
    return tf.where(positive, tf.sqrt(tf.where(positive, squared, tf.ones_like(squared))), 0)
