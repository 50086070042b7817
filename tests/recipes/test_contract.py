"""What every recipe promises. The parameters of those from books and papers are counted by hand."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from ganlib import recipes
from ganlib.config import metric_names
from ganlib.data.base import Data
from ganlib.events import Event, Finished, Metrics, Samples, Started
from ganlib.recipes.base import Recipe
from ganlib.training import Trainer
from ganlib.training.networks import Networks, build_networks
from ganlib.training.randomness import RandomStream
from tests.support.cases import slow_but
from tests.support.small_recipe import reduced

NAMES = list(recipes.all_recipes())

# Written out layer by layer: (inputs per unit + 1 bias) * units, and 4 numbers for each
# channel of a batch normalisation.
PARAMETERS = {
    "toy/scalar": (
        (1 + 1) * 64 + 2 * (64 + 1) * 64 + (64 + 1) * 1,
        # Beside the number itself, sine and cosine of four octaves.
        (1 + 2 * 4 + 1) * 64 + 2 * (64 + 1) * 64 + (64 + 1) * 1,
    ),
    "toy/gaussian-vector": (
        (200 + 1) * 256 + (256 + 1) * 200,
        (200 + 1) * 256 + (256 + 1) * 1,
    ),
    "mnist/dcgan": (
        (100 + 1) * 7 * 7 * 128
        + ((3 * 3 * 128 + 1) * 128 + 4 * 128)
        + ((3 * 3 * 128 + 1) * 64 + 4 * 64)
        + (3 * 3 * 64 + 1) * 1,
        (3 * 3 * 1 + 1) * 32
        + ((3 * 3 * 32 + 1) * 64 + 4 * 64)
        + ((3 * 3 * 64 + 1) * 128 + 4 * 128)
        + ((3 * 3 * 128 + 1) * 256 + 4 * 256)
        # 28, 14, 7, padded to 8, 4, 4.
        + (4 * 4 * 256 + 1) * 1,
    ),
    "mnist/basic": (
        (100 + 1) * 7 * 7 * 128
        + ((4 * 4 * 128 + 1) * 128 + 4 * 128)
        + ((4 * 4 * 128 + 1) * 64 + 4 * 64)
        + (4 * 4 * 64 + 1) * 1,
        (4 * 4 * 1 + 1) * 64 + (4 * 4 * 64 + 1) * 128 + (7 * 7 * 128 + 1) * 1,
    ),
    "fashion/dense": (
        (30 + 1) * 100 + (100 + 1) * 150 + (150 + 1) * 784,
        (784 + 1) * 150 + (150 + 1) * 100 + (100 + 1) * 1,
    ),
    # The book's own figures, which the layers below add up to.
    "quickdraw/conv": (183_713, 4_311_553),
    "toy/plane": (
        (2 + 1) * 192 + 3 * (192 + 1) * 192 + (192 + 1) * 2,
        # Beside both numbers, sine and cosine of five octaves in eight directions.
        (2 + 2 * 5 * 8 + 1) * 128 + 2 * (128 + 1) * 128 + (128 + 1) * 1,
    ),
    # In each, one number for how far it has grown.
    "progressive": (
        (100 + 1) * 4 * 4 * 128 + 3 * (4 * 4 * 128 + 1) * 128 + 4 * (3 * 3 * 128 + 1) + 1,
        4 * (1 + 1) * 128 + 3 * (4 * 4 * 128 + 1) * 128 + (4 * 4 * 128 + 1) + 1,
    ),
}
for _name in ("wgan/clip", "wgan/gp", "sngan"):
    PARAMETERS[_name] = PARAMETERS["mnist/basic"]
# Spectral normalisation keeps a vector of the size of each layer's output.
PARAMETERS["sngan"] = (PARAMETERS["sngan"][0], PARAMETERS["sngan"][1] + 64 + 128 + 1)


def test_the_books_figures_for_drawings_add_up() -> None:
    generator = (
        (32 + 1) * 7 * 7 * 64
        + 4 * 7 * 7 * 64
        + ((5 * 5 * 64 + 1) * 32 + 4 * 32)
        + ((5 * 5 * 32 + 1) * 16 + 4 * 16)
        + ((5 * 5 * 16 + 1) * 8 + 4 * 8)
        + (5 * 5 * 8 + 1) * 1
    )
    discriminator = (
        (5 * 5 * 1 + 1) * 64
        + (5 * 5 * 64 + 1) * 128
        + (5 * 5 * 128 + 1) * 256
        + (5 * 5 * 256 + 1) * 512
        # 28, 14, 7, 4, 4.
        + (4 * 4 * 512 + 1) * 1
    )
    assert (generator, discriminator) == PARAMETERS["quickdraw/conv"]


@dataclass
class Trial:
    """Two steps of a recipe on small batches.

    Args:
        recipe: scored on few samples.
        before: the networks as they begin.
        after: the networks two steps later.
        events: what the trainer yielded.
    """

    recipe: Recipe[Any]
    config: Any
    data: Data
    before: Networks
    after: Networks
    events: list[Event]

    def only(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@cache
def tried(name: str) -> Trial:
    recipe = reduced(name)
    values = {"steps": 2, "sample_every": 2, "batch_size": 8, "devices": "cpu", "seed": 3}
    config = recipe.parse(values)
    data = recipe.load(config)
    trainer = Trainer(recipe, config)
    events = list(trainer.events())
    before = build_networks(recipe, config, data.sample_shape)
    return Trial(recipe, config, data, before, trainer._built(), events)


QUICK = ["toy/scalar", "toy/plane", "mnist/dcgan", "wgan/gp"]


@pytest.fixture(params=slow_but(QUICK, NAMES))
def trial(request: pytest.FixtureRequest) -> Trial:
    return tried(request.param)


def test_it_says_what_it_is(trial: Trial) -> None:
    recipe = trial.recipe
    assert recipe.page and recipe.name.strip("/") == recipe.name
    for text in (recipe.title, recipe.dataset, recipe.source.text, recipe.source.values):
        assert text.strip()
    assert f"{recipe.summary}.".endswith(".") and f"{recipe.notes.strip()}.".endswith(".")
    assert recipe.source.url.startswith("https://") or not recipe.source.url
    assert recipe.kind in ("scalar", "plane", "image")


def test_it_says_which_data_a_run_gets(trial: Trial) -> None:
    sentence = trial.recipe.data_sentence(trial.config)
    report = trial.only(Started)[0].data
    assert report == trial.data.report
    assert report.sentence() in sentence


@pytest.mark.parametrize("trial", slow_but(QUICK, PARAMETERS), indirect=True)
def test_parameter_counts_are_those_by_hand(trial: Trial) -> None:
    default = trial.recipe.parse({})
    networks = build_networks(trial.recipe, default, trial.data.sample_shape)
    generator, discriminator = PARAMETERS[trial.recipe.name]
    expected = {"generator": generator, "discriminator": discriminator}
    assert networks.parameters() == expected
    assert trial.only(Started)[0].parameters == expected


def generator_range(trial: Trial) -> tuple[int, int]:
    """What the last layer of an image generator reaches."""
    return (0, 1) if trial.recipe.name in ("fashion/dense", "quickdraw/conv") else (-1, 1)


def test_real_samples_have_their_shape_and_fit_the_generators_range(trial: Trial) -> None:
    raw = trial.data.take(0, 500)
    assert raw.shape == (500, *trial.data.sample_shape) and raw.dtype == np.float32
    scaling = trial.recipe.scaling(trial.config)
    scaled = np.asarray(scaling.to_model(raw))
    np.testing.assert_allclose(scaling.to_raw(scaled), raw, rtol=0, atol=1e-4)
    if trial.recipe.kind == "image":
        assert (raw.min(), raw.max()) == (0, 255)
        low, high = generator_range(trial)
        assert (scaled.min(), scaled.max()) == (low, high)
    else:
        assert abs(scaled.mean()) < 0.3 and 0.7 < scaled.std() < 1.3


def test_networks_take_and_give_the_right_shapes(trial: Trial) -> None:
    latents = np.random.default_rng(0).normal(
        scale=3.0, size=(5, trial.recipe.latent(trial.config).size)
    )
    for networks in (trial.before, trial.after):
        fake = networks.generator(latents.astype(np.float32)).numpy()
        assert fake.shape == (5, *trial.data.sample_shape)
        assert np.isfinite(fake).all()
        if trial.recipe.kind == "image":
            low, high = generator_range(trial)
            assert low <= fake.min() < fake.max() <= high
        logits = networks.discriminator(fake).numpy()
        assert logits.shape == (5, 1) and np.isfinite(logits).all()


def test_the_discriminator_ends_in_logits(trial: Trial) -> None:
    # A thousand times larger input: no squashed output could follow.
    latents = np.random.default_rng(0).normal(size=(8, trial.recipe.latent(trial.config).size))
    fake = trial.before.generator(latents.astype(np.float32)).numpy()
    assert np.abs(trial.before.discriminator(1_000 * fake).numpy()).max() > 1


def test_both_networks_move_in_two_steps(trial: Trial) -> None:
    for name in ("generator", "discriminator"):
        before, after = (getattr(one, name) for one in (trial.before, trial.after))
        kernels = 0
        for old, new in zip(before.trainable_variables, after.trainable_variables, strict=True):
            if "kernel" in old.path:
                moved = (old.numpy() != new.numpy()).any()
                # Layers of sizes to come are not in use yet.
                assert moved or trial.config.grows, f"{name} {old.path}"
                kernels += int(moved)
        assert kernels >= 2
    updates = trial.config.discriminator_steps
    assert int(trial.after.generator_optimiser.iterations) == 2
    assert int(trial.after.discriminator_optimiser.iterations) == 2 * updates


def test_the_trial_began_where_a_new_build_begins(trial: Trial) -> None:
    # Otherwise the test above would compare two unrelated networks.
    first = next(event for event in trial.events if isinstance(event, Samples))
    from ganlib.training.generator import Generator

    generator = Generator(trial.before.average, trial.recipe, trial.config)
    noise = generator.latents(trial.recipe.sample_count, RandomStream.FIXED_LATENTS)
    np.testing.assert_array_equal(generator.samples(noise), first.fixed)


def test_figures_samples_and_scores_are_finite(trial: Trial) -> None:
    figures = np.concatenate([event.values for event in trial.only(Metrics)])
    names = metric_names(trial.config)
    assert figures.shape == (2, len(names)) and np.isfinite(figures).all()
    by_name = dict(zip(names, figures.T, strict=True))
    for name in {"accuracy_real", "accuracy_generated", "clipped_share"} & set(names):
        assert ((by_name[name] >= 0) & (by_name[name] <= 1)).all()
    for name in ("discriminator_gradient_norm", "generator_gradient_norm"):
        assert (by_name[name] > 0).all()
    assert [event.step for event in trial.only(Samples)] == [0, 2]
    image = trial.recipe.kind == "image"
    for event in trial.only(Samples):
        for drawn in (event.fixed, event.fresh):
            assert drawn.shape == (trial.recipe.sample_count, *trial.data.sample_shape)
            assert drawn.dtype == (np.uint8 if image else np.float32)
            assert np.isfinite(drawn).all() and drawn.std() > 0
        assert (event.noise is None) == image
    real = trial.only(Started)[0].real
    assert real.shape == (trial.recipe.sample_count, *trial.data.sample_shape)
    assert real.dtype == (np.uint8 if image else np.float32)


def test_no_slope_that_is_found_is_above_the_bound(trial: Trial) -> None:
    # Fresh, and after two steps.
    for event in trial.only(Samples):
        found = event.scores
        assert 0 < found["largest_slope"] <= found["lipschitz_bound"] * (1 + 1e-5)


def test_scores_are_finite_floats_and_hold_the_one_for_the_table(trial: Trial) -> None:
    recipe, config = trial.recipe, trial.config
    for scores in (trial.only(Finished)[0].metrics, trial.only(Samples)[-1].scores):
        assert recipe.score in scores
        if recipe.kind == "image":
            assert recipe.score == "frechet" and {"pixel_w1", "ink_w1_over_sigma"} <= scores.keys()
        assert all(type(value) is float and np.isfinite(value) for value in scores.values())
    # Lower is better: real against real beats the networks as they begin.
    real = [trial.data.take(seed, 500) for seed in (1, 2)]
    untrained = trial.only(Samples)[0].fresh
    perfect = recipe.evaluate(config, *real)[recipe.score]
    assert 0 <= perfect < recipe.evaluate(config, real[0], untrained)[recipe.score]
