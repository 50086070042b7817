"""Many updates in one compiled call."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from ganlib.config import RunConfig, metric_names
from ganlib.data.base import Data
from ganlib.recipes.base import Recipe
from ganlib.training.devices import Place, part_of
from ganlib.training.networks import Networks
from ganlib.training.randomness import Moment, Purpose, all_purposes, draw_latents
from ganlib.training.rates import adapt, set_learning_rates
from ganlib.training.step import adversarial_step, update_average

Chunk = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

# TensorFlow would merge biases and activations with the products before them. With oneDNN, small
# networks train 1.05 times as fast without that; and where an activation's gradient wants to see
# what was merged, TensorFlow fails to, and says so.
tf.config.optimizer.set_experimental_options({"remapping": False})


class Feed:
    """What a compiled step reads anew in every run, so that the next one can use it too.

    Args:
        data: the first that it holds; others of their kind can follow, in the same place.
    """

    def __init__(self, data: Data) -> None:
        def variable(shape: tuple[int | None, ...], dtype: tf.DType) -> tf.Variable:
            start = tf.zeros([side or 0 for side in shape], dtype)
            return tf.Variable(start, trainable=False, shape=shape)

        with tf.device("/CPU:0"):
            self.seeds = variable((len(Purpose),), tf.int32)
            self.steps = variable((), tf.int64)
            self.generator_learning_rate = variable((), tf.float32)
            self.discriminator_learning_rate = variable((), tf.float32)
        self.held: list[tf.Variable] = []
        for one in data.held:
            with tf.device(one.device):
                self.held.append(variable((None, *one.shape[1:]), one.dtype))
        self.hold(data)

    def hold(self, data: Data) -> None:
        """A run of these data begins. They are not copied."""
        for variable, one in zip(self.held, data.held, strict=True):
            variable.assign(one)

    def set(self, config: RunConfig) -> None:
        """A run with these knobs begins."""
        self.seeds.assign(all_purposes(config.seed))
        self.steps.assign(config.steps)
        self.generator_learning_rate.assign(config.generator_learning_rate)
        self.discriminator_learning_rate.assign(config.discriminator_learning_rate)


def compile_chunk(
    networks: Networks,
    feed: Feed,
    recipe: Recipe[Any],
    config: RunConfig,
    data: Data,
    place: Place,
    learns: str = "",
    stage: int = 0,
) -> Chunk:
    """A compiled function that makes many updates in one call.

    Python's cost per call is larger than a small network's update, so updates are made
    in a loop inside the graph. The number of updates in a call does not change any of them.
    It is compiled at the first call, which may be for no updates, and stays the same
    whatever `feed` is set to.

    Args:
        networks: what is trained.
        feed: what is read anew at every update.
        recipe: whose networks these are.
        config: the run's knobs.
        data: of the kind that is learned.
        place: where.
        learns: see `adversarial_step`.
        stage: that of all steps that it will make.

    Returns:
        chunk(first_step, count), both int64 scalars, steps counted from 1
        -> (count, len(metric_names(config))) float32.
    """
    names = metric_names(config)
    scaling, latent = recipe.scaling(config), recipe.latent(config)
    updates, batch = config.discriminator_steps, config.batch_size

    def one(step: tf.Tensor) -> tf.Tensor:
        moment = Moment(feed.seeds.value(), step, feed.steps.value())
        set_learning_rates(
            networks,
            config,
            feed.generator_learning_rate,
            feed.discriminator_learning_rate,
            moment,
        )
        held = [variable.value() for variable in feed.held]
        drawn = data.draw(moment.seed(Purpose.REAL_BATCH), updates * batch, *held)
        real = scaling.to_model(drawn)
        latents = draw_latents(latent, moment.seed(Purpose.LATENT_BATCH), updates * batch)
        latents = tf.reshape(latents, (updates, batch, latent.size))
        with recipe.around_step(config, networks.generator, networks.discriminator, step, stage):
            real = recipe.present_real(networks.discriminator, real)
            real = tf.reshape(real, (updates, batch, *data.sample_shape))
            figures = adversarial_step(
                networks, config, part_of(real), part_of(latents), moment, learns
            )
        if not learns:
            adapt(networks, config, figures)
        if config.average_decay and learns != "discriminator":
            update_average(networks, config.average_decay, step)
        return tf.stack([figures[name] for name in names])

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int64)],
    )
    def chunk(first_step: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        rows = tf.TensorArray(
            tf.float32, size=tf.cast(count, tf.int32), element_shape=(len(names),)
        )

        def body(index: tf.Tensor, rows: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            row = place.run(one, first_step + tf.cast(index, tf.int64))
            return index + 1, rows.write(index, row)

        _, rows = tf.while_loop(
            lambda index, _: index < tf.cast(count, tf.int32),
            body,
            (tf.constant(0), rows),
            parallel_iterations=1,
        )
        stacked: tf.Tensor = rows.stack()
        return stacked

    return chunk
