"""The books' loops learn on today's Keras: both networks, each in its own phase."""

from typing import Any

import numpy as np
import pytest

from ganlib import recipes
from ganlib.bench.books import LOOPS, BookLoop
from ganlib.bench.results import BOOK_RECIPES
from tests.support.cases import slow_but


def loop_of(name: str, **knobs: object) -> BookLoop:
    recipe = recipes.get(name)
    config = recipe.parse({**LOOPS[name].knobs, "batch_size": 4, **knobs})
    return LOOPS[name](recipe, config, recipe.load(config).take(0, 16))


def learned(model: Any) -> list[np.ndarray]:
    return [weight.numpy().copy() for weight in model.trainable_variables]


def moved(before: list[np.ndarray], after: list[np.ndarray]) -> list[bool]:
    return [bool((one != other).any()) for one, other in zip(before, after, strict=True)]


def test_every_book_recipe_has_a_loop() -> None:
    assert set(BOOK_RECIPES) == set(LOOPS) <= set(recipes.all_recipes())


@pytest.mark.parametrize(
    "name", slow_but(BOOK_RECIPES[:1], [BOOK_RECIPES[0], "mnist/dcgan", "wgan/clip"])
)
def test_both_networks_learn_in_every_step(name: str) -> None:
    loop = loop_of(name)
    for _ in range(2):
        loop.discriminator.trainable = True
        models = loop.generator, loop.discriminator
        before = [learned(model) for model in models]
        loop.step()
        loop.discriminator.trainable = True
        after = [learned(model) for model in models]
        for was, now in zip(before, after, strict=True):
            assert len(was) == len(now) > 0
            assert np.mean(moved(was, now)) > 0.5


@pytest.mark.parametrize(
    "name", slow_but(BOOK_RECIPES[:1], [BOOK_RECIPES[0], "mnist/dcgan", "wgan/clip"])
)
def test_each_phase_moves_its_own_network_alone(name: str) -> None:
    loop = loop_of(name)
    # Compiles both.
    loop.step()
    loop.discriminator.trainable = True
    generator, discriminator = learned(loop.generator), learned(loop.discriminator)
    loop._train_discriminator()
    assert not any(moved(generator, learned(loop.generator)))
    assert any(moved(discriminator, learned(loop.discriminator)))
    discriminator = learned(loop.discriminator)
    loop._combined.train_on_batch(loop._noise(), loop._answers(loop.real))
    assert any(moved(generator, learned(loop.generator)))
    assert not any(moved(discriminator, learned(loop.discriminator)))


def test_the_critic_is_clipped_after_every_update() -> None:
    loop = loop_of("wgan/clip", weight_clip=1e-3)
    loop.step()
    assert max(np.abs(weight).max() for weight in loop.discriminator.get_weights()) <= 1e-3


def test_both_networks_are_in_kerass_own_layers() -> None:
    loop = loop_of("mnist/dcgan")
    for model in (loop.generator, loop.discriminator):
        assert {type(layer).__module__.split(".")[0] for layer in model.layers} == {"keras"}
