"""Draws samples from a trained generator, and scores them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.data.base import Data, Scaling
from ganlib.errors import RunError
from ganlib.events import Arrays
from ganlib.fast.hardware import device_of
from ganlib.recipes.base import Recipe
from ganlib.training import devices
from ganlib.training.networks import build_generator, build_networks
from ganlib.training.randomness import (
    RandomStream,
    at_step,
    derive,
    draw_latents,
    stream_seeds,
)

BATCH = 1_024
# Of the latents that are the same in all runs.
_SHARED_SEEDS = stream_seeds(0)

Predict = Callable[[tf.Tensor], tf.Tensor]


def compile_generator(
    model: keras.Model, latent_size: int, source: keras.Model | None = None
) -> Predict:
    """(B, latent_size) float32 -> (B, *sample_shape) float32, in the networks' units.

    Args:
        model: the generator, which runs on the device of its weights.
        latent_size: numbers in one latent vector.
        source: a network to copy the weights from before each call; None for the model's own.
    """

    @tf.function(input_signature=[tf.TensorSpec((None, latent_size), tf.float32)], autograph=False)
    def predict(latents: tf.Tensor) -> tf.Tensor:
        with tf.device(device_of(model)):
            if source is not None:
                for mine, theirs in zip(model.weights, source.weights, strict=True):
                    mine.assign(theirs.value)
            return tf.cast(model(latents, training=False), tf.float32)

    return predict


class Generator:
    """Generates samples in the data's own units.

    Args:
        model: (B, latent.size) -> (B, *sample_shape) in the networks' units.
        recipe: what the model belongs to.
        config: the run's knobs.
        predict: the compiled model, where there is one already.
    """

    def __init__(
        self,
        model: keras.Model,
        recipe: Recipe[Any],
        config: RunConfig,
        predict: Predict | None = None,
    ):
        self.model = model
        self._seeds = stream_seeds(config.seed)
        self._latent = recipe.latent(config)
        self._scaling: Scaling = recipe.scaling(config)
        self._is_image = recipe.kind == "image"
        self._predict = predict or compile_generator(model, self._latent.size)

    def latents(self, count: int, stream: RandomStream, step: int = 0) -> np.ndarray:
        """Noise for the generator; the same arguments give the same noise.

        Fixed latents do not depend on the run's seed, so that pages can compare what several
        generators make of the same noise.

        Args:
            count: number of latent vectors.
            stream: purpose of the draw.
            step: another step gives other noise.
        Returns:
            (count, latent.size) float32.
        """
        seeds = _SHARED_SEEDS if stream is RandomStream.FIXED_LATENTS else self._seeds
        seed = at_step(seeds, stream, step)
        drawn: np.ndarray = draw_latents(self._latent, seed, count).numpy()
        return drawn

    def samples(self, latents: np.ndarray) -> np.ndarray:
        """(n, latent.size) -> (n, *sample_shape), images as uint8, others in the scaling's dtype.

        Raises:
            RunError: the generator gives values that are not finite.
        """
        parts = [
            self._predict(tf.constant(latents[start : start + BATCH])).numpy()
            for start in range(0, len(latents), BATCH)
        ]
        raw = self._scaling.to_raw(np.concatenate(parts))
        if not np.isfinite(raw).all():
            raise RunError("The generator gives values that are not finite numbers.")
        if self._is_image:
            return np.clip(np.rint(raw), 0, 255).astype(np.uint8)
        return raw.astype(self._scaling.dtype)

    def generate(self, count: int, seed: int) -> np.ndarray:
        """New samples from new noise: (count, *sample_shape).

        Args:
            count: number of samples.
            seed: another seed gives other samples.
        """
        return self.samples(self.latents(count, RandomStream.EVALUATION, seed))

    def save_weights(self, path: Path) -> None:
        """Writes Keras weights (`.weights.h5`) that `keras.Model.load_weights` reads."""
        self.model.save_weights(path)


def load_generator(recipe: Recipe[Any], config: RunConfig, state: Arrays) -> Generator:
    """Builds the generator of a checkpoint.

    Args:
        recipe: what the run trained.
        config: the run's knobs.
        state: `Checkpoint.state` of that run.

    Raises:
        RunError: the state belongs to other networks.
    """
    model = build_generator(recipe, config)
    group = "average" if config.average_decay else "generator"
    for index, variable in enumerate(model.variables):
        name = f"{group}/{index:03d}/{variable.name}"
        if name not in state or state[name].shape != tuple(variable.shape):
            raise RunError(
                f"The checkpoint does not fit the generator: {name} is missing or of another shape."
            )
        variable.assign(state[name])
    return Generator(model, recipe, config)


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
    scores = recipe.evaluate(config, real, generator.generate(count, seed=0))
    # One reference sample of this size is enough; more would take seconds.
    return scores | reference_scores(recipe, config, real, data, count, repeats=1)


def reference_scores(
    recipe: Recipe[Any],
    config: RunConfig,
    real: np.ndarray,
    data: Data,
    count: int,
    *,
    repeats: int,
) -> dict[str, float]:
    """The quality and the coverage of real samples, to compare those of generated samples with.

    Args:
        recipe: what is trained.
        config: the run's knobs.
        real: (n, *sample_shape) the real samples that generated samples are compared with.
        data: has more of them.
        count: number of other real samples in the place of generated samples.
        repeats: how often `count` other samples are drawn and scored; the scores are averaged.
    Returns:
        The recipe's score and "coverage", each with "_real" behind its name.
    """
    others = data.take(derive(config.seed, RandomStream.REAL_REFERENCE), repeats * count)
    found = [recipe.evaluate(config, real, other) for other in np.split(others, repeats)]
    return {
        f"{name}_real": float(np.mean([scores[name] for scores in found]))
        for name in (recipe.score, "coverage")
        if name in found[0]
    }


def evaluate_state(
    recipe: Recipe[Any], config: RunConfig, state: Arrays
) -> tuple[str, dict[str, float]]:
    """Scores the generator of a checkpoint, exactly as its trainer would.

    Args:
        recipe: what the run trained.
        config: the run's knobs.
        state: `Checkpoint.state` of that run.
    Returns:
        (`Networks.weights_sha256`, scores by name).

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
    return networks.weights_sha256(), final_scores(recipe, config, generator, data)
