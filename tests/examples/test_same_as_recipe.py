"""The examples' networks, losses, updates and data against those of their recipes."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from ganlib import examples, recipes
from ganlib.config import RunConfig
from ganlib.training.networks import Networks, build_networks
from ganlib.training.randomness import RandomStream, StepContext, at_step, stream_seeds
from ganlib.training.schedules import learning_rate_factor
from ganlib.training.step import AdversarialStep, Batches, update_average
from tests.support.cases import slow_but

NAMES = examples.names()
BATCH = 8
SETTINGS = ("beta_1", "beta_2", "rho", "epsilon", "momentum", "centered", "clipvalue")


def example_of(name: str) -> ModuleType:
    file = examples.example_file(name)
    return importlib.import_module(f"ganlib.examples.{file.removesuffix('.py')}")


def gan_of(example: ModuleType) -> Any:
    if hasattr(example, "WGAN"):
        return example.WGAN()
    # A schedule has to know where the end is.
    return example.GAN(example.STEPS) if hasattr(example, "make_optimizer") else example.GAN()


def discriminator_of(gan: Any) -> keras.Model:
    return gan.critic if hasattr(gan, "critic") else gan.discriminator


def optimisers_of(gan: Any) -> tuple[keras.Optimizer, keras.Optimizer]:
    judges = gan.critic_optimizer if hasattr(gan, "critic") else gan.discriminator_optimizer
    return gan.generator_optimizer, judges


def networks_of(name: str) -> Networks:
    recipe = recipes.get(name)
    shape = example_of(name).make_generator().output_shape[1:]
    return build_networks(recipe, recipe.Config(), shape)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_the_defaults(name: str) -> None:
    example, config = example_of(name), recipes.get(name).Config()
    assert (config.steps, config.batch_size) == (example.STEPS, example.BATCH_SIZE)
    assert getattr(example, "CRITIC_STEPS", 1) == config.discriminator_steps
    assert getattr(example, "AVERAGE_DECAY", 0.0) == config.average_decay


@pytest.mark.parametrize("name", NAMES)
def test_as_many_parameters(name: str) -> None:
    gan = gan_of(example_of(name))
    counts = {
        "generator": gan.generator.count_params(),
        "discriminator": discriminator_of(gan).count_params(),
    }
    assert counts == networks_of(name).parameters()


@pytest.mark.parametrize("name", NAMES)
def test_initial_weights_are_spread_alike(name: str) -> None:
    gan, networks = gan_of(example_of(name)), networks_of(name)
    pairs = ((gan.generator, networks.generator), (discriminator_of(gan), networks.discriminator))
    for theirs, ours in pairs:
        for mine, other in zip(theirs.weights, ours.weights, strict=True):
            assert mine.shape == other.shape
            if keras.ops.size(mine) > 4_000:
                np.testing.assert_allclose(np.std(mine), np.std(other), rtol=0.1)
            elif mine.trainable and len(mine.shape) == 1:
                np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("name", NAMES)
def test_optimisers_have_the_same_settings(name: str) -> None:
    gan, networks, config = gan_of(example_of(name)), networks_of(name), recipes.get(name).Config()
    ours = networks.generator_optimiser, networks.discriminator_optimiser
    starts = config.generator_learning_rate, config.discriminator_learning_rate
    for theirs, mine, start in zip(optimisers_of(gan), ours, starts, strict=True):
        assert isinstance(mine, type(theirs))
        found, wanted = theirs.get_config(), mine.get_config()
        assert {key: found.get(key) for key in SETTINGS} == {
            key: wanted.get(key) for key in SETTINGS
        }
        for step in (0, config.steps // 3):
            theirs.iterations.assign(step)
            rate = start
            if config.schedule != "constant":
                rate *= learning_rate_factor(config.schedule, tf.constant(step / config.steps))
            np.testing.assert_allclose(theirs.learning_rate, rate, rtol=1e-5)


@pytest.mark.parametrize("name", slow_but(["toy/scalar", "wgan/clip"], NAMES))
def test_two_steps_from_equal_weights_have_equal_losses(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    example, config = example_of(name), recipes.get(name).Config()
    networks, gan = networks_of(name), gan_of(example)
    monkeypatch.setattr(example, "BATCH_SIZE", BATCH)
    gan.generator.set_weights(networks.generator.get_weights())
    discriminator_of(gan).set_weights(networks.discriminator.get_weights())
    if config.average_decay:
        gan.average.set_weights(networks.average.get_weights())
    without_amplified_rounding(
        *optimisers_of(gan), networks.generator_optimiser, networks.discriminator_optimiser
    )
    ours = networks.generator, networks.discriminator
    without_chance(monkeypatch, gan.generator, discriminator_of(gan), *ours)

    rng = np.random.default_rng(0)
    for step in (1, 2):
        real, latents = batch(rng, networks, config)
        # A critic learns from several batches; a discriminator from one.
        given = (real, latents) if hasattr(gan, "critic") else (real[0], latents[0])
        found = gan.train_step(*given)
        figures = AdversarialStep(networks, config, context(step, config)).run(
            Batches(real, latents)
        )
        wanted = figures["discriminator_loss"], figures["generator_loss"]
        # Rounding grows with each update.
        np.testing.assert_allclose(found, wanted, rtol=1e-4 if step == 1 else 2e-3, atol=1e-6)
        if config.average_decay:
            update_average(networks, config.average_decay, tf.constant(step, tf.int64))
            pairs = zip(gan.average.weights, networks.average.weights, strict=True)
            for mine, other in pairs:
                np.testing.assert_allclose(mine, other, rtol=0, atol=2e-3)


@pytest.mark.parametrize("updates", [1, 20, 1_000_000])
@pytest.mark.parametrize(
    "name", [name for name in NAMES if recipes.get(name).Config().average_decay]
)
def test_the_running_average_decays_alike(name: str, updates: int) -> None:
    gan, networks, config = gan_of(example_of(name)), networks_of(name), recipes.get(name).Config()
    gan.generator.set_weights(networks.generator.get_weights())
    # Far from the generator, so that another decay gives other weights.
    far = [np.full_like(weight, 3.0) for weight in networks.generator.get_weights()]
    gan.average.set_weights(far)
    networks.average.set_weights(far)
    gan.generator_optimizer.iterations.assign(updates)
    gan.update_average()
    update_average(networks, config.average_decay, tf.constant(updates, tf.int64))
    for mine, other in zip(gan.average.weights, networks.average.weights, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6)


def without_amplified_rounding(*optimisers: keras.Optimizer) -> None:
    """Updates vanish with their gradients; Adam's tiny epsilon would take the sign of rounding."""
    for optimiser in optimisers:
        if hasattr(optimiser, "epsilon"):
            optimiser.epsilon = 1e-3


def without_chance(monkeypatch: pytest.MonkeyPatch, *models: keras.Model) -> None:
    """No dropout, and every uniform draw is 0.3."""
    for model in models:
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
    for module, function in ((tf.random, "uniform"), (tf.random, "stateless_uniform")):
        monkeypatch.setattr(module, function, lambda shape, *_, **__: tf.fill(shape, 0.3))


def batch(
    rng: np.random.Generator, networks: Networks, config: RunConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """Real samples from 0 to 1 and latents, for each of the discriminator's updates."""
    many = config.discriminator_steps, BATCH
    real = rng.random((*many, *networks.discriminator.input_shape[1:]))
    latents = rng.uniform(-1, 1, (*many, *networks.generator.input_shape[1:]))
    return tf.constant(real, tf.float32), tf.constant(latents, tf.float32)


def context(step: int, config: RunConfig) -> StepContext:
    steps = tf.constant(config.steps, tf.int64)
    return StepContext(tf.constant(stream_seeds(0)), tf.constant(step, tf.int64), steps)


@pytest.mark.parametrize("name", slow_but(["toy/scalar", "wgan/clip"], NAMES))
def test_what_a_step_is_given(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data_file: dict[str, Path]
) -> None:
    example, recipe = example_of(name), recipes.get(name)
    config = recipe.Config()
    given: list[tuple[np.ndarray, np.ndarray]] = []

    def train_step(gan: Any, real: tf.Tensor, latents: tf.Tensor) -> tuple[float, float]:
        given.append((real.numpy(), latents.numpy()))
        return 0.0, 0.0

    monkeypatch.setattr(type(gan_of(example)), "train_step", train_step)
    file = data_file.get(recipe.page)
    command = [example.__file__, "--steps", "20", *(["--data", str(file)] if file else [])]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.chdir(tmp_path)
    example.main()

    real, latents = (np.stack(kind) for kind in zip(*given, strict=True))
    size = recipe.latent(config).size
    many = (config.discriminator_steps,) if config.discriminator_steps > 1 else ()
    assert latents.shape == (20, *many, config.batch_size, size)
    assert real.shape[: latents.ndim - 1] == latents.shape[:-1]
    uniform = recipe.latent(config).distribution == "uniform"
    wanted = stats.uniform(-1, 2) if uniform else stats.norm()
    assert stats.kstest(latents.ravel(), wanted.cdf).pvalue > 1e-3
    if file is not None:
        raw = np.load(file)["x_train"] if file.suffix == ".npz" else np.load(file)
        scaled = recipe.scaling(config).to_model(raw.reshape(-1, 28, 28, 1))
        known = {image.tobytes() for image in np.round(scaled, 5).astype(np.float32)}
        rows = np.round(real, 5).reshape(-1, 28, 28, 1)
        assert {image.tobytes() for image in rows} <= known
    else:
        drawn = recipe.load(config).draw(
            at_step(stream_seeds(0), RandomStream.REAL_SHOWN, 1), real.size // real.shape[-1]
        )
        expected = recipe.scaling(config).to_model(drawn.numpy())
        assert stats.ks_2samp(real.ravel(), expected.ravel()).pvalue > 1e-3
