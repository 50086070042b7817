"""Every random draw of a run follows from its seed, its purpose and its step.

Nothing is carried over from one draw to the next, so a resumed run draws what an
uninterrupted one would have, and runs in one process cannot disturb each other.
"""

from enum import IntEnum

import numpy as np
import tensorflow as tf

from ganlib.recipes.base import Latent


class Purpose(IntEnum):
    """What a draw is for. Numbers are part of a run's identity: never reuse one."""

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


def derive(seed: int, purpose: Purpose) -> int:
    """A seed of its own for one purpose: 0 to 2**31 - 1."""
    state = np.random.SeedSequence([seed, purpose]).generate_state(1, np.uint32)
    return int(state[0] >> 1)


def all_purposes(seed: int) -> np.ndarray:
    """(len(Purpose),) int32: what `derive` gives for each purpose."""
    return np.array([derive(seed, purpose) for purpose in Purpose], np.int32)


def at_step(seeds: np.ndarray | tf.Tensor, purpose: Purpose, step: int | tf.Tensor) -> tf.Tensor:
    """The seed of a stateless draw for a purpose at a step: (2,) int32.

    Args:
        seeds: what `all_purposes` gives for the run's seed.
        purpose: what is drawn.
        step: a scalar of any integer kind.
    """
    return tf.stack([tf.cast(seeds[purpose], tf.int32), tf.cast(step, tf.int32)])


class Moment:
    """When in a run a step happens, for all that follows from it.

    Args:
        seeds: (len(Purpose),) int32: what `all_purposes` gives for the run's seed.
        step: int64 scalar, counted from 1.
        steps: int64 scalar, the run's total.
    """

    def __init__(self, seeds: tf.Tensor, step: tf.Tensor, steps: tf.Tensor):
        self.seeds = seeds
        self.step = step
        self.steps = steps

    @property
    def done(self) -> tf.Tensor:
        """Share of the run's steps that are done before this one: 0 to below 1, float32."""
        return tf.cast(self.step - 1, tf.float32) / tf.cast(self.steps, tf.float32)

    def seed(self, purpose: Purpose, index: int | None = None) -> tf.Tensor:
        """The seed of a stateless draw: (2,) int32.

        Args:
            purpose: what is drawn.
            index: another seed for each, and on each of several devices; None gives all of
                these the same.
        """
        seed = at_step(self.seeds, purpose, self.step)
        if index is None:
            return seed
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync > 1:
            seed = tf.random.experimental.stateless_fold_in(seed, context.replica_id_in_sync_group)
        return tf.random.experimental.stateless_fold_in(seed, index)


def draw_latents(latent: Latent, seed: tf.Tensor, count: int) -> tf.Tensor:
    """(count, latent.size) float32."""
    shape = (count, latent.size)
    if latent.distribution == "normal":
        return tf.random.stateless_normal(shape, seed)
    return tf.random.stateless_uniform(shape, seed, minval=-1.0, maxval=1.0)
