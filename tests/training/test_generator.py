"""A trained generator, asked for samples."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.recipes.base import Recipe
from ganlib.training.generator import (
    BATCH,
    Generator,
    compile_generator,
    load_generator,
    reference_scores,
)
from ganlib.training.inspector import compile_score
from ganlib.training.networks import build_generator, build_networks
from ganlib.training.randomness import RandomStream, derive
from tests.support.small_recipe import Small


def made(recipe: Recipe[Any], model: keras.Model | None = None, **values: Any) -> Generator:
    config = recipe.parse(values)
    return Generator(model or build_generator(recipe, config), recipe, config)


class Passing(keras.layers.Layer):
    """Hands 784 chosen values on as an image, whatever the latents are."""

    def __init__(self, values: list[float]):
        super().__init__()
        image = np.resize(values, (1, 28, 28, 1)).astype(np.float32)
        self.image = self.add_weight(shape=image.shape)
        self.image.assign(image)

    def call(self, latents: Any) -> Any:
        return keras.ops.repeat(self.image, keras.ops.shape(latents)[0], axis=0)


def test_images_are_rounded_and_clipped_to_uint8() -> None:
    # In the networks' units, -1 is 0 and 1 is 255: 127.5 + 127.5 x.
    values = [-1.0, 1.0, -2.0, 3.0, 0.5, 1 / 127.5]
    generator = made(recipes.get("mnist/dcgan"), Passing(values))
    images = generator.generate(3, seed=0)
    assert images.shape == (3, 28, 28, 1) and images.dtype == np.uint8
    # 191.25 and 128.5, which rounds to even.
    assert images[2].ravel()[:6].tolist() == [0, 255, 0, 255, 191, 128]


def test_scalars_are_in_the_datas_own_units() -> None:
    recipe = Small()
    model = build_generator(recipe, recipe.parse({}))
    generator = made(recipe, model)
    latents = generator.latents(5, RandomStream.EVALUATION)
    samples = generator.samples(latents)
    assert samples.shape == (5, 2) and samples.dtype == np.float32
    np.testing.assert_allclose(samples, 3 + 2 * model(latents).numpy(), rtol=0, atol=1e-5)


def test_latents_follow_seed_purpose_and_step() -> None:
    generator = made(Small())
    first = generator.latents(7, RandomStream.FRESH_LATENTS, 4)
    assert first.shape == (7, 3) and first.dtype == np.float32
    np.testing.assert_array_equal(first, generator.latents(7, RandomStream.FRESH_LATENTS, 4))
    others = [
        generator.latents(7, RandomStream.FRESH_LATENTS, 5),
        generator.latents(7, RandomStream.FIXED_LATENTS, 4),
        made(Small(), seed=1).latents(7, RandomStream.FRESH_LATENTS, 4),
    ]
    assert all((first != other).mean() > 0.99 for other in others)


def test_fixed_latents_are_the_same_in_all_runs() -> None:
    few, many = (
        made(recipes.get(name), Passing([0.0]), seed=seed, latent_size=50)
        for name, seed in (("mnist/basic", 1), ("mnist/dcgan", 2))
    )
    counts = [recipes.get(name).sample_count for name in ("mnist/basic", "mnist/dcgan")]
    assert counts[0] < counts[1]
    first = few.latents(counts[0], RandomStream.FIXED_LATENTS)
    second = many.latents(counts[1], RandomStream.FIXED_LATENTS)
    # Their first images are those of the same noise, however many images a recipe saves.
    np.testing.assert_array_equal(first, second[: counts[0]])
    other = few.latents(counts[0], RandomStream.LATENT_BATCH)
    assert (first != other).mean() > 0.99


def test_another_seed_generates_other_samples() -> None:
    generator = made(Small())
    np.testing.assert_array_equal(generator.generate(9, 1), generator.generate(9, 1))
    assert (generator.generate(9, 1) != generator.generate(9, 2)).mean() > 0.99


def test_many_samples_are_as_few_at_a_time() -> None:
    generator = made(Small())
    latents = generator.latents(2 * BATCH + 3, RandomStream.EVALUATION)
    samples = generator.samples(latents)
    assert samples.shape == (2 * BATCH + 3, 2)
    halves = [generator.samples(latents[:BATCH]), generator.samples(latents[BATCH:])]
    np.testing.assert_allclose(samples, np.concatenate(halves), rtol=0, atol=1e-6)


def test_values_that_are_not_finite_are_refused() -> None:
    for value in (np.nan, np.inf):
        generator = made(recipes.get("mnist/dcgan"), Passing([0.0, value]))
        with pytest.raises(RunError, match=r"^The generator gives values that are not finite"):
            generator.generate(1, seed=0)


def test_the_average_is_what_is_loaded() -> None:
    recipe = Small()
    config = recipe.parse({"average_decay": 0.9})
    networks = build_networks(recipe, config, (2,))
    for weight in networks.average.weights:
        weight.assign(weight + 0.25)
    generator = load_generator(recipe, config, networks.state())
    for loaded, average, current in zip(
        generator.model.weights, networks.average.weights, networks.generator.weights, strict=True
    ):
        np.testing.assert_array_equal(loaded.numpy(), average.numpy())
        assert (loaded.numpy() != current.numpy()).all()
    # A network of its own: what the run does next does not reach it.
    before = generator.generate(4, 0)
    for weight in networks.average.weights:
        weight.assign(weight + 1)
    np.testing.assert_array_equal(generator.generate(4, 0), before)


def test_a_state_of_other_networks_is_refused() -> None:
    recipe = Small()
    config = recipe.parse({})
    state = build_networks(recipe, config, (2,)).state()
    sentence = (
        "The checkpoint does not fit the generator: generator/000/kernel is missing "
        "or of another shape."
    )
    lacking = {name: value for name, value in state.items() if name != "generator/000/kernel"}
    for wrong in (lacking, {**state, "generator/000/kernel": np.zeros((1, 1))}, {}):
        with pytest.raises(RunError) as caught:
            load_generator(recipe, config, wrong)
        assert str(caught.value) == sentence
    with pytest.raises(RunError, match="average/000/kernel is missing"):
        load_generator(recipe, recipe.parse({"average_decay": 0.9}), state)


def test_saved_weights_can_be_loaded_by_keras(tmp_path: Path) -> None:
    recipe = Small()
    generator = made(recipe)
    generator.save_weights(tmp_path / "generator.weights.h5")
    other = build_generator(recipe, recipe.parse({"seed": 9}))
    assert (other.weights[0].numpy() != generator.model.weights[0].numpy()).any()
    other.load_weights(tmp_path / "generator.weights.h5")
    for loaded, weight in zip(other.weights, generator.model.weights, strict=True):
        np.testing.assert_array_equal(loaded.numpy(), weight.numpy())


def test_networks_are_computed_where_they_lie() -> None:
    recipe = recipes.get("toy/scalar")
    networks = build_networks(recipe, recipe.parse({}), (1,))
    lies = networks.generator.weights[0].value.device
    predict = compile_generator(networks.generator, recipe.latent(recipe.parse({})).size)
    score = compile_score(networks.discriminator, (1,), 1)
    # With nothing said, TensorFlow would take a GPU, and bring the weights there at every call.
    for compiled in (predict, score):
        made = compiled.get_concrete_function().graph.get_operations()
        assert {one.device for one in made if one.type == "MatMul"} == {lies}


def test_scores_of_real_samples_are_means_over_several() -> None:
    recipe = recipes.get("toy/scalar")
    config = recipe.Config()
    data = recipe.load(config)
    real = data.take(1, 500)
    found = reference_scores(recipe, config, real, data, 500, repeats=4)
    others = data.take(derive(config.seed, RandomStream.REAL_REFERENCE), 2_000).reshape(4, 500)
    # Of equally many values, the Wasserstein-1 distance is the mean gap between sorted ones.
    distances = np.abs(np.sort(others) - np.sort(real.ravel())).mean(axis=1)
    sigma = np.sqrt(2.0**2 + 0.5**2)
    assert found["w1_over_sigma_real"] == pytest.approx(distances.mean() / sigma, rel=1e-4)
    assert 0.9 < found["coverage_real"] <= 1
    alone = reference_scores(recipe, config, real, data, 500, repeats=1)
    assert alone["w1_over_sigma_real"] != found["w1_over_sigma_real"]
