"""One update against a plain two-tape loop, and many in one call against one by one."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.config import RunConfig, metric_names
from ganlib.models.clone_seeded import clone_seeded
from ganlib.recipes.base import Latent
from ganlib.training.devices import choose
from ganlib.training.multi_step import RuntimeInputs, StepProgram, compile_steps
from ganlib.training.networks import Networks
from ganlib.training.randomness import (
    RandomStream,
    StepContext,
    at_step,
    draw_latents,
    stream_seeds,
)
from ganlib.training.step import AdversarialStep, Batches, Figures, update_average
from tests.support.small_recipe import Small, SmallData

BATCH, LATENT = 6, 3
RNG = np.random.default_rng(0)


def dense_networks() -> Networks:
    """Small dense networks with plain gradient descent."""
    generator = [layers.Dense(5, activation="tanh"), layers.Dense(2)]
    discriminator = [layers.Dense(5), layers.LeakyReLU(0.2), layers.Dense(1)]
    return _networks(generator, discriminator, keras.optimizers.SGD)


def normalised_networks() -> Networks:
    """The same with batch normalisation, dropout and momentum."""
    # A bias before a normalisation has a gradient of nothing but rounding.
    dense = partial(layers.Dense, use_bias=False)
    generator = [dense(5), layers.BatchNormalization(), layers.ReLU(), dense(2)]
    discriminator = [
        dense(8),
        layers.BatchNormalization(momentum=0.8),
        layers.LeakyReLU(0.2),
        layers.Dropout(0.4),
        layers.Dense(1),
    ]
    return _networks(generator, discriminator, partial(keras.optimizers.SGD, momentum=0.5))


def _networks(
    generator: list[layers.Layer],
    discriminator: list[layers.Layer],
    optimiser: Callable[[float], keras.optimizers.Optimizer],
) -> Networks:
    first = clone_seeded(keras.Sequential(generator), (LATENT,), 1, "float32")
    second = clone_seeded(keras.Sequential(discriminator), (2,), 2, "float32")
    optimisers = optimiser(0.1), optimiser(0.05)
    optimisers[0].build(first.trainable_variables)
    optimisers[1].build(second.trainable_variables)
    return Networks(first, second, first, *optimisers)


def context(step: int = 1) -> StepContext:
    """A step of a run of 100 with seed 4."""
    seeds = tf.constant(stream_seeds(4))
    return StepContext(seeds, tf.constant(step, tf.int64), tf.constant(100, tf.int64))


def update(
    networks: Networks,
    real: tf.Tensor,
    latents: tf.Tensor,
    **knobs: object,
) -> Figures:
    """One step with these knobs."""
    config = RunConfig(batch_size=real.shape[1], discriminator_steps=real.shape[0], **knobs)
    return AdversarialStep(networks, config, context()).run(Batches(real, latents))


def batches(count: int) -> tuple[tf.Tensor, tf.Tensor]:
    """(count, BATCH, 2) real and (count, BATCH, LATENT) latents."""
    real = tf.constant(3 + RNG.normal(size=(count, BATCH, 2)), tf.float32)
    return real, tf.constant(RNG.normal(size=(count, BATCH, LATENT)), tf.float32)


def reference_step(
    networks: Networks,
    real: tf.Tensor,
    latents: tf.Tensor,
    penalty_weight: float = 0.0,
    relative: bool = False,
) -> None:
    """The book's loop: the discriminator as often as there are batches, then the generator.

    `relative` takes the relativistic loss in place of cross-entropy.
    """
    generator, discriminator = networks.generator, networks.discriminator
    last = len(real) - 1
    for index in range(len(real)):
        with tf.GradientTape() as generator_tape:
            fake = generator(latents[index], training=True)
            with tf.GradientTape() as discriminator_tape:
                real_logits = discriminator(real[index], training=True)
                fake_logits = discriminator(tf.stop_gradient(fake), training=True)
                loss = (
                    tf.reduce_mean(tf.math.log(1 + tf.exp(-real_logits)))
                    + tf.reduce_mean(tf.math.log(1 + tf.exp(fake_logits)))
                ) / 2
                if relative:
                    loss = tf.reduce_mean(tf.math.log(1 + tf.exp(fake_logits - real_logits)))
                for points in (real[index], tf.stop_gradient(fake)) if penalty_weight else ():
                    with tf.GradientTape() as point_tape:
                        point_tape.watch(points)
                        judged = discriminator(points, training=True)
                    jacobian = point_tape.batch_jacobian(judged, points)
                    loss += penalty_weight / 2 * tf.reduce_sum(jacobian**2) / BATCH
            weights = [variable.value for variable in discriminator.trainable_variables]
            gradients = discriminator_tape.gradient(loss, weights)
            networks.discriminator_optimiser.apply(gradients, discriminator.trainable_variables)
            if index < last:
                continue
            judged = discriminator(fake, training=True)
            generator_loss = tf.reduce_mean(tf.math.log(1 + tf.exp(-judged)))
            if relative:
                compared = discriminator(real[index], training=True)
                generator_loss = tf.reduce_mean(tf.math.log(1 + tf.exp(compared - judged)))
    weights = [variable.value for variable in generator.trainable_variables]
    gradients = generator_tape.gradient(generator_loss, weights)
    networks.generator_optimiser.apply(gradients, generator.trainable_variables)


def difference(first: Networks, second: Networks) -> float:
    """Largest difference of any two variables, Dropout's and optimisers' included."""
    one, other = first.state(), second.state()
    if one.keys() != other.keys():
        raise AssertionError(one.keys() ^ other.keys())
    return max(float(np.abs(one[name] - other[name].astype(float)).max()) for name in one)


BUILDERS = [dense_networks, normalised_networks]


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("discriminator_steps", [1, 3])
def test_a_step_equals_the_plain_loop(
    build: Callable[[], Networks], discriminator_steps: int
) -> None:
    ours, plain, start = build(), build(), build()
    assert difference(ours, plain) == 0
    for _ in range(3):
        real, latents = batches(discriminator_steps)
        update(ours, real, latents)
        reference_step(plain, real, latents)
    assert difference(ours, plain) <= 1e-6
    for name in ("generator", "discriminator"):
        for ours_now, before in zip(
            getattr(ours, name).trainable_variables,
            getattr(start, name).trainable_variables,
            strict=True,
        ):
            assert np.abs(ours_now.numpy() - before.numpy()).max() > 1e-4, ours_now.path
    assert int(ours.discriminator_optimiser.iterations) == 3 * discriminator_steps
    assert int(ours.generator_optimiser.iterations) == 3


def test_a_step_with_penalties_equals_the_plain_loop() -> None:
    ours, plain, without = dense_networks(), dense_networks(), dense_networks()
    real, latents = batches(1)
    row = update(ours, real, latents, gradient_penalty="r1_r2", gradient_penalty_weight=0.7)
    reference_step(plain, real, latents, 0.7)
    plain_row = update(without, real, latents)
    assert difference(ours, plain) <= 1e-6
    assert difference(ours, without) > 1e-4
    # The loss is told without penalties.
    assert float(row["discriminator_loss"]) == pytest.approx(
        float(plain_row["discriminator_loss"]), abs=1e-6
    )


def test_a_relativistic_step_compares_through_the_updated_discriminator() -> None:
    ours, plain, classic = dense_networks(), dense_networks(), dense_networks()
    real, latents = batches(2)
    update(ours, real, latents, loss="relativistic")
    reference_step(plain, real, latents, relative=True)
    reference_step(classic, real, latents)
    assert difference(ours, plain) <= 1e-6
    assert difference(ours, classic) > 1e-4


def linear(weight: float, learning_rate: float) -> Networks:
    """G(z) = 2 z and D(x) = weight * x."""
    networks = [
        keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)]) for _ in range(2)
    ]
    networks[0].set_weights([np.array([[2.0]])])
    networks[1].set_weights([np.array([[weight]])])
    optimisers = [keras.optimizers.SGD(learning_rate) for _ in range(2)]
    for optimiser, network in zip(optimisers, networks, strict=True):
        optimiser.build(network.trainable_variables)
    return Networks(networks[0], networks[1], networks[0], *optimisers)


def test_every_figure_by_hand() -> None:
    # Learning rates this small leave the discriminator, to six digits, as it was.
    networks = linear(0.5, 1e-12)
    real = np.array([1.0, 2.0, -1.0, 3.0])
    latents = np.array([-1.0, -0.5, 1.0, -2.0])
    figures = update(
        networks,
        tf.constant(real.reshape(1, 4, 1), tf.float32),
        tf.constant(latents.reshape(1, 4, 1), tf.float32),
    )
    figures = {name: float(value) for name, value in figures.items()}
    fake = 2 * latents

    def share(logits: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-logits))

    on_real = -np.log(share(0.5 * real)).mean()
    on_fake = -np.log(1 - share(0.5 * fake)).mean()
    assert figures["discriminator_loss"] == pytest.approx((on_real + on_fake) / 2, abs=1e-6)
    assert figures["generator_loss"] == pytest.approx(-np.log(share(0.5 * fake)).mean(), abs=1e-6)
    # Positive on 3 of 4 real ones, negative on 3 of 4 generated ones.
    assert figures["accuracy_real"] == 0.75
    assert figures["accuracy_generated"] == 0.75
    slope = ((fake * share(0.5 * fake)).mean() - (real * (1 - share(0.5 * real))).mean()) / 2
    assert figures["discriminator_gradient_norm"] == pytest.approx(abs(slope), abs=1e-6)
    generator_slope = (-0.5 * latents * (1 - share(0.5 * fake))).mean()
    assert figures["generator_gradient_norm"] == pytest.approx(abs(generator_slope), abs=1e-6)


def test_accuracies_are_told_apart_and_a_logit_of_zero_is_no_answer() -> None:
    def accuracies(real: list[float], latents: list[float]) -> list[float]:
        figures = update(
            linear(1.0, 1e-3),
            tf.reshape(tf.constant(real), (1, -1, 1)),
            tf.reshape(tf.constant(latents), (1, -1, 1)),
        )
        return [float(figures[f"accuracy_{name}"]) for name in ("real", "generated")]

    assert accuracies([1.0, 1.0], [1.0, 1.0]) == [1.0, 0.0]
    assert accuracies([-1.0, -1.0], [-1.0, -1.0]) == [0.0, 1.0]
    assert accuracies([0.0, 1.0, 1.0, -1.0], [0.0, -1.0, 1.0, 1.0]) == [0.5, 0.25]


def test_a_comparing_loss_has_its_border_between_the_means() -> None:
    figures = update(
        linear(1.0, 1e-3),
        tf.reshape(tf.constant([5.0, 6.0, 4.0, 1.0]), (1, -1, 1)),
        tf.reshape(tf.constant([1.0, 1.5, 2.0, 0.5]), (1, -1, 1)),
        loss="relativistic",
    )
    # Real 5, 6, 4, 1 with mean 4, generated 2, 3, 4, 1 with mean 2.5: the border is 3.25.
    assert float(figures["accuracy_real"]) == 0.75
    assert float(figures["accuracy_generated"]) == 0.75


def compiled(networks: Networks, **knobs: object) -> Callable[[int, int], np.ndarray]:
    """multi_step(first step, count) on small data, of a run of 100 steps."""
    recipe = Small()
    config = recipe.parse({"batch_size": BATCH, "seed": 4, "steps": 100, **knobs})
    data = SmallData(0)
    inputs = RuntimeInputs(data)
    inputs.set_config(config)
    program = StepProgram(networks, inputs, recipe, config, data)
    multi_step = compile_steps(program, choose("cpu"))
    return lambda first, count: multi_step(
        tf.constant(first, tf.int64), tf.constant(count, tf.int64)
    ).numpy()


def test_seven_steps_in_one_call_are_seven_calls() -> None:
    together, apart = normalised_networks(), normalised_networks()
    steps_together, steps = compiled(together), compiled(apart)
    rows = steps_together(1, 7)
    single = np.concatenate([steps(step, 1) for step in range(1, 8)])
    assert rows.shape == (7, len(metric_names(RunConfig()))) and rows.dtype == np.float32
    np.testing.assert_array_equal(rows, single)
    assert difference(together, apart) == 0
    # The number of a step decides its draws.
    assert (steps_together(8, 1) != steps(9, 1)).any()


def test_every_update_in_a_call_has_batches_of_its_own() -> None:
    ours, by_hand = dense_networks(), dense_networks()
    row = compiled(ours, discriminator_steps=3)(9, 1)[0]
    step = tf.constant(9, tf.int64)
    real = SmallData(0).draw(at_step(stream_seeds(4), RandomStream.REAL_BATCH, step), 3 * BATCH)
    real = tf.reshape((real - 3) / 2, (3, BATCH, 2))
    latents = draw_latents(
        Latent(LATENT), at_step(stream_seeds(4), RandomStream.LATENT_BATCH, step), 3 * BATCH
    )
    latents = tf.reshape(latents, (3, BATCH, LATENT))
    assert len(np.unique(real.numpy().reshape(-1, 2), axis=0)) == 3 * BATCH
    expected = update(by_hand, real, latents)
    names = metric_names(RunConfig())
    np.testing.assert_allclose(row, [expected[name] for name in names], rtol=0, atol=1e-6)
    assert difference(ours, by_hand) <= 1e-6
    assert int(ours.discriminator_optimiser.iterations) == 3
    assert int(ours.generator_optimiser.iterations) == 1


def averaging(first: float, second: float) -> Networks:
    """An average whose numbers are all `first`, of a generator whose are all `second`."""
    models = [
        keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.BatchNormalization()])
        for _ in range(2)
    ]
    for model, value in zip(models, (first, second), strict=True):
        for weight in model.weights:
            weight.assign(np.full(weight.shape, value))
    optimiser = keras.optimizers.SGD(0.1)
    return Networks(models[1], models[1], models[0], optimiser, optimiser)


@pytest.mark.parametrize(
    ("step", "decay", "expected"),
    [
        # min(0.9, 2 / 11): nine elevenths of the way from 1 to 5.
        (1, 0.9, 1 + 4 * 9 / 11),
        # min(0.9, 1,001 / 1,010): a tenth of the way.
        (1_000, 0.9, 1.4),
        (10, 0.25, 1 + 4 * 0.75),
    ],
)
def test_the_average_by_hand(step: int, decay: float, expected: float) -> None:
    networks = averaging(1.0, 5.0)
    update_average(networks, decay, tf.constant(step, tf.int64))
    trained = [weight for weight in networks.average.weights if weight.trainable]
    copied = [weight for weight in networks.average.weights if not weight.trainable]
    assert (len(trained), len(copied)) == (4, 2)
    for weight in trained:
        np.testing.assert_allclose(weight.numpy(), expected, rtol=0, atol=1e-6)
    for weight in copied:
        np.testing.assert_array_equal(weight.numpy(), 5.0)
    for weight in networks.generator.weights:
        np.testing.assert_array_equal(weight.numpy(), 5.0)


def test_the_compiled_step_moves_the_average_at_every_step() -> None:
    networks, plain = dense_networks(), dense_networks()
    average = dense_networks().generator
    averaged = Networks(
        networks.generator,
        networks.discriminator,
        average,
        networks.generator_optimiser,
        networks.discriminator_optimiser,
    )
    start = [weight.numpy() for weight in average.weights]
    compiled(averaged, average_decay=0.5)(1, 2)
    steps, expected = compiled(plain), start
    for step in (1, 2):
        steps(step, 1)
        share = 1 - min(0.5, (1 + step) / (10 + step))
        expected = [
            old + share * (weight.numpy() - old)
            for old, weight in zip(expected, plain.generator.weights, strict=True)
        ]
    for weight, value in zip(average.weights, expected, strict=True):
        np.testing.assert_allclose(weight.numpy(), value, rtol=0, atol=1e-6)
    assert any(
        np.abs(weight.numpy() - old).max() > 1e-4
        for weight, old in zip(average.weights, start, strict=True)
    )
