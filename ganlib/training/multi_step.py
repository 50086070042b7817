"""Many training steps in one call of a compiled function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ganlib.config import RunConfig, metric_names
from ganlib.data.base import Data
from ganlib.recipes.base import Recipe
from ganlib.training.devices import DevicePlacement, shard
from ganlib.training.networks import Networks
from ganlib.training.randomness import RandomStream, StepContext, draw_latents, stream_seeds
from ganlib.training.schedules import adapt, set_learning_rates
from ganlib.training.step import AdversarialStep, Batches, Figures, Only, update_average

# (first step, number of steps) -> (steps, metrics); see `compile_steps`.
MultiStep = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

# Turns off the fusion of matrix products with biases and activations: small networks train 1.05
# times as fast without it, and TensorFlow logs errors where a gradient needs the unfused values.
tf.config.optimizer.set_experimental_options({"remapping": False})


class RuntimeInputs:
    """Variables that a compiled step reads at each call, so that the next run can use it too.

    Args:
        data: the first data set; others of the same kind can follow.

    Attributes:
        data: the data set's arrays, on their devices.
        seeds: (len(RandomStream),) int32; see `stream_seeds`.
        steps: int64 scalar, the run's total.
        generator_learning_rate: float32 scalar, before any schedule.
        discriminator_learning_rate: likewise.
    """

    def __init__(self, data: Data) -> None:
        def variable(shape: tuple[int | None, ...], dtype: tf.DType) -> tf.Variable:
            start = tf.zeros([side or 0 for side in shape], dtype)
            return tf.Variable(start, trainable=False, shape=shape)

        with tf.device("/CPU:0"):
            self.seeds = variable((len(RandomStream),), tf.int32)
            self.steps = variable((), tf.int64)
            self.generator_learning_rate = variable((), tf.float32)
            self.discriminator_learning_rate = variable((), tf.float32)
        self.data: list[tf.Variable] = []
        for array in data.tensors:
            with tf.device(array.device):
                self.data.append(variable((None, *array.shape[1:]), array.dtype))
        self.set_data(data)

    def set_data(self, data: Data) -> None:
        """Takes the arrays of another data set of the same kind, without copying them."""
        for variable, array in zip(self.data, data.tensors, strict=True):
            variable.assign(array)

    def set_config(self, config: RunConfig) -> None:
        """Takes seed, number of steps and learning rates of a run."""
        self.seeds.assign(stream_seeds(config.seed))
        self.steps.assign(config.steps)
        self.generator_learning_rate.assign(config.generator_learning_rate)
        self.discriminator_learning_rate.assign(config.discriminator_learning_rate)


@dataclass(frozen=True)
class StepProgram:
    """A training step with all that surrounds it: batches, learning rates, the average.

    Args:
        networks: updated in place.
        inputs: read at each step.
        recipe: where the networks come from.
        config: the run's knobs.
        data: of the kind that `inputs` has.
        only: see `AdversarialStep`.
        stage: stage of the run that all steps are in; see `Recipe.stage`.
    """

    networks: Networks
    inputs: RuntimeInputs
    recipe: Recipe[Any]
    config: RunConfig
    data: Data
    only: Only = ""
    stage: int = 0

    def run(self, step: tf.Tensor) -> Figures:
        """Makes one step; returns its figures, scalars by name.

        In order: learning rates are set by the schedule, real samples and latents are drawn, a
        network that grows is set to its size, the adversarial step updates both networks, an
        adaptive schedule learns from the figures, and the generator's average moves.

        Args:
            step: int64 scalar, counted from 1.
        """
        networks, config, inputs = self.networks, self.config, self.inputs
        context = StepContext(inputs.seeds.value(), step, inputs.steps.value())
        rates = inputs.generator_learning_rate, inputs.discriminator_learning_rate
        set_learning_rates(networks, config, *rates, context)
        real, latents = self._draw(context)
        models = networks.generator, networks.discriminator
        with self.recipe.around_step(config, *models, step, self.stage):
            real = self.recipe.present_real(networks.discriminator, real)
            n, batch = config.discriminator_steps, config.batch_size
            real = tf.reshape(real, (n, batch, *self.data.sample_shape))
            batches = Batches(shard(real), shard(latents))
            figures = AdversarialStep(networks, config, context, self.only).run(batches)
        if not self.only:
            adapt(networks, config, figures)
        if config.average_decay and self.only != "discriminator":
            update_average(networks, config.average_decay, step)
        return figures

    def _draw(self, context: StepContext) -> tuple[tf.Tensor, tf.Tensor]:
        """(real, latents) for n updates of the discriminator, drawn at random.

        Returns:
            (n * B, *sample_shape) in the networks' units, and (n, B, latent_size).
        """
        n, batch = self.config.discriminator_steps, self.config.batch_size
        arrays = [variable.value() for variable in self.inputs.data]
        raw = self.data.draw(context.seed(RandomStream.REAL_BATCH), n * batch, *arrays)
        latent = self.recipe.latent(self.config)
        noise = draw_latents(latent, context.seed(RandomStream.LATENT_BATCH), n * batch)
        real = self.recipe.scaling(self.config).to_model(raw)
        return real, tf.reshape(noise, (n, batch, latent.size))


def compile_steps(program: StepProgram, placement: DevicePlacement) -> MultiStep:
    """Compiles a function that makes many steps in one call.

    Python's cost per call is larger than a small network's step, so steps are made in a loop
    inside the graph. The number of steps in a call changes none of them. The function is compiled
    at its first call, which may be for no steps, and stays the same whatever the program's
    `inputs` are set to.

    Args:
        program: the step.
        placement: the devices to train on.
    Returns:
        multi_step(first_step, count), both int64 scalars, steps counted from 1
        -> (count, len(metric_names(config))) float32.
    """
    names = metric_names(program.config)

    def one_step(step: tf.Tensor) -> tf.Tensor:
        figures = program.run(step)
        return tf.stack([figures[name] for name in names])

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int64)],
    )
    def multi_step(first_step: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        rows = tf.TensorArray(
            tf.float32, size=tf.cast(count, tf.int32), element_shape=(len(names),)
        )

        def body(index: tf.Tensor, rows: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            row = placement.run(one_step, first_step + tf.cast(index, tf.int64))
            return index + 1, rows.write(index, row)

        _, rows = tf.while_loop(
            lambda index, _: index < tf.cast(count, tf.int32),
            body,
            (tf.constant(0), rows),
            parallel_iterations=1,
        )
        stacked: tf.Tensor = rows.stack()
        return stacked

    return multi_step
