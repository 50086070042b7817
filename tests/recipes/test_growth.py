"""How far the growing networks are at a step, by hand, and what is said of it."""

import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.models import progressive as models
from ganlib.recipes.progressive import SIZES, growth_at


def test_growth_by_hand() -> None:
    # Phases of 100 images, 40 a step: steps 1 to 3 show images 0, 40 and 80, step 4 120.
    expected = {1: 0, 3: 0, 4: 0.2, 5: 0.6, 6: 1, 8: 1, 9: 1.2, 10: 1.6, 11: 2, 13: 2}
    expected |= {14: 2.2, 15: 2.6, 16: 3, 18: 3}
    for step, growth in expected.items():
        assert growth_at(step, 100, 40) == pytest.approx(growth, abs=1e-9), step
        inside = growth_at(tf.constant(step, tf.int64), 100, 40)
        assert float(inside) == pytest.approx(growth, abs=1e-9), step


def test_a_stage_is_the_level_that_growth_has_reached() -> None:
    recipe = recipes.get("progressive")
    config = recipe.parse({"images_per_phase": 100, "batch_size": 40, "packing": 1})
    stages = [recipe.stage(config, step) for step in range(1, 30)]
    # Growth is above 0 from step 4 on, above 1 from 9, above 2 from 14.
    assert stages == [0] * 3 + [1] * 5 + [2] * 5 + [3] * 16


def test_the_sizes_are_the_networks() -> None:
    assert models.SIZES == SIZES


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (0, "4 x 4 pixels"),
        (1, "4 x 4 pixels"),
        (400, "4 x 4 pixels"),
        (401, "4 x 4 pixels"),
        (601, "8 x 8 pixels, fading in: 50%"),
        (1_000, "8 x 8 pixels"),
        (2_301, "32 x 32 pixels, fading in: 75%"),
        (2_500, "32 x 32 pixels"),
        (400_000, "32 x 32 pixels"),
    ],
)
def test_the_caption_says_the_size_of_the_moment(step: int, said: str) -> None:
    recipe = recipes.get("progressive")
    # 25,600 images a phase are 400 steps of 64.
    assert recipe.caption(recipe.parse({}), step) == said


@pytest.mark.parametrize("step", [0, 1, 601, 1_000, 1_301, 2_301, 2_500])
def test_real_images_are_shown_as_the_discriminator_sees_them(step: int) -> None:
    recipe = recipes.get("progressive")
    config = recipe.parse({})
    real = np.random.default_rng(step).integers(0, 256, (3, 32, 32, 1), np.uint8)
    # Before the first step the networks are as in it.
    growth = growth_at(max(step, 1), config.images_per_phase, config.batch_size)
    discriminator = models.growing_discriminator(filters=4)
    discriminator.build((None, 32, 32, 1))
    models.set_growth(discriminator, growth)
    seen = np.asarray(models.fade_images(discriminator, tf.constant(real, tf.float32)))
    # At a level's own size it averages the pixels itself, in its first layer.
    side = 32 // SIZES[int(np.ceil(min(growth, 3)))]
    blocks = seen.reshape(3, 32 // side, side, 32 // side, side, 1).mean((2, 4))
    expected = blocks.repeat(side, axis=1).repeat(side, axis=2)
    shown = recipe.real_at(config, step, real)
    assert shown.shape == real.shape and shown.dtype == real.dtype
    np.testing.assert_allclose(shown, expected, atol=0.5 + 1e-3)
