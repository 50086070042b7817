"""How much a step has to calculate."""

from typing import Any

import keras

from ganlib.config import RunConfig
from ganlib.fast.structure import multiply_adds, multiplying_layers
from ganlib.recipes.base import Recipe

# Multiplications of a penalty on the discriminator's slope, in passes through it: the slope
# itself, and its own two derivatives. That of WGAN-GP makes a forward pass of its own.
_SLOPE_PASSES = 3
_PENALTIES = {
    "none": 0,
    "r1": _SLOPE_PASSES,
    "r2": _SLOPE_PASSES,
    "r1_r2": 2 * _SLOPE_PASSES,
    "wgan_gp": 1 + _SLOPE_PASSES,
}


def step_gflop(
    recipe: Recipe[Any],
    config: RunConfig,
    generator: keras.Model,
    discriminator: keras.Model,
) -> float:
    """Billions of multiplications and additions of one step, of products with weights only.

    A pass forward costs one product per weight and place, a pass backward two: one for the
    weights, one for what came in, which nobody asks a network's first layer for. Exceptions
    are the generator's update, for which the discriminator's weights need none, and its
    earlier passes where the discriminator makes several updates a step. A penalty counts
    roughly. Batch normalisation, activations, losses and updates are left out.

    Args:
        recipe: whose networks these are.
        config: the run's knobs.
        generator: built, in plain layers or in faster ones that calculate less.
        discriminator: likewise.
    """
    batch, updates = config.batch_size, config.discriminator_steps
    one, other = (multiply_adds(model) for model in (generator, discriminator))
    first_one, first_other = (
        multiply_adds(multiplying_layers(model)[0]) for model in (generator, discriminator)
    )
    judging = 2 * (3 * other - first_other) + _PENALTIES[config.gradient_penalty] * other
    generating = updates * one + (2 * one - first_one) + 2 * other
    return 2 * batch * (updates * judging + generating) / 1e9
