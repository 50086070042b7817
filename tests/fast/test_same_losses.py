"""Every recipe trains the same with and without all that is only there for speed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.training.devices import choose
from ganlib.training.program import Program, Setup
from tests.support.cases import slow_but

STEPS = 20


@pytest.mark.parametrize("name", slow_but(["toy/scalar"], recipes.all_recipes()))
def test_the_losses_of_the_first_steps_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    faster = losses(name)
    monkeypatch.setenv("GANLIB_FAST", "0")
    plain = losses(name)
    assert np.abs(plain[-1] - plain[0]).max() > 1e-3, "the networks have learned nothing"
    # A loss of the Wasserstein kind may be close to 0: what counts is how large it becomes.
    scale = np.maximum(np.abs(plain), np.abs(plain).max(axis=0) / 10)
    assert (np.abs(faster - plain) / scale).max() < 1e-4


def losses(name: str) -> np.ndarray:
    """(STEPS, 2): losses of discriminator and generator in float32."""
    recipe = recipes.get(name)
    knobs = {"steps": STEPS, "batch_size": 16, "precision": "float32", "devices": "cpu"}
    usual = recipe.parse(knobs)
    # Two networks that play against each other double any rounding within a step or two at their
    # usual learning rates: in `mnist/dcgan`, a change of the weights in the seventh digit grows
    # to one percent of the losses within 20 steps. A twentieth of these rates
    # keeps it small.
    rates = ("generator_learning_rate", "discriminator_learning_rate")
    config = recipe.parse(knobs | {name: getattr(usual, name) / 20 for name in rates})
    program = Program(Setup(recipe, config, recipe.load(config), choose("cpu")))
    without_amplified_rounding(program.networks.generator_optimiser)
    without_amplified_rounding(program.networks.discriminator_optimiser)
    program.set_config(config)
    first, count = tf.constant(1, tf.int64), tf.constant(STEPS, tf.int64)
    rows: np.ndarray = program.multi_step(first, count).numpy()
    return rows[:, :2].astype(float)


def without_amplified_rounding(optimiser: keras.optimizers.Optimizer) -> None:
    """Makes updates vanish with their gradients.

    With their tiny epsilon, Adam and RMSprop move a weight by the learning rate even where its
    gradient is nothing but rounding, as that of a bias before batch normalisation.
    """
    if hasattr(optimiser, "epsilon"):
        optimiser.epsilon = 1e-3
