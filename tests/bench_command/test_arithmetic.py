"""Operations of a step, counted by hand."""

from typing import Any

import pytest

from ganlib import recipes
from ganlib.bench.arithmetic import step_gflop
from ganlib.training.networks import build_discriminator, build_generator


def gflop(name: str, *, fast: bool = False, **knobs: Any) -> float:
    recipe = recipes.get(name)
    config = recipe.parse(knobs)
    generator = build_generator(recipe, config, plain=not fast)
    shape = generator.output_shape[1:]
    discriminator = build_discriminator(recipe, config, shape, plain=not fast)
    return step_gflop(recipe, config, generator, discriminator)


def test_dense_networks() -> None:
    generator, discriminator = 200 * 256 + 256 * 200, 200 * 256 + 256
    judging = 2 * (3 * discriminator - 200 * 256)
    generating = generator + (2 * generator - 200 * 256) + 2 * discriminator
    expected = 2 * 128 * (judging + generating) / 1e9
    assert gflop("toy/gaussian-vector") == pytest.approx(expected)
    # Each update of the discriminator has new samples made for it.
    more = 2 * 128 * (judging + generator) / 1e9
    found = gflop("toy/gaussian-vector", discriminator_steps=3)
    assert found == pytest.approx(expected + 2 * more)


def test_convolutions() -> None:
    first = 14 * 14 * 16 * 64
    discriminator = first + 7 * 7 * 16 * 64 * 128 + 6_272
    generator = 100 * 6_272 + 49 * 16 * 128 * 128 + 196 * 16 * 128 * 64 + 784 * 16 * 64
    judging = 2 * (3 * discriminator - first)
    generating = 5 * generator + 2 * generator - 100 * 6_272 + 2 * discriminator
    expected = 2 * 64 * (5 * judging + generating) / 1e9
    assert gflop("wgan/clip") == pytest.approx(expected)


@pytest.mark.parametrize(("penalty", "passes"), [("r1", 3), ("r1_r2", 6), ("wgan_gp", 4)])
def test_penalties(penalty: str, passes: int) -> None:
    discriminator = 200 * 256 + 256
    more = gflop("toy/gaussian-vector", gradient_penalty=penalty) - gflop("toy/gaussian-vector")
    assert more == pytest.approx(2 * 128 * passes * discriminator / 1e9)


def test_an_enlarged_image_is_not_multiplied_four_times() -> None:
    two = 49 * 16 * 128 * 128 + 196 * 16 * 128 * 64
    whole = 196 * 9 * 128 * 128 + 784 * 9 * 128 * 64
    saved = gflop("mnist/dcgan") - gflop("mnist/dcgan", fast=True)
    assert saved == pytest.approx(3 * 2 * 128 * (whole - two) / 1e9)
