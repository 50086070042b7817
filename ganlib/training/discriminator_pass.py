"""One pass of the discriminator over a batch of real and a batch of generated samples."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.regularisers import interpolate_penalty, logits_and_penalty
from ganlib.training.precision import at_least_float32
from ganlib.training.randomness import RandomStream, StepContext

# (B / packing, ...) packs of samples -> (B / packing, 1) logits.
Discriminate = Callable[[tf.Tensor], tf.Tensor]


class DiscriminatorOutput(NamedTuple):
    """Logits of a batch, and the penalties on the discriminator's slope.

    Args:
        real_logits: (B / packing, 1) float32, on real samples.
        fake_logits: (B / packing, 1) float32, on generated samples.
        penalties: scalars, already weighted, to be added to the discriminator's loss.
    """

    real_logits: tf.Tensor
    fake_logits: tf.Tensor
    penalties: list[tf.Tensor]


def in_training_mode(discriminator: keras.Model) -> Discriminate:
    """The discriminator as a function, with dropout and batch statistics on.

    Returns:
        (B / packing, ...) packs of samples -> (B / packing, 1) logits, float32 or better.
    """
    return lambda packs: at_least_float32(discriminator(packs, training=True))


def preprocess_batch(
    samples: tf.Tensor, config: RunConfig, context: StepContext, index: int | tf.Tensor
) -> tf.Tensor:
    """Adds instance noise and packs samples for the discriminator.

    Args:
        samples: (B, *sample_shape) in the networks' units, real or generated.
        config: `instance_noise` and `packing`; with neither, samples stay as they are.
        context: the step, which decides the noise.
        index: number of the batch within the step; each batch gets noise of its own.
    Returns:
        (B / packing, ..., packing * C).
    """
    return pack(add_instance_noise(samples, config, context, index), config.packing)


def add_instance_noise(
    samples: tf.Tensor, config: RunConfig, context: StepContext, index: int | tf.Tensor
) -> tf.Tensor:
    """Adds Gaussian noise with a standard deviation that falls to 0 along the run.

    Args:
        samples: (B, *sample_shape) in the networks' units.
        config: `instance_noise` is the standard deviation at the first step.
        context: the step, which decides the share of it that is left, and the noise.
        index: number of the batch within the step; each batch gets noise of its own.
    Returns:
        Same shape.
    Source: Soenderby et al. 2016, arXiv 1610.04490, section 4; annealed as there.
    """
    if not config.instance_noise:
        return samples
    seed = context.seed(RandomStream.INSTANCE_NOISE, index)
    noise = tf.random.stateless_normal(samples.shape, seed)
    return samples + tf.cast(config.instance_noise * (1 - context.progress) * noise, samples.dtype)


def pack(samples: tf.Tensor, count: int) -> tf.Tensor:
    """Joins every `count` samples into one, along the last axis.

    Args:
        samples: (B, ..., C), B a multiple of count.
        count: samples that the discriminator sees together.
    Returns:
        (B / count, ..., count * C).
    Source: Lin et al. 2018, arXiv 1712.04086, section 3.

    Example:
        >>> pack(tf.constant([[1], [2], [3], [4]]), 2).numpy().tolist()
        [[1, 2], [3, 4]]
    """
    if count == 1:
        return samples
    _, *inner, channels = samples.shape
    apart = tf.reshape(samples, (-1, count, *inner, channels))
    order = [0, *range(2, 2 + len(inner)), 1, 2 + len(inner)]
    return tf.reshape(tf.transpose(apart, order), (-1, *inner, count * channels))


def discriminator_pass(
    discriminate: Discriminate,
    real: tf.Tensor,
    fake: tf.Tensor,
    config: RunConfig,
    seed: tf.Tensor,
) -> DiscriminatorOutput:
    """Logits of real and of generated samples, and the gradient penalty that the config asks for.

    Real and generated samples go through the discriminator in batches of their own, so that
    batch normalisation does not mix their statistics.

    Args:
        discriminate: the discriminator in training mode.
        real: (B / packing, ...) packs of real samples, from `preprocess_batch`.
        fake: packs of generated samples, same shape.
        config: `gradient_penalty` names the penalty: "r1" on real samples, "r2" on generated
            ones, "r1_r2" on both, "wgan_gp" between them, or "none".
            `gradient_penalty_weight` is its weight.
        seed: (2,) int32, of the random places between real and generated samples.
    """
    kind, weight = config.gradient_penalty, config.gradient_penalty_weight
    penalties: list[tf.Tensor] = []
    if kind in ("r1", "r1_r2"):
        real_logits, penalty = logits_and_penalty(discriminate, real)
        penalties.append(weight / 2 * penalty)
    else:
        real_logits = discriminate(real)
    if kind in ("r2", "r1_r2"):
        fake_logits, penalty = logits_and_penalty(discriminate, fake)
        penalties.append(weight / 2 * penalty)
    else:
        fake_logits = discriminate(fake)
    if kind == "wgan_gp":
        share_shape = (real.shape[0], *[1] * (len(real.shape) - 1))
        mix = tf.random.stateless_uniform(share_shape, seed)
        penalties.append(weight * interpolate_penalty(discriminate, real, fake, mix))
    return DiscriminatorOutput(real_logits, fake_logits, penalties)
