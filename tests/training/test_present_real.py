"""Real samples as the discriminator is shown them, in the step and in the scores between steps."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.events import Samples
from ganlib.recipes.base import Recipe
from ganlib.training import Trainer
from tests.support.small_recipe import Small, SmallData, reduced, rows, samples, train


class _Shifted(Small):
    """Shows real samples half a unit further on, in the networks' units."""

    def present_real(self, discriminator: keras.Model, real: tf.Tensor) -> tf.Tensor:
        return real + 0.5


class _ShiftedData(SmallData):
    def draw(self, seed: tf.Tensor, count: int, *tensors: tf.Tensor) -> tf.Tensor:
        # The scaling of `Small` has a factor of 2.
        return super().draw(seed, count, *tensors) + 1.0


class _FromShiftedData(Small):
    """Learns the samples that the other one is shown."""

    def load(self, config: Any) -> SmallData:
        return _ShiftedData(config.poisoned_step)


@pytest.mark.parametrize(
    "knobs",
    [{}, {"discriminator_steps": 3}, {"loss": "relativistic"}, {"unrolled_steps": 2}],
    ids=str,
)
def test_what_is_shown_is_what_is_learned(knobs: dict[str, Any]) -> None:
    shown, learned, plain = (
        train(recipe, knobs) for recipe in (_Shifted(), _FromShiftedData(), Small())
    )
    np.testing.assert_allclose(rows(shown), rows(learned), rtol=1e-4, atol=1e-5)
    assert np.abs(rows(shown) - rows(plain)).max() > 1e-2
    for step, found in samples(shown).items():
        expected = samples(learned)[step]
        for name in ("scores_real", "scores_generated"):
            np.testing.assert_allclose(found.views[name], expected.views[name], atol=1e-4)


def test_most_recipes_show_real_samples_as_they_are() -> None:
    real = tf.constant([[1.0, 2.0]])
    own = {
        name
        for name, recipe in recipes.all_recipes().items()
        if type(recipe).present_real is not Recipe.present_real
    }
    assert own == {"progressive"}
    assert Small().present_real(keras.Sequential(), real) is real


# 8 images a phase and 4 a step: growth is 0 at steps 1 to 3, 0.5 at step 4 and 1 at step 5.
GROWING = {
    "images_per_phase": 8,
    "batch_size": 4,
    "sample_every": 1,
    "devices": "cpu",
    "milestones": 0,
    "precision": "float32",
    "average_decay": 0,
}


def test_scores_of_real_images_see_the_fade_of_their_step() -> None:
    recipe = reduced("progressive")
    trainer = Trainer(recipe, recipe.parse({**GROWING, "steps": 4}))
    looks: list[Samples] = []
    for event in trainer.events():
        if isinstance(event, Samples):
            looks.append(event)
            if event.step == 4:
                model = trainer._built().discriminator
                weights = [weight.numpy() for weight in model.weights]
    real = trainer.recipe.scaling(trainer.config).to_model(_real_images(trainer))
    # Half of the image as 4 x 4 pixels, half of it as 8 x 8.
    blended = (_at_pixels(real, 4) + _at_pixels(real, 8)) / 2
    for weight, value in zip(model.weights, weights, strict=True):
        weight.assign(value)
    assert float(next(w for w in model.weights if w.name == "growth").numpy()) == 0.5
    expected = model(blended.astype(np.float32), training=False).numpy()[:, 0]
    found = looks[-1].views["scores_real"]
    np.testing.assert_allclose(found, expected[: len(found)], rtol=0, atol=1e-5)
    unblended = model(real.astype(np.float32), training=False).numpy()[:, 0]
    assert np.abs(found - unblended[: len(found)]).max() > 1e-3


def _real_images(trainer: Trainer) -> np.ndarray:
    if trainer._inspector is None:
        raise AssertionError("the trainer has ended")
    return trainer._inspector.real[:256]


def _at_pixels(images: np.ndarray, side: int) -> np.ndarray:
    """Means over squares, enlarged to full size."""
    factor = 32 // side
    means = images.reshape(len(images), side, factor, side, factor, 1).mean(axis=(2, 4))
    return means.repeat(factor, axis=1).repeat(factor, axis=2)
