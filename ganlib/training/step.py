"""One adversarial update, and many of them in one compiled call."""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf

from ganlib.data.base import Data, Scaling
from ganlib.models.schedules import Schedule, learning_rate_factor
from ganlib.objectives import COMPARING, Objective
from ganlib.recipes.base import Latent
from ganlib.regularisers import logits_and_penalty
from ganlib.training.networks import Networks
from ganlib.training.randomness import Purpose, all_purposes, at_step, draw_latents

METRIC_NAMES = (
    "discriminator_loss",
    "generator_loss",
    "accuracy_real",
    "accuracy_generated",
    "discriminator_gradient_norm",
    "generator_gradient_norm",
)

Chunk = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class Feed:
    """What a compiled step reads anew in every run, so that the next one can use it too."""

    def __init__(self) -> None:
        def variable(shape: tuple[int, ...], dtype: tf.DType) -> tf.Variable:
            return tf.Variable(tf.zeros(shape, dtype), trainable=False)

        self.seeds = variable((len(Purpose),), tf.int32)
        self.steps = variable((), tf.int64)
        self.generator_learning_rate = variable((), tf.float32)
        self.discriminator_learning_rate = variable((), tf.float32)

    def set(
        self,
        seed: int,
        steps: int,
        generator_learning_rate: float,
        discriminator_learning_rate: float,
    ) -> None:
        """A run begins.

        Args:
            seed: the run's.
            steps: its total of steps.
            generator_learning_rate: before the schedule.
            discriminator_learning_rate: before the schedule.
        """
        self.seeds.assign(all_purposes(seed))
        self.steps.assign(steps)
        self.generator_learning_rate.assign(generator_learning_rate)
        self.discriminator_learning_rate.assign(discriminator_learning_rate)


def compile_chunk(
    networks: Networks,
    feed: Feed,
    objective: Objective,
    data: Data,
    scaling: Scaling,
    latent: Latent,
    *,
    batch_size: int,
    discriminator_steps: int,
    schedule: Schedule,
    average_decay: float,
    penalty_weight: float,
    device: str,
) -> Chunk:
    """A compiled function that makes many updates in one call.

    Python's cost per call is larger than a small network's update, so updates are made
    in a loop inside the graph. The number of updates in a call does not change any of them.
    It is compiled at the first call, and stays the same whatever `feed` is set to.

    Returns:
        chunk(first_step, count), both int64 scalars, steps counted from 1
        -> (count, len(METRIC_NAMES)) float32.
    """

    def one(step: tf.Tensor) -> tf.Tensor:
        if schedule != "constant":
            set_learning_rates(networks, feed, schedule, step)
        count = discriminator_steps * batch_size
        seeds = feed.seeds.value()
        real = scaling.to_model(data.draw(at_step(seeds, Purpose.REAL_BATCH, step), count))
        latents = draw_latents(latent, at_step(seeds, Purpose.LATENT_BATCH, step), count)
        real = tf.reshape(real, (discriminator_steps, batch_size, *data.sample_shape))
        latents = tf.reshape(latents, (discriminator_steps, batch_size, latent.size))
        row = adversarial_step(networks, objective, real, latents, penalty_weight)
        if average_decay:
            update_average(networks, average_decay, step)
        return row

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int64)],
    )
    def chunk(first_step: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        with tf.device(device):
            rows = tf.TensorArray(tf.float32, size=tf.cast(count, tf.int32))

            def body(index: tf.Tensor, rows: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
                row = one(first_step + tf.cast(index, tf.int64))
                return index + 1, rows.write(index, row)

            _, rows = tf.while_loop(
                lambda index, _: index < tf.cast(count, tf.int32),
                body,
                (tf.constant(0), rows),
                parallel_iterations=1,
            )
            stacked = rows.stack()
        return tf.ensure_shape(stacked, (None, len(METRIC_NAMES)))

    return chunk


def adversarial_step(
    networks: Networks,
    objective: Objective,
    real: tf.Tensor,
    latents: tf.Tensor,
    penalty_weight: float = 0.0,
) -> tf.Tensor:
    """Updates the discriminator once or more, then the generator once.

    The generator's last forward pass serves both networks: its samples train the
    discriminator, and the updated discriminator's gradient with respect to them is passed
    on through the generator's own tape. That is exact, and saves a forward pass.

    Args:
        networks: updated in place.
        objective: pair of losses.
        real: (n, B, *sample_shape) in the networks' units, a fresh batch for each of the
            n updates of the discriminator.
        latents: (n, B, latent.size); the last batch is also the generator's.
        penalty_weight: gamma of R1 and R2 together; 0 leaves both out.
    Returns:
        (len(METRIC_NAMES),) float32, of the last update of each network. The
        discriminator's loss is told without penalties.
    """
    last = real.shape[0] - 1
    for index in range(last):
        samples = tf.cast(networks.generator(latents[index], training=True), tf.float32)
        _update_discriminator(networks, objective, real[index], samples, penalty_weight)

    with tf.GradientTape() as generator_tape:
        fake = tf.cast(networks.generator(latents[last], training=True), tf.float32)
    real_logits, *discriminator_row = _update_discriminator(
        networks, objective, real[last], tf.stop_gradient(fake), penalty_weight
    )

    with tf.GradientTape() as sample_tape:
        sample_tape.watch(fake)
        judged = _logits(networks.discriminator, fake)
        if objective in COMPARING:
            # By the discriminator as it is now, like the generated ones.
            real_logits = _logits(networks.discriminator, real[last])
        _, generator_loss = objective(tf.stop_gradient(real_logits), judged)
    sample_gradient = sample_tape.gradient(generator_loss, fake)
    weights = networks.generator.trainable_variables
    gradients = generator_tape.gradient(fake, _values(weights), output_gradients=sample_gradient)
    networks.generator_optimiser.apply(_complete(gradients), weights)

    loss, accuracy_real, accuracy_generated, norm = discriminator_row
    generator_norm = tf.linalg.global_norm(gradients)
    return tf.stack([loss, generator_loss, accuracy_real, accuracy_generated, norm, generator_norm])


def _update_discriminator(
    networks: Networks,
    objective: Objective,
    real: tf.Tensor,
    fake: tf.Tensor,
    penalty_weight: float,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """(logits on real, loss, accuracy on real, accuracy on generated, gradient norm)."""
    weights = networks.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        if penalty_weight:
            judge = partial(_logits, networks.discriminator)
            real_logits, on_real = logits_and_penalty(judge, real)
            fake_logits, on_fake = logits_and_penalty(judge, fake)
            penalty = penalty_weight / 2 * (on_real + on_fake)
        else:
            real_logits = _logits(networks.discriminator, real)
            fake_logits = _logits(networks.discriminator, fake)
            penalty = tf.constant(0.0)
        loss, _ = objective(real_logits, fake_logits)
        penalised = loss + penalty
    gradients = tape.gradient(penalised, _values(weights))
    networks.discriminator_optimiser.apply(_complete(gradients), weights)
    return (
        real_logits,
        loss,
        tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)),
        tf.reduce_mean(tf.cast(fake_logits < 0, tf.float32)),
        tf.linalg.global_norm(gradients),
    )


def set_learning_rates(networks: Networks, feed: Feed, schedule: Schedule, step: tf.Tensor) -> None:
    """Gives both optimisers the learning rate that the schedule has for a step, from 1."""
    done = tf.cast(step - 1, tf.float32) / tf.cast(feed.steps, tf.float32)
    factor = learning_rate_factor(schedule, done)
    generator, discriminator = networks.generator_optimiser, networks.discriminator_optimiser
    generator.learning_rate.assign(feed.generator_learning_rate * factor)
    discriminator.learning_rate.assign(feed.discriminator_learning_rate * factor)


def update_average(networks: Networks, decay: float, step: tf.Tensor) -> None:
    """Moves the averaged generator towards the generator.

    The decay starts low and grows to its full value, so that the average forgets the
    untrained weights. State that is not trained (BatchNormalization's) is copied.
    """
    counted = tf.cast(step, tf.float32)
    share = 1.0 - tf.minimum(decay, (1.0 + counted) / (10.0 + counted))
    pairs = zip(networks.average.weights, networks.generator.weights, strict=True)
    for average, current in pairs:
        if current.trainable:
            average.assign_add(share * (current.value - average.value))
        else:
            average.assign(current.value)


def _logits(discriminator: keras.Model, samples: tf.Tensor) -> tf.Tensor:
    return tf.cast(discriminator(samples, training=True), tf.float32)


def _values(variables: list[keras.Variable]) -> list[tf.Variable]:
    return [variable.value for variable in variables]


def _complete(gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """The same gradients, none of which is there before all of them are.

    TensorFlow's graph optimiser loses the order between the gradients of a gradient penalty
    and the updates: on some steps, one weight was updated before the gradient of another
    had read it, and the same run gave other weights each time.
    """
    with tf.control_dependencies(gradients):
        return [tf.identity(gradient) for gradient in gradients]
