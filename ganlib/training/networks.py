"""The networks and optimisers of one run, and their state as plain arrays."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ganlib import fast, optimisers
from ganlib.config import Optimiser, RunConfig
from ganlib.errors import RunError
from ganlib.events import Arrays
from ganlib.fast.accelerate import accelerate
from ganlib.fast.optimisers import FusedAdam, FusedRMSprop, FusedSGD
from ganlib.models.clone_seeded import Transform, clone_seeded
from ganlib.models.minibatch import with_minibatch_discrimination
from ganlib.models.spectral import spectrally_normalised
from ganlib.recipes.base import Recipe
from ganlib.training.randomness import RandomStream, derive
from ganlib.training.schedules import adaptation_state


@dataclass(frozen=True)
class Networks:
    """Two networks that learn, the generator's running average, and their optimisers.

    Args:
        generator: (B, latent) -> (B, *sample_shape) in the networks' units.
        discriminator: (B, *sample_shape) -> (B, 1) logits.
        average: the generator that samples are drawn from: a running average of the
            generator where the recipe asks for one, otherwise the generator itself.
        generator_optimiser: built for the generator's trainable variables.
        discriminator_optimiser: built for the discriminator's.
        adaptation: what an adaptive schedule remembers, by name.
    """

    generator: keras.Model
    discriminator: keras.Model
    average: keras.Model
    generator_optimiser: keras.optimizers.Optimizer
    discriminator_optimiser: keras.optimizers.Optimizer
    adaptation: dict[str, tf.Variable] = field(default_factory=dict)

    def parameters(self) -> dict[str, int]:
        """Weights of each network, trainable or not."""
        return {
            "generator": self.generator.count_params(),
            "discriminator": self.discriminator.count_params(),
        }

    def state(self) -> Arrays:
        """Copies of all variables, by the same names."""
        return {name: variable.numpy() for name, variable in self.variables().items()}

    def restore(self, state: Arrays) -> None:
        """Restores variables saved by `state`.

        Raises:
            RunError: names or shapes differ, so it is another network's state.
        """
        if misfit := self.misfit(state):
            raise RunError(f"The checkpoint does not fit these networks: {misfit}.")
        for name, variable in self.variables().items():
            variable.assign(state[name])

    def set_learning_rates(self, config: RunConfig) -> None:
        """Sets both learning rates to their initial values."""
        self.generator_optimiser.learning_rate.assign(config.generator_learning_rate)
        self.discriminator_optimiser.learning_rate.assign(config.discriminator_learning_rate)

    def misfit(self, state: Arrays) -> str:
        """Returns why a state cannot be restored, as a clause; empty if it can."""
        variables = self.variables()
        for name in sorted(set(variables) ^ set(state)):
            return f"{name} is in only one"
        for name, variable in variables.items():
            if tuple(variable.shape) != state[name].shape:
                return f"{name} has shape {state[name].shape}, expected {tuple(variable.shape)}"
        return ""

    def weights_sha256(self) -> str:
        """Over the weights of generator, then discriminator, as little-endian float32."""
        digest = hashlib.sha256()
        for weight in [*self.generator.weights, *self.discriminator.weights]:
            digest.update(np.ascontiguousarray(weight.numpy(), dtype="<f4").tobytes())
        return digest.hexdigest()

    def variables(self) -> dict[str, tf.Variable]:
        """All variables that a step changes, including Dropout's random states, by unique name."""
        groups: dict[str, Sequence[Any]] = {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "generator_optimiser": self.generator_optimiser.variables,
            "discriminator_optimiser": self.discriminator_optimiser.variables,
        }
        if self.average is not self.generator:
            groups["average"] = self.average.variables
        named = {
            f"{group}/{index:03d}/{variable.name}": variable.value
            for group, variables in groups.items()
            for index, variable in enumerate(variables)
        }
        return named | {f"adaptation/{name}": one for name, one in self.adaptation.items()}


def build_networks(
    recipe: Recipe, config: RunConfig, sample_shape: tuple[int, ...], precision: str = "float32"
) -> Networks:
    """Builds both networks and their optimisers, with initial weights by the run's seed.

    Args:
        recipe: source of the networks.
        config: the run's knobs.
        sample_shape: shape of one sample, without the batch.
        precision: Keras dtype policy of the two networks that learn.
    """
    generator = build_generator(recipe, config, precision)
    discriminator = build_discriminator(recipe, config, sample_shape, precision)
    average = build_generator(recipe, config) if config.average_decay else generator
    generator_optimiser = _optimiser(
        config, config.resolved_generator_optimiser, config.generator_learning_rate
    )
    discriminator_optimiser = _optimiser(
        config, config.optimiser, config.discriminator_learning_rate
    )
    generator_optimiser.build(generator.trainable_variables)
    discriminator_optimiser.build(discriminator.trainable_variables)
    return Networks(
        generator,
        discriminator,
        average,
        generator_optimiser,
        discriminator_optimiser,
        adaptation_state(config),
    )


def build_generator(
    recipe: Recipe, config: RunConfig, precision: str = "float32", *, plain: bool = False
) -> keras.Model:
    """The recipe's generator with its initial weights: (B, latent.size) -> (B, *sample_shape).

    Args:
        recipe: source of the network.
        config: the run's knobs.
        precision: Keras dtype policy.
        plain: in Keras' own layers, as the recipe writes it, and not in faster ones.
    """
    return clone_seeded(
        recipe.generator(config),
        (recipe.latent(config).size,),
        derive(config.seed, RandomStream.GENERATOR),
        precision,
        None if plain else faster(),
    )


def fits(recipe: Recipe, config: RunConfig, state: Arrays) -> bool:
    """True if a checkpoint's state fits the networks of a config; needs none of the data.

    Args:
        recipe: source of the networks.
        config: decides their layers.
        state: `Checkpoint.state` of a run.
    """
    shape = build_generator(recipe, config).output_shape[1:]
    return not build_networks(recipe, config, shape).misfit(state)


def count_parameters(recipe: Recipe) -> dict[str, int]:
    """Weights of each network at the recipe's own settings; needs none of its data."""
    config = recipe.parse({})
    generator = build_generator(recipe, config)
    discriminator = build_discriminator(recipe, config, generator.output_shape[1:])
    return {
        "generator": generator.count_params(),
        "discriminator": discriminator.count_params(),
    }


def build_discriminator(
    recipe: Recipe,
    config: RunConfig,
    sample_shape: tuple[int, ...],
    precision: str = "float32",
    *,
    plain: bool = False,
) -> keras.Model:
    """The recipe's discriminator with its initial weights, and with what the config adds to it.

    Args:
        recipe: source of the network.
        config: the run's knobs; minibatch discrimination and spectral normalisation are added
            to the recipe's layers.
        sample_shape: shape of one sample, without the batch.
        precision: Keras dtype policy.
        plain: in Keras' own layers, as the recipe writes it, and not in faster ones.
    Returns:
        (B / packing, ..., packing * C) -> (B / packing, 1) logits.
    """
    return clone_seeded(
        plan_discriminator(recipe, config),
        pack_shape(sample_shape, config.packing),
        derive(config.seed, RandomStream.DISCRIMINATOR),
        precision,
        None if plain else faster(),
    )


def faster() -> Transform | None:
    """The pass that makes networks faster; None if it is switched off."""
    return accelerate if fast.enabled() else None


def plan_discriminator(recipe: Recipe, config: RunConfig) -> keras.Sequential:
    """The discriminator without weights: its layers are not built yet.

    Args:
        recipe: source of the network.
        config: the run's knobs.
    """
    model = recipe.discriminator(config)
    if config.minibatch_kernels:
        model = with_minibatch_discrimination(
            model, config.minibatch_kernels, config.minibatch_dimensions
        )
    if config.spectral_normalisation:
        model = spectrally_normalised(model, config.spectral_norm)
    return model


def pack_shape(sample_shape: tuple[int, ...], packing: int) -> tuple[int, ...]:
    """Shape of a pack of samples, without the batch: (..., C) -> (..., packing * C).

    Example:
        >>> pack_shape((28, 28, 1), 2)
        (28, 28, 2)
    """
    *inner, channels = sample_shape
    return (*inner, channels * packing)


def _optimiser(
    config: RunConfig, kind: Optimiser, learning_rate: float
) -> keras.optimizers.Optimizer:
    """An optimiser with the settings of a config, not built.

    Args:
        config: momentum, betas and clipping of gradients.
        kind: which optimiser.
        learning_rate: at the first step.
    """
    clip, quick = config.gradient_clip or None, fast.enabled()
    if kind == "adam":
        adam = FusedAdam if quick else optimisers.Adam
        return adam(learning_rate, config.beta_1, config.beta_2, clipvalue=clip)
    if kind == "rmsprop":
        rmsprop = FusedRMSprop if quick else optimisers.RMSprop
        return rmsprop(learning_rate, clipvalue=clip)
    sgd = FusedSGD if quick else optimisers.SGD
    return sgd(learning_rate, config.momentum, nesterov=True, clipvalue=clip)
