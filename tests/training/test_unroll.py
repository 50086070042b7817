"""Looking ahead: what the discriminator would become, with the real one left alone."""

import numpy as np
import pytest
import tensorflow as tf
from test_step import batches, difference, moment, normalised_networks

from ganlib.config import RunConfig
from ganlib.models.dense import mlp
from ganlib.models.optimisers import FusedAdam, FusedRMSprop, FusedSGD
from ganlib.models.rebuild import rebuild
from ganlib.objectives import objective_of
from ganlib.training.judge import judge_of
from ganlib.training.networks import Networks
from ganlib.training.step import adversarial_step
from ganlib.training.unroll import look_ahead

LOSS = objective_of("non_saturating", 0.0)
OPTIMISERS = {
    "adam": lambda: FusedAdam(0.05, 0.5, 0.9),
    "rmsprop": lambda: FusedRMSprop(0.02),
    "sgd": lambda: FusedSGD(0.3, 0.5, nesterov=True),
}


def networks(kind: str = "adam") -> Networks:
    """Smooth ones, so that a small difference stays small."""
    generator = rebuild(mlp([4], 2, activation="tanh"), (3,), 1, "float32")
    discriminator = rebuild(mlp([5], 1, activation="tanh"), (2,), 2, "float32")
    pair = OPTIMISERS[kind](), OPTIMISERS[kind]()
    pair[0].build(generator.trainable_variables)
    pair[1].build(discriminator.trainable_variables)
    return Networks(generator, discriminator, generator, *pair)


def real_and_fake() -> tuple[tf.Tensor, tf.Tensor]:
    rng = np.random.default_rng(7)
    return tuple(tf.constant(rng.normal(size=(6, 2)), tf.float32) for _ in range(2))


def train_discriminator(built: Networks, real: tf.Tensor, fake: tf.Tensor) -> None:
    """A real update of the discriminator, by its optimiser."""
    judge = judge_of(built.discriminator)
    weights = built.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        loss, _ = LOSS(judge(real), judge(fake))
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    built.discriminator_optimiser.apply(gradients, weights)


def test_no_step_ahead_is_the_discriminator_bit_for_bit() -> None:
    built, (real, fake) = networks(), real_and_fake()
    ahead = look_ahead(built, LOSS, RunConfig(unrolled_steps=0), real, fake)
    plain = judge_of(built.discriminator)
    found = []
    for judge in (ahead, plain):
        with tf.GradientTape() as tape:
            tape.watch(fake)
            logits = judge(fake)
            _, loss = LOSS(tf.zeros((6, 1)), logits)
        found.append((logits.numpy(), tape.gradient(loss, fake).numpy()))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_array_equal(found[0][1], found[1][1])


@pytest.mark.parametrize("kind", OPTIMISERS)
@pytest.mark.parametrize("warm", [0, 3])
def test_steps_ahead_are_the_optimisers_own(kind: str, warm: int) -> None:
    built, (real, fake) = networks(kind), real_and_fake()
    for _ in range(warm):
        train_discriminator(built, fake, real)
    config = RunConfig(unrolled_steps=3, optimiser=kind)
    start = built.state()
    expected = look_ahead(built, LOSS, config, real, fake)(fake)
    for name, value in built.state().items():
        np.testing.assert_array_equal(value, start[name], err_msg=name)
    before = judge_of(built.discriminator)(fake)
    for _ in range(3):
        train_discriminator(built, real, fake)
    after = judge_of(built.discriminator)(fake)
    np.testing.assert_allclose(expected, after, rtol=0, atol=2e-5)
    assert np.abs(after - before).max() > 1e-2


def test_the_gradient_also_flows_through_the_updates() -> None:
    built, (real, fake) = networks("sgd"), real_and_fake()
    config = RunConfig(unrolled_steps=2, optimiser="sgd", momentum=0.5)

    def loss(samples: tf.Tensor) -> tf.Tensor:
        judge = look_ahead(built, LOSS, config, real, samples)
        return LOSS(tf.zeros((6, 1)), judge(samples))[1]

    with tf.GradientTape() as tape:
        tape.watch(fake)
        value = loss(fake)
    gradient = tape.gradient(value, fake).numpy()
    # Central differences, in a direction of its own for each number.
    for row, column in ((0, 0), (2, 1), (5, 0)):
        step = np.zeros((6, 2), np.float32)
        step[row, column] = 1e-2
        slope = (loss(fake + step) - loss(fake - step)) / 2e-2
        assert gradient[row, column] == pytest.approx(float(slope), abs=2e-4)
    stopped = tf.stop_gradient(fake)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        value = LOSS(tf.zeros((6, 1)), look_ahead(built, LOSS, config, real, stopped)(fake))[1]
    assert np.abs(tape.gradient(value, fake) - gradient).max() > 1e-4


def test_a_step_ahead_changes_the_generator_and_not_the_discriminator() -> None:
    plain, ahead = networks(), networks()
    real, latents = batches(1)
    for built, steps in ((plain, 0), (ahead, 3)):
        config = RunConfig(batch_size=6, unrolled_steps=steps)
        adversarial_step(built, config, real, latents, moment())
    pairs = zip(plain.discriminator.variables, ahead.discriminator.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert difference(plain, ahead) > 1e-5


def test_dropout_and_normalisation_do_not_notice_being_looked_through() -> None:
    built = normalised_networks()
    real, _ = batches(1)
    before = built.state()
    judge = look_ahead(built, LOSS, RunConfig(unrolled_steps=2, optimiser="sgd"), real[0], real[0])
    assert np.isfinite(judge(real[0]).numpy()).all()
    for name, value in built.state().items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
