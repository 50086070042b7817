"""The books' numbers, recipe by recipe."""

from typing import Any

import keras
import numpy as np
import pytest

from ganlib import recipes
from ganlib.recipes.base import Latent

# (steps, batch size, a sample every) of the books; None where the numbers are ours.
LENGTHS = {
    "toy/gaussian-vector": (500, 128, 100),
    "mnist/dcgan": (4_000, 128, 50),
    "mnist/basic": (10_000, 64, 1_000),
}
LATENTS = {
    "toy/scalar": Latent(1, "normal"),
    "toy/gaussian-vector": Latent(200, "uniform"),
    "mnist/dcgan": Latent(100, "normal"),
    "mnist/basic": Latent(100, "normal"),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths(name: str) -> None:
    config = recipes.get(name).parse({})
    assert (config.steps, config.batch_size, config.sample_every) == LENGTHS[name]


@pytest.mark.parametrize("name", LATENTS)
def test_latents(name: str) -> None:
    recipe = recipes.get(name)
    assert recipe.latent(recipe.parse({})) == LATENTS[name]


def test_samples_kept() -> None:
    # A 5 x 5 grid, a row of ten, a histogram of 128 vectors.
    counts = {name: recipes.get(name).sample_count for name in LATENTS}
    assert counts["mnist/dcgan"] == 25
    assert counts["mnist/basic"] == 10
    assert counts["toy/gaussian-vector"] == 128


def optimisers(name: str, **values: Any) -> tuple[Any, Any]:
    recipe = recipes.get(name)
    found: tuple[Any, Any] = recipe.optimisers(recipe.parse(values))
    return found


@pytest.mark.parametrize(
    ("name", "learning_rate", "beta_1"), [("mnist/dcgan", 2e-4, 0.5), ("mnist/basic", 1e-3, 0.9)]
)
def test_image_recipes_learn_with_adam(name: str, learning_rate: float, beta_1: float) -> None:
    defaults = keras.optimizers.Adam()
    pair = optimisers(name)
    assert pair[0] is not pair[1]
    for optimiser in pair:
        assert isinstance(optimiser, keras.optimizers.Adam)
        assert float(optimiser.learning_rate) == pytest.approx(learning_rate, rel=1e-6)
        assert optimiser.beta_1 == beta_1
        assert (optimiser.beta_2, optimiser.epsilon) == (defaults.beta_2, defaults.epsilon)


def test_basic_is_at_keras_defaults() -> None:
    ours, defaults = optimisers("mnist/basic")[0], keras.optimizers.Adam()
    assert ours.get_config() == pytest.approx(
        {**defaults.get_config(), "name": ours.get_config()["name"]}
    )


def test_gaussian_vector_as_printed() -> None:
    recipe = recipes.get("toy/gaussian-vector")
    config = recipe.parse({"preset": "as printed"})
    for optimiser in recipe.optimisers(config):
        assert type(optimiser) is keras.optimizers.SGD
        assert float(optimiser.learning_rate) == pytest.approx(5e-4, rel=1e-6)
        assert (optimiser.momentum, optimiser.nesterov) == (0.9, True)
    layers = [layer for layer in recipe.generator(config).layers if hasattr(layer, "units")]
    assert [layer.units for layer in layers] == [256, 200]
    assert layers[-1].activation.__name__ == "sigmoid"
    assert recipe.average_decay(config) == 0
    assert recipe.load(config).sample_shape == (200,)
    notes = recipe.notes + (recipe.Config.model_fields["preset"].description or "")
    assert "0.482" in notes and "34 %" in notes


def test_gaussian_vector_corrected_is_linear() -> None:
    recipe = recipes.get("toy/gaussian-vector")
    config = recipe.parse({})
    assert config.preset == "corrected"
    assert recipe.generator(config).layers[-1].activation.__name__ == "linear"


def test_the_sigmoids_bound_is_what_the_note_says() -> None:
    # The best a value between 0 and 1 can do is to be the clipped quantile of N(0, 1):
    # W1 = E max(-X, 0) + E max(X - 1, 0) = 0.3989 + 0.0833.
    from scipy import stats

    density, beyond = stats.norm.pdf, stats.norm.sf
    best = density(0) + density(1) - 1 * beyond(1)
    assert round(best, 3) == 0.482
    # It can overlap with what lies between 0 and 1 only: 34 %.
    assert round(stats.norm.cdf(1) - 0.5, 2) == 0.34


def test_dcgan_knobs_reach_the_networks() -> None:
    recipe = recipes.get("mnist/dcgan")
    config = recipe.parse(
        {"dropout": 0.4, "momentum": 0.7, "generator_learning_rate": 0.01, "beta_1": 0.3}
    )
    discriminator = recipe.discriminator(config)
    rates = [layer.rate for layer in discriminator.layers if hasattr(layer, "rate")]
    momenta = [layer.momentum for layer in discriminator.layers if hasattr(layer, "momentum")]
    assert rates == [0.4] * 4 and momenta == [0.7] * 3
    generator, other = recipe.optimisers(config)
    assert float(generator.learning_rate) == pytest.approx(0.01)
    assert float(other.learning_rate) == pytest.approx(2e-4)
    assert generator.beta_1 == other.beta_1 == 0.3


def test_images_are_scaled_as_the_books_do() -> None:
    for name in ("mnist/dcgan", "mnist/basic"):
        recipe = recipes.get(name)
        scaled = recipe.scaling(recipe.parse({})).to_model(np.array([0.0, 127.5, 255.0]))
        assert scaled.tolist() == [-1.0, 0.0, 1.0]


def test_scalar_knobs_reach_networks_and_optimisers() -> None:
    recipe = recipes.get("toy/scalar")
    config = recipe.parse(
        {"hidden_units": 5, "hidden_layers": 2, "steps": 40, "generator_learning_rate": 0.5}
    )
    for network in (recipe.generator(config), recipe.discriminator(config)):
        network.build((None, 1))
        # 1 * 5 + 5, 5 * 5 + 5, 5 * 1 + 1.
        assert network.count_params() == 10 + 30 + 6
        slopes = [
            layer.negative_slope for layer in network.layers if hasattr(layer, "negative_slope")
        ]
        assert slopes == [pytest.approx(0.2)] * 2
    generator, _ = recipe.optimisers(config)
    assert float(generator.learning_rate) == 0.5
    assert recipe.schedule(config) == "cosine"
    assert recipe.schedule(recipe.parse({"schedule": "constant"})) == "constant"


@pytest.mark.parametrize("target", ["mixture", "gaussian", "uniform", "exponential", "log-normal"])
def test_every_target_reaches_the_networks_with_mean_0_and_sd_1(target: str) -> None:
    recipe = recipes.get("toy/scalar")
    config = recipe.parse({"target": target})
    scaled = recipe.scaling(config).to_model(recipe.load(config).take(0, 20_000))
    assert abs(scaled.mean()) < 0.05 and abs(scaled.std() - 1) < 0.05
