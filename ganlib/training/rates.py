"""Learning rates along a run: by schedule, or by what the figures say."""

from typing import TYPE_CHECKING

import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.models.schedules import learning_rate_factor
from ganlib.training.devices import mean_over_devices
from ganlib.training.randomness import Moment

if TYPE_CHECKING:
    from ganlib.training.networks import Networks

# Of the running means that decisions are made from.
_MEMORY = 0.99
_HALF = 0.5
# The learning rate is never taken below this share of its start.
_LEAST = 0.01
# What one step may change of the discriminator's learning rate.
_PACE = 0.995
# By which share a loss must be lower to count as better.
_NOTICEABLE = 1e-3
_UNKNOWN = 3e38


def adaptation_state(config: RunConfig) -> dict[str, tf.Variable]:
    """What an adaptive schedule remembers, by name; it is part of a checkpoint."""
    start: dict[str, dict[str, float]] = {
        "plateau": {
            "factor": 1.0,
            "smoothed": 0.0,
            "counted": 0.0,
            "best": _UNKNOWN,
            "waited": 0.0,
        },
        "accuracy": {"factor": 1.0, "smoothed": 0.5},
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
    moment: Moment,
) -> None:
    """Gives both optimisers the learning rates of a step.

    Args:
        networks: their optimisers are set.
        config: names the schedule.
        generator_start: the generator's learning rate before the schedule.
        discriminator_start: likewise.
        moment: says how far the run is.
    """
    if config.schedule == "constant":
        return
    if config.schedule == "plateau" or config.schedule == "accuracy":
        discriminator = networks.adaptation["factor"].value()
        generator = discriminator if config.schedule == "plateau" else tf.constant(1.0)
    else:
        generator = discriminator = learning_rate_factor(config.schedule, moment.done)
    networks.generator_optimiser.learning_rate.assign(generator_start * generator)
    networks.discriminator_optimiser.learning_rate.assign(discriminator_start * discriminator)


def adapt(networks: "Networks", config: RunConfig, figures: dict[str, tf.Tensor]) -> None:
    """Lets an adaptive schedule learn from a step's figures; others do nothing.

    It learns from the mean over all devices, so that each of them decides alike.

    Args:
        networks: whose `adaptation` is updated.
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
    counted = state["counted"].assign_add(1.0)
    smoothed = state["smoothed"].assign(_MEMORY * state["smoothed"] + (1 - _MEMORY) * loss)
    # Without this, the mean would rise from 0 and its first value never be beaten.
    mean = smoothed / (1 - tf.pow(_MEMORY, counted))
    better = mean < state["best"] - _NOTICEABLE * tf.abs(state["best"])
    waited = tf.where(better, 0.0, state["waited"] + 1.0)
    over = waited >= patience
    state["best"].assign(tf.where(better | over, mean, state["best"]))
    state["waited"].assign(tf.where(over, 0.0, waited))
    factor = state["factor"]
    factor.assign(tf.where(over, tf.maximum(_HALF * factor, _LEAST), factor))


def _hold_accuracy(state: dict[str, tf.Variable], target: float, right: tf.Tensor) -> None:
    smoothed = state["smoothed"].assign(_MEMORY * state["smoothed"] + (1 - _MEMORY) * right)
    factor = state["factor"]
    changed = tf.where(smoothed > target, factor * _PACE, factor / _PACE)
    factor.assign(tf.clip_by_value(changed, _LEAST, 1.0))
