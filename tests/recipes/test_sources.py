"""The sources' numbers beside the recipes' own; whatever differs stands in the recipe's notes."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from scipy import stats

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.knobs import CHALLENGES, choices, meta
from ganlib.recipes.training_gans import OLD_OPTIMISER_ARGUMENTS

# What the books and papers say, knob by knob. A technique that a source does not name is off.
ADAM = {"optimiser": "adam", "beta_1": 0.9, "beta_2": 0.999}
SOURCES: dict[str, dict[str, Any]] = {
    # B1, a Chinese deep learning book, 13.3.
    "toy/gaussian-vector": {
        "steps": 500,
        "batch_size": 128,
        "sample_every": 100,
        "mean": 0,
        "sd": 1,
        "hidden_units": 256,
        "generator_output": "sigmoid",
        "optimiser": "sgd",
        "momentum": 0.9,
        "generator_learning_rate": 5e-4,
        "discriminator_learning_rate": 5e-4,
    },
    # B2, Hands-On Deep Learning for Games, chapter 3.
    "mnist/dcgan": {
        **ADAM,
        "steps": 4_000,
        "batch_size": 128,
        "sample_every": 50,
        "latent_size": 100,
        "dropout": 0.25,
        "normalisation_momentum": 0.8,
        "beta_1": 0.5,
        "generator_learning_rate": 2e-4,
        "discriminator_learning_rate": 2e-4,
    },
    # B5, Training GANs, 3.3.1: Keras' defaults.
    "mnist/basic": {
        **ADAM,
        "steps": 10_000,
        "batch_size": 64,
        "sample_every": 1_000,
        "latent_size": 100,
        "normalisation_momentum": 0.8,
        "generator_learning_rate": 1e-3,
        "discriminator_learning_rate": 1e-3,
    },
    # B3, Hands-On Machine Learning, 2nd edition, chapter 17: 50 epochs of 60,000 images.
    "fashion/dense": {
        "steps": 50 * 60_000 // 32,
        "batch_size": 32,
        "dataset": "fashion_mnist",
        "latent_size": 30,
        "optimiser": "rmsprop",
        "generator_learning_rate": 1e-3,
        "discriminator_learning_rate": 1e-3,
    },
    # B4, Deep Learning Illustrated, chapter 12.
    "quickdraw/conv": {
        "steps": 2_000,
        "batch_size": 128,
        "sample_every": 100,
        "categories": ("apple",),
        "latent_size": 32,
        "dropout": 0.4,
        "normalisation_momentum": 0.9,
        "optimiser": "rmsprop",
        "gradient_clip": 1,
        "generator_learning_rate": 4e-4,
        "discriminator_learning_rate": 8e-4,
    },
    # B5, 3.3.3, and arXiv 1701.07875, algorithm 1.
    "wgan/clip": {
        "steps": 10_000,
        "batch_size": 64,
        "latent_size": 100,
        "normalisation_momentum": 0.8,
        "loss": "wasserstein",
        "weight_clip": 0.01,
        "discriminator_steps": 5,
        "optimiser": "rmsprop",
        "generator_learning_rate": 5e-5,
        "discriminator_learning_rate": 5e-5,
    },
    # B5, and arXiv 1704.00028, algorithm 1.
    "wgan/gp": {
        "batch_size": 64,
        "latent_size": 100,
        "normalisation_momentum": 0.8,
        "loss": "wasserstein",
        "gradient_penalty": "wgan_gp",
        "gradient_penalty_weight": 10,
        "discriminator_steps": 5,
        "optimiser": "adam",
        "beta_1": 0,
        "beta_2": 0.9,
        "generator_learning_rate": 1e-4,
        "discriminator_learning_rate": 1e-4,
    },
    # B5, and arXiv 1802.05957, whose loss is the hinge loss.
    "sngan": {
        "batch_size": 64,
        "latent_size": 100,
        "normalisation_momentum": 0.8,
        "loss": "hinge",
        "spectral_normalisation": True,
        "optimiser": "adam",
        "beta_1": 0.5,
        "beta_2": 0.999,
        "generator_learning_rate": 2e-4,
        "discriminator_learning_rate": 2e-4,
    },
}
# The presets that are the books' own, and where their sources differ from the table above.
PRINTED: dict[tuple[str, str], dict[str, Any]] = {
    ("toy/gaussian-vector", "as printed"): {},
    ("mnist/basic", "as printed"): {},
    ("fashion/dense", "as printed"): {},
    ("quickdraw/conv", "as printed"): {},
    # The notebook's cure: Adam 8e-4 for the discriminator alone.
    ("quickdraw/conv", "as printed, Adam"): {**ADAM, "generator_optimiser": "rmsprop"},
    # The book compiles with the mean squared error, and does not clip while it trains.
    ("wgan/clip", "as printed"): {"loss": "least_squares", "weight_clip": 0},
}
# Sources that leave the numbers open, or give them for far larger networks.
OURS = {"toy/scalar", "toy/plane", "progressive"}
TRAINING_GANS = ("mnist/basic", "wgan/clip", "wgan/gp", "sngan", "progressive")
TECHNIQUES = [
    name for name, field in RunConfig.model_fields.items() if meta(field)["group"] in CHALLENGES
]


def in_force(config: RunConfig) -> dict[str, Any]:
    """The knobs that change something, with "same" resolved."""
    values = config.model_dump()
    values["generator_optimiser"] = config.resolved_generator_optimiser
    optimisers = {config.optimiser, config.resolved_generator_optimiser}
    idle = {
        "beta_1": "adam" not in optimisers,
        "beta_2": "adam" not in optimisers,
        "momentum": "sgd" not in optimisers,
        "gradient_penalty_weight": config.gradient_penalty == "none",
        "minibatch_dimensions": not config.minibatch_kernels,
        "patience": config.schedule != "plateau",
        "target_accuracy": config.schedule != "accuracy",
    }
    return {name: value for name, value in values.items() if not idle.get(name)}


def of_source(name: str, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The knobs that the source decides, as a run by the source would have them."""
    told = {**SOURCES[name], **(changes or {})}
    off = {each: RunConfig.model_fields[each].default for each in TECHNIQUES}
    config = recipes.get(name).parse({**off, **told})
    return {
        each: value
        for each, value in in_force(config).items()
        if each in told or each in TECHNIQUES
    }


def deviations(name: str, config: RunConfig, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The knobs in which a recipe's settings differ from its source, with the settings' values."""
    source, ours = of_source(name, changes), in_force(config)
    decided = {each for each in ours if each in source or each in TECHNIQUES}
    found = {each: ours[each] for each in decided if ours[each] != source.get(each)}
    # The generator's optimiser is told with the discriminator's where both have the same.
    if config.resolved_generator_optimiser == config.optimiser:
        found.pop("generator_optimiser", None)
    return found


def told(notes: str, knob: str) -> list[str]:
    """The values that notes give a knob: of "`beta_1` 0.5" or "`beta_1` is 0.5", "0.5"."""
    return re.findall(rf"`{knob}` (?:is |of )?(\w[\w.,]*\w|\w)", notes)


def means(text: str, value: Any) -> bool:
    if isinstance(value, bool | str):
        return text == str(value).lower()
    try:
        return float(text.replace(",", "")) == float(value)
    except ValueError:
        return False


DEFAULTS = {name: recipes.get(name).parse({}) for name in SOURCES}
DEVIATING = {name for name in SOURCES if deviations(name, DEFAULTS[name], {})}


def test_every_recipe_has_a_source_or_is_ours() -> None:
    assert set(SOURCES) | OURS == set(recipes.all_recipes())
    # By hand, so that the comparison itself is tested.
    assert {"toy/gaussian-vector", "mnist/basic", "fashion/dense", "quickdraw/conv"} == DEVIATING
    for name in OURS:
        assert recipes.get(name).source.values == "our tuned values"
    for name in SOURCES:
        is_corrected = recipes.get(name).source.values == "the corrected values"
        assert is_corrected == (name in DEVIATING), name
    presets = {
        (name, preset)
        for name in SOURCES
        for preset in recipes.get(name).Config.presets
        if preset != "corrected"
    }
    assert presets == set(PRINTED)


@pytest.mark.parametrize("name", sorted(DEVIATING))
def test_every_deviation_is_told_with_its_value(name: str) -> None:
    recipe = recipes.get(name)
    for knob, value in deviations(name, DEFAULTS[name], {}).items():
        if knob == "beta_2" and value == ADAM["beta_2"]:
            continue
        assert any(means(text, value) for text in told(recipe.notes, knob)), (knob, value)


@pytest.mark.parametrize(("name", "preset"), PRINTED)
def test_what_is_as_printed_is(name: str, preset: str) -> None:
    recipe = recipes.get(name)
    config = recipe.parse({"preset": preset})
    assert deviations(name, config, PRINTED[name, preset]) == {}
    assert preset in recipe.notes.lower().replace("adam", "Adam")


@pytest.mark.parametrize("name", recipes.all_recipes())
def test_no_note_gives_a_knob_a_value_that_nothing_has(name: str) -> None:
    recipe = recipes.get(name)
    values = [
        recipe.parse({"preset": preset}).model_dump() if preset else recipe.parse({}).model_dump()
        for preset in ["", *(recipe.Config.presets if name in SOURCES else ())]
    ]
    for knob in recipe.Config.model_fields:
        for text in told(recipe.notes, knob):
            # Not what only goes on with a word, such as "`schedule` says".
            if re.fullmatch(r"[\d.,]+", text) or text in choices(recipe.Config.model_fields[knob]):
                assert any(means(text, each[knob]) for each in values), (knob, text)


@pytest.mark.parametrize("name", TRAINING_GANS)
def test_old_arguments_of_optimisers_are_told(name: str) -> None:
    assert OLD_OPTIMISER_ARGUMENTS in recipes.get(name).notes


def test_draws_with_replacement_are_as_the_notes_have_them() -> None:
    # The number of times that one of 60,000 images is drawn in 50 epochs, and in one.
    draws = stats.binom(50 * 60_000, 1 / 60_000)
    assert (draws.ppf(0.025), draws.ppf(0.975)) == (37, 64)
    missed = stats.binom(60_000, 1 / 60_000).pmf(0)
    assert round(missed, 2) == 0.37
    assert DEFAULTS["fashion/dense"].steps * 32 / 5_000 == 600
    notes = recipes.get("fashion/dense").notes
    for words in ("with replacement", "37 to 64 times", "37 % of the images", "600 times"):
        assert words in notes
