"""How a learning rate goes over a run."""

import math
from typing import Literal

import tensorflow as tf

Decay = Literal["linear", "cosine"]


def learning_rate_factor(decay: Decay, done: tf.Tensor) -> tf.Tensor:
    """What the starting learning rate is multiplied with.

    Args:
        decay: both fall to zero at the last step.
        done: share of the run's steps that are done, from 0 to 1, any shape.
    Returns:
        From 0 to 1, same shape.
    """
    if decay == "linear":
        return 1 - done
    return (1 + tf.cos(math.pi * done)) / 2
