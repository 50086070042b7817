"""How a step asks the discriminator: in packs, through noise, with penalties."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.models.parts import in_parts
from ganlib.regularisers import interpolate_penalty, logits_and_penalty
from ganlib.training.precision import at_least_float32
from ganlib.training.randomness import Moment, Purpose

Judge = Callable[[tf.Tensor], tf.Tensor]


class Judged(NamedTuple):
    """What the discriminator says of a batch.

    Args:
        real_logits: (B / packing, 1) of real samples.
        fake_logits: of generated ones.
        penalties: scalars, times their weights.
    """

    real_logits: tf.Tensor
    fake_logits: tf.Tensor
    penalties: list[tf.Tensor]


def judge_of(discriminator: keras.Model) -> Judge:
    """Packs -> (B / packing, 1) logits, float32 or better, in training mode."""
    return lambda packs: at_least_float32(in_parts(discriminator, packs))


def shown(samples: tf.Tensor, config: RunConfig, moment: Moment, index: int) -> tf.Tensor:
    """What the discriminator sees of samples: through noise, and in packs.

    Args:
        samples: (B, *sample_shape).
        config: says how much noise, and how many to a pack.
        moment: says how far the run is.
        index: another one, other noise.
    Returns:
        (B / packing, ..., packing * C).
    """
    return pack(with_instance_noise(samples, config, moment, index), config.packing)


def pack(samples: tf.Tensor, count: int) -> tf.Tensor:
    """Puts every `count` samples into one, side by side in the last axis.

    Args:
        samples: (B, ..., C), B a multiple of count.
        count: samples that are judged together.
    Returns:
        (B / count, ..., count * C).
    Source: Lin et al. 2018, arXiv 1712.04086, section 3.
    """
    if count == 1:
        return samples
    _, *inner, channels = samples.shape
    apart = tf.reshape(samples, (-1, count, *inner, channels))
    order = [0, *range(2, 2 + len(inner)), 1, 2 + len(inner)]
    return tf.reshape(tf.transpose(apart, order), (-1, *inner, count * channels))


def with_instance_noise(
    samples: tf.Tensor, config: RunConfig, moment: Moment, index: int
) -> tf.Tensor:
    """The samples with noise that falls to nothing along the run.

    Args:
        samples: (B, *sample_shape).
        config: says how much.
        moment: says how far the run is.
        index: another one, other noise.
    Source: Soenderby et al. 2016, arXiv 1610.04490, section 4; annealed as there.
    """
    if not config.instance_noise:
        return samples
    noise = tf.random.stateless_normal(samples.shape, moment.seed(Purpose.INSTANCE_NOISE, index))
    return samples + tf.cast(config.instance_noise * (1 - moment.done) * noise, samples.dtype)


def judge_both(
    judge: Judge, real: tf.Tensor, fake: tf.Tensor, config: RunConfig, moment: Moment, index: int
) -> Judged:
    """Logits of real and generated samples, and the penalty that the config asks for.

    Args:
        judge: the discriminator.
        real: packs of real samples; see `shown`.
        fake: packs of generated samples.
        config: names the penalty and its weight.
        moment: when this is.
        index: which of the discriminator's updates of this step.
    """
    kind, weight = config.gradient_penalty, config.gradient_penalty_weight
    penalties: list[tf.Tensor] = []
    if kind in ("r1", "r1_r2"):
        real_logits, penalty = logits_and_penalty(judge, real)
        penalties.append(weight / 2 * penalty)
    else:
        real_logits = judge(real)
    if kind in ("r2", "r1_r2"):
        fake_logits, penalty = logits_and_penalty(judge, fake)
        penalties.append(weight / 2 * penalty)
    else:
        fake_logits = judge(fake)
    if kind == "wgan_gp":
        shape = (real.shape[0], *[1] * (len(real.shape) - 1))
        mix = tf.random.stateless_uniform(shape, moment.seed(Purpose.PENALTY_MIX, index))
        penalties.append(weight * interpolate_penalty(judge, real, fake, mix))
    return Judged(real_logits, fake_logits, penalties)
