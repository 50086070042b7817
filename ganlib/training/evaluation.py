"""The final scores of a generator: at the end of its run, or later from a checkpoint."""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.data.base import Data
from ganlib.events import Arrays
from ganlib.recipes.base import Recipe
from ganlib.training import devices
from ganlib.training.generator import Generator
from ganlib.training.networks import build_networks
from ganlib.training.randomness import RandomStream, derive


@dataclass(frozen=True)
class Evaluation:
    """The scores of a checkpoint.

    Args:
        weights_sha256: see `Networks.weights_sha256`.
        metrics: scores by name.
    """

    weights_sha256: str
    metrics: dict[str, float]


def final_scores(
    recipe: Recipe[Any], config: RunConfig, generator: Generator, data: Data
) -> dict[str, float]:
    """The recipe's scores, from `evaluation_count` samples; every call gives the same scores.

    Args:
        recipe: what was trained.
        config: the run's knobs.
        generator: the one to score.
        data: real samples to compare with.
    """
    count = recipe.evaluation_count
    real = data.take(derive(config.seed, RandomStream.EVALUATION), count)
    return recipe.evaluate(config, real, generator.generate(count, seed=0))


def evaluate_state(recipe: Recipe[Any], config: RunConfig, state: Arrays) -> Evaluation:
    """Scores the generator of a checkpoint, exactly as its trainer would.

    Args:
        recipe: what the run trained.
        config: the run's knobs.
        state: `Checkpoint.state` of that run.

    Raises:
        RunError: the state belongs to other networks.
        DataError: the data could not be had.
        ConfigError: the run's device is not on this machine.
    """
    data = recipe.load(config)
    with tf.device(devices.choose(config.devices).first):
        networks = build_networks(recipe, config, data.sample_shape)
        networks.restore(state)
        generator = Generator(networks.average, recipe, config)
    return Evaluation(networks.weights_sha256(), final_scores(recipe, config, generator, data))
