"""Every random draw of a run follows from its seed, a stream and a step.

No random number generator keeps a state between two draws, except those of Keras' Dropout layers,
which are part of a checkpoint. So a resumed run draws what an uninterrupted one would have drawn,
and runs in one process cannot disturb each other.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import tensorflow as tf

from ganlib.recipes.base import Latent


class RandomStream(IntEnum):
    """The purpose of a draw. Numbers are part of a run's identity: never reuse one."""

    GENERATOR = 0
    DISCRIMINATOR = 1
    REAL_BATCH = 2
    LATENT_BATCH = 3
    FIXED_LATENTS = 4
    FRESH_LATENTS = 5
    REAL_SHOWN = 6
    EVALUATION = 7
    INSTANCE_NOISE = 8
    PENALTY_MIX = 9
    REAL_REFERENCE = 10


def derive(seed: int, stream: RandomStream) -> int:
    """The seed of a stream: 0 to 2**31 - 1.

    Args:
        seed: the run's seed, from 0.
        stream: another stream gets another seed.

    Example:
        >>> derive(0, RandomStream.GENERATOR) == derive(0, RandomStream.DISCRIMINATOR)
        False
    """
    state = np.random.SeedSequence([seed, stream]).generate_state(1, np.uint32)
    return int(state[0] >> 1)


def stream_seeds(seed: int) -> np.ndarray:
    """(len(RandomStream),) int32: the seed of each stream; see `derive`."""
    return np.array([derive(seed, stream) for stream in RandomStream], np.int32)


def at_step(
    seeds: np.ndarray | tf.Tensor, stream: RandomStream, step: int | tf.Tensor
) -> tf.Tensor:
    """The seed of a stateless draw at a step: (2,) int32.

    Args:
        seeds: (len(RandomStream),) int32, from `stream_seeds`.
        stream: the purpose of the draw.
        step: scalar of any integer type, counted from 1.
    """
    return tf.stack([tf.cast(seeds[stream], tf.int32), tf.cast(step, tf.int32)])


@dataclass(frozen=True)
class StepContext:
    """The number of a step in its run, and the seeds of all that is drawn at random in it.

    Args:
        seeds: (len(RandomStream),) int32, from `stream_seeds`.
        step: int64 scalar, counted from 1.
        steps: int64 scalar, the run's total.
    """

    seeds: tf.Tensor
    step: tf.Tensor
    steps: tf.Tensor

    @property
    def progress(self) -> tf.Tensor:
        """Share of the run's steps that come before this one: 0 to below 1, float32."""
        return tf.cast(self.step - 1, tf.float32) / tf.cast(self.steps, tf.float32)

    def seed(self, stream: RandomStream, index: int | tf.Tensor | None = None) -> tf.Tensor:
        """The seed of a stateless draw: (2,) int32.

        Args:
            stream: the purpose of the draw.
            index: number of the draw within the step. Each number gets another seed, and so
                does each of several devices. None gives the same seed on all devices.
        """
        seed = at_step(self.seeds, stream, self.step)
        if index is None:
            return seed
        replica = tf.distribute.get_replica_context()
        if replica.num_replicas_in_sync > 1:
            seed = tf.random.experimental.stateless_fold_in(seed, replica.replica_id_in_sync_group)
        return tf.random.experimental.stateless_fold_in(seed, index)


def draw_latents(latent: Latent, seed: tf.Tensor, count: int) -> tf.Tensor:
    """Noise for the generator: (count, latent.size) float32.

    Args:
        latent: size and distribution of the noise.
        seed: (2,) int32; the same seed draws the same noise.
        count: number of latent vectors.
    """
    shape = (count, latent.size)
    if latent.distribution == "normal":
        return tf.random.stateless_normal(shape, seed)
    return tf.random.stateless_uniform(shape, seed, minval=-1.0, maxval=1.0)
