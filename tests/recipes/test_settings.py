"""The books' numbers, recipe by recipe."""

from typing import Any

import keras
import pytest

from ganlib import recipes
from ganlib.training.networks import build_generator, build_networks


def optimisers(name: str, **values: Any) -> tuple[Any, Any]:
    """(generator's, discriminator's)."""
    recipe = recipes.get(name)
    config = recipe.parse(values)
    networks = build_networks(recipe, config, build_generator(recipe, config).output_shape[1:])
    return networks.generator_optimiser, networks.discriminator_optimiser


def test_drawings_as_printed_give_adam_to_the_discriminator_alone() -> None:
    generator, discriminator = optimisers("quickdraw/conv", preset="as printed, Adam")
    assert isinstance(generator, keras.optimizers.RMSprop)
    assert isinstance(discriminator, keras.optimizers.Adam)


def test_gaussian_vector_as_printed() -> None:
    recipe = recipes.get("toy/gaussian-vector")
    config = recipe.parse({"preset": "as printed"})
    for optimiser in optimisers(recipe.name, preset="as printed"):
        assert isinstance(optimiser, keras.optimizers.SGD)
        assert float(optimiser.learning_rate) == pytest.approx(5e-4, rel=1e-6)
        assert (optimiser.momentum, optimiser.nesterov) == (0.9, True)
    layers = [layer for layer in recipe.generator(config).layers if hasattr(layer, "units")]
    assert [layer.units for layer in layers] == [256, 200]
    assert layers[-1].activation.__name__ == "sigmoid"
    assert config.average_decay == 0
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
    knobs = {"generator_learning_rate": 0.01, "beta_1": 0.3}
    config = recipe.parse({"dropout": 0.4, "normalisation_momentum": 0.7, **knobs})
    discriminator = recipe.discriminator(config)
    rates = [layer.rate for layer in discriminator.layers if hasattr(layer, "rate")]
    momenta = [layer.momentum for layer in discriminator.layers if hasattr(layer, "momentum")]
    assert rates == [0.4] * 4 and momenta == [0.7] * 3
    generator, other = optimisers(recipe.name, **knobs)
    assert float(generator.learning_rate) == pytest.approx(0.01)
    assert float(other.learning_rate) == pytest.approx(2e-4)
    assert generator.beta_1 == other.beta_1 == 0.3


def test_scalar_knobs_reach_networks_and_optimisers() -> None:
    recipe = recipes.get("toy/scalar")
    config = recipe.parse(
        {
            "generator_units": 5,
            "generator_layers": 2,
            "discriminator_units": 3,
            "discriminator_layers": 2,
            "octaves": 2,
        }
    )
    generator, discriminator = recipe.generator(config), recipe.discriminator(config)
    # 1 * 5 + 5, 5 * 5 + 5, 5 * 1 + 1; and with 3, to which sine and cosine of two octaves lead.
    for network, parameters in ((generator, 10 + 30 + 6), (discriminator, 18 + 12 + 4)):
        network.build((None, 1))
        assert network.count_params() == parameters
    slopes = [
        layer.negative_slope for layer in discriminator.layers if hasattr(layer, "negative_slope")
    ]
    assert slopes == [pytest.approx(0.2)] * 2
    bends = [layer.activation.__name__ for layer in generator.layers if hasattr(layer, "units")]
    assert bends == ["linear"] * 3
    lines = [layer for layer in generator.layers if not hasattr(layer, "units")]
    assert [layer.activation.__name__ for layer in lines] == ["relu"] * 2
    generator, _ = optimisers(recipe.name, generator_learning_rate=0.5)
    assert float(generator.learning_rate) == 0.5
    assert config.schedule == "cosine"


@pytest.mark.parametrize("target", ["mixture", "gaussian", "uniform", "exponential", "log-normal"])
def test_every_target_reaches_the_networks_with_mean_0_and_sd_1(target: str) -> None:
    recipe = recipes.get("toy/scalar")
    config = recipe.parse({"target": target})
    scaled = recipe.scaling(config).to_model(recipe.load(config).take(0, 20_000))
    assert abs(scaled.mean()) < 0.05 and abs(scaled.std() - 1) < 0.05
