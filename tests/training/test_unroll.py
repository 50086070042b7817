"""Looking ahead: what the discriminator would become, with the real one left alone."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.config import RunConfig
from ganlib.fast.optimisers import FusedAdam, FusedRMSprop, FusedSGD
from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.dense import mlp
from ganlib.models.spectral import spectrally_normalised
from ganlib.objectives import objective_of
from ganlib.training.discriminator_pass import in_training_mode
from ganlib.training.networks import Networks
from ganlib.training.step import AdversarialStep, Batches
from ganlib.training.unroll import unrolled_discriminator
from tests.training.test_step import batches, context, difference

LOSS = objective_of("non_saturating", 0.0)
OPTIMISERS = {
    "adam": lambda: FusedAdam(0.05, 0.5, 0.9),
    "rmsprop": lambda: FusedRMSprop(0.02),
    "sgd": lambda: FusedSGD(0.3, 0.5, nesterov=True),
}


def networks(kind: str = "adam", discriminator: keras.Sequential | None = None) -> Networks:
    """Smooth ones, so that a small difference stays small."""
    generator = clone_seeded(mlp([4], 2, activation="tanh"), (3,), 1, "float32")
    discriminator = clone_seeded(
        discriminator or mlp([5], 1, activation="tanh"), (2,), 2, "float32"
    )
    pair = OPTIMISERS[kind](), OPTIMISERS[kind]()
    pair[0].build(generator.trainable_variables)
    pair[1].build(discriminator.trainable_variables)
    return Networks(generator, discriminator, generator, *pair)


def real_and_fake() -> tuple[tf.Tensor, tf.Tensor]:
    rng = np.random.default_rng(7)
    return tuple(tf.constant(rng.normal(size=(6, 2)), tf.float32) for _ in range(2))


def train_discriminator(built: Networks, real: tf.Tensor, fake: tf.Tensor) -> None:
    """A real update of the discriminator, by its optimiser."""
    discriminate = in_training_mode(built.discriminator)
    weights = built.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        loss, _ = LOSS(discriminate(real), discriminate(fake))
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    built.discriminator_optimiser.apply(gradients, weights)


def normalised_discriminator() -> keras.Sequential:
    """With all that a forward pass in training changes."""
    return spectrally_normalised(
        keras.Sequential(
            [
                layers.Dense(8, activation="tanh"),
                layers.BatchNormalization(),
                layers.Dropout(0.4),
                layers.Dense(1),
            ]
        )
    )


@pytest.mark.parametrize("kind", OPTIMISERS)
@pytest.mark.parametrize("warm", [0, 3])
@pytest.mark.parametrize("discriminator", [None, normalised_discriminator])
def test_steps_ahead_are_those_of_training(
    discriminator: Callable[[], keras.Sequential] | None, warm: int, kind: str
) -> None:
    """With the same dropout masks and power iterations, pass by pass."""
    built, (real, fake) = networks(kind, discriminator and discriminator()), real_and_fake()
    for _ in range(warm):
        train_discriminator(built, fake, real)
    config = RunConfig(unrolled_steps=3, optimiser=kind)
    start = built.state()
    discriminate = unrolled_discriminator(built, LOSS, config, real, fake)
    # The generator's turn has passes of its own.
    expected = [discriminate(fake), discriminate(real)]
    for name, value in built.state().items():
        np.testing.assert_array_equal(value, start[name], err_msg=name)
    before = in_training_mode(built.discriminator)(fake)
    built.restore(start)
    for _ in range(3):
        train_discriminator(built, real, fake)
    discriminate = in_training_mode(built.discriminator)
    after = [discriminate(fake), discriminate(real)]
    np.testing.assert_allclose(expected, after, rtol=0, atol=2e-5)
    assert np.abs(after[0] - before).max() > 1e-2


@pytest.mark.parametrize("size", [0.0, 1e-12, 1e-8, 1e-6, 1e-3, 10.0])
def test_a_step_of_adam_ahead_is_adams_for_gradients_of_any_size(size: float) -> None:
    # Kingma and Ba 2014, arXiv 1412.6980, the first step. The slope of the wasserstein loss in a
    # linear critic's weight is the difference of the means, fake minus real.
    rate, beta_2, epsilon = 0.05, 0.999, 1e-7
    critic = clone_seeded(keras.Sequential([layers.Dense(1, use_bias=False)]), (1,), 2, "float32")
    optimiser = FusedAdam(rate, 0.5, beta_2)
    optimiser.build(critic.trainable_variables)
    built = Networks(critic, critic, critic, optimiser, optimiser)
    config = RunConfig(unrolled_steps=1, loss="wasserstein", weight_clip=10, beta_2=beta_2)
    fake = tf.fill((4, 1), np.float32(size))
    with tf.GradientTape() as tape:
        tape.watch(fake)
        discriminate = unrolled_discriminator(
            built, objective_of("wasserstein"), config, tf.zeros((4, 1)), fake
        )
        after = tf.reduce_sum(discriminate(tf.ones((1, 1))))
    moved = float(after) - float(critic.weights[0].numpy()[0, 0])
    slope = tape.gradient(after, fake).numpy().sum()
    # m / (1 - b1) = g and v / (1 - b2) = g^2, and epsilon is beside the root of v.
    spread = epsilon / np.sqrt(1 - beta_2)
    assert moved == pytest.approx(-rate * size / (size + spread), rel=1e-4, abs=1e-7)
    assert slope == pytest.approx(-rate * spread / (size + spread) ** 2, rel=1e-4, abs=1e-9)


def test_a_step_ahead_changes_the_generator_and_not_the_discriminator() -> None:
    plain, ahead = networks(), networks()
    real, latents = batches(1)
    for built, steps in ((plain, 0), (ahead, 3)):
        config = RunConfig(batch_size=6, unrolled_steps=steps)
        AdversarialStep(built, config, context()).run(Batches(real, latents))
    pairs = zip(plain.discriminator.variables, ahead.discriminator.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert difference(plain, ahead) > 1e-5
