"""Learning rates along a run: by a fixed schedule, or adapted to losses and accuracies."""

import math
from typing import TYPE_CHECKING, Literal

import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.training.devices import mean_over_devices
from ganlib.training.randomness import StepContext

if TYPE_CHECKING:
    from ganlib.training.networks import Networks

Decay = Literal["linear", "cosine"]

# Decay of the running means that decisions are made from.
_MEMORY = 0.99
_HALF = 0.5
# The learning rate never falls below this share of its start.
_MIN_FACTOR = 0.01
# Factor by which one step may change the discriminator's learning rate.
_CHANGE = 0.995
# Share by which a loss must be lower to count as better.
_NOTICEABLE = 1e-3
_UNKNOWN = 3e38


def learning_rate_factor(decay: Decay, progress: tf.Tensor) -> tf.Tensor:
    """The factor that multiplies the starting learning rate; it falls from 1 to 0.

    Args:
        decay: "linear" falls evenly, "cosine" along half a wave.
        progress: share of the run's steps that are done, from 0 to 1, any shape.
    Returns:
        Same shape.

    Example:
        >>> float(learning_rate_factor("linear", tf.constant(0.25)))
        0.75
    """
    if decay == "linear":
        return 1 - progress
    return (1 + tf.cos(math.pi * progress)) / 2


def adaptation_state(config: RunConfig) -> dict[str, tf.Variable]:
    """Variables of an adaptive schedule, by name; they are part of a checkpoint."""
    start: dict[str, dict[str, float]] = {
        "plateau": {"factor": 1, "smoothed": 0, "counted": 0, "best": _UNKNOWN, "waited": 0},
        "accuracy": {"factor": 1, "smoothed": 0.5},
    }
    return {
        name: tf.Variable(value, trainable=False, dtype=tf.float32)
        for name, value in start.get(config.schedule, {}).items()
    }


def set_learning_rates(
    networks: "Networks",
    config: RunConfig,
    generator_start: tf.Tensor,
    discriminator_start: tf.Tensor,
    context: StepContext,
) -> None:
    """Sets the learning rates of both optimisers for a step.

    Args:
        networks: learning rates of their optimisers are updated in place.
        config: names the schedule.
        generator_start: float32 scalar, the generator's learning rate at the first step.
        discriminator_start: float32 scalar, the discriminator's.
        context: the step, and how far the run has come.
    """
    if config.schedule == "constant":
        return
    if config.schedule == "plateau" or config.schedule == "accuracy":
        discriminator = networks.adaptation["factor"].value()
        generator = discriminator if config.schedule == "plateau" else tf.constant(1.0)
    else:
        generator = discriminator = learning_rate_factor(config.schedule, context.progress)
    networks.generator_optimiser.learning_rate.assign(generator_start * generator)
    networks.discriminator_optimiser.learning_rate.assign(discriminator_start * discriminator)


def adapt(networks: "Networks", config: RunConfig, figures: dict[str, tf.Tensor]) -> None:
    """Updates an adaptive schedule after a step; does nothing with other schedules.

    It uses the mean over all devices, so that all of them decide alike.

    Args:
        networks: their `adaptation` is updated in place.
        config: names the schedule.
        figures: scalars by the names of metrics, of a device's own part of the batch.
    """
    if config.schedule == "plateau":
        [loss] = mean_over_devices([figures["generator_loss"]])
        _watch_for_a_plateau(networks.adaptation, config.patience, loss)
    elif config.schedule == "accuracy":
        right = (figures["accuracy_real"] + figures["accuracy_generated"]) / 2
        [right] = mean_over_devices([right])
        _hold_accuracy(networks.adaptation, config.target_accuracy, right)


def _watch_for_a_plateau(state: dict[str, tf.Variable], patience: int, loss: tf.Tensor) -> None:
    """Halves the learning rates after `patience` steps without a lower running mean of the loss.

    Args:
        state: from `adaptation_state`, updated in place.
        patience: number of steps.
        loss: scalar, of this step.
    """
    counted = state["counted"].assign_add(1.0)
    smoothed = state["smoothed"].assign(_MEMORY * state["smoothed"] + (1 - _MEMORY) * loss)
    # Bias correction: the mean starts at 0, and its first values would never be beaten otherwise.
    mean = smoothed / (1 - tf.pow(_MEMORY, counted))
    better = mean < state["best"] - _NOTICEABLE * tf.abs(state["best"])
    waited = tf.where(better, 0.0, state["waited"] + 1.0)
    over = waited >= patience
    state["best"].assign(tf.where(better | over, mean, state["best"]))
    state["waited"].assign(tf.where(over, 0.0, waited))
    factor = state["factor"]
    factor.assign(tf.where(over, tf.maximum(_HALF * factor, _MIN_FACTOR), factor))


def _hold_accuracy(state: dict[str, tf.Variable], target: float, right: tf.Tensor) -> None:
    """Slows the discriminator down while the running mean of its accuracy is above a target.

    Args:
        state: from `adaptation_state`, updated in place.
        target: accuracy, from 0 to 1.
        right: scalar, the accuracy at this step.
    """
    smoothed = state["smoothed"].assign(_MEMORY * state["smoothed"] + (1 - _MEMORY) * right)
    factor = state["factor"]
    changed = tf.where(smoothed > target, factor * _CHANGE, factor / _CHANGE)
    factor.assign(tf.clip_by_value(changed, _MIN_FACTOR, 1.0))
