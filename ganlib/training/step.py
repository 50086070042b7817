"""One training step: the discriminator learns once or more often, then the generator once.

`AdversarialStep.run` is the algorithm. It calls:

- `discriminator_pass.preprocess_batch`: instance noise and packing, for real and generated samples,
  in the discriminator's updates and again in the generator's loss.
- `discriminator_pass.discriminator_pass`: logits of both, and the gradient penalties.
- `objectives`: the two losses as functions of the logits.
- `unroll.unrolled_discriminator`: the discriminator some updates ahead, for the generator's loss.
"""

from dataclasses import dataclass
from typing import Literal

import keras
import tensorflow as tf

from ganlib.config import LOSSES_WITH_BORDER, RunConfig
from ganlib.objectives import COMPARING, Objective, objective_of
from ganlib.regularisers import clip_weights, share_at_limit
from ganlib.training.devices import mean_over_devices, repeat
from ganlib.training.discriminator_pass import (
    discriminator_pass,
    in_training_mode,
    preprocess_batch,
)
from ganlib.training.networks import Networks
from ganlib.training.precision import at_least_float32
from ganlib.training.randomness import RandomStream, StepContext
from ganlib.training.unroll import unrolled_discriminator

# Scalars by the names of `ganlib.config.metric_names`.
Figures = dict[str, tf.Tensor]
Only = Literal["", "discriminator", "generator"]


@dataclass(frozen=True)
class Batches:
    """What a step learns from: a batch for each of the discriminator's n updates.

    Args:
        real: (n, B, *sample_shape) real samples in the networks' units. On several devices, B is
            the part of one device.
        latents: (n, B, latent_size) noise, from which the generator makes as many samples.
    """

    real: tf.Tensor
    latents: tf.Tensor


@dataclass(frozen=True)
class AdversarialStep:
    """One step of adversarial training.

    Args:
        networks: both networks and their optimisers, updated in place.
        config: the loss, penalties and all other techniques.
        context: number of the step, and the seeds of all random draws except Dropout masks.
        only: the network to update alone; the trainable weights of the other one stay as they are.
            "" updates both.
    """

    networks: Networks
    config: RunConfig
    context: StepContext
    only: Only = ""

    def run(self, batches: Batches) -> Figures:
        """Updates the discriminator n times, each time on a new batch, then the generator once.

        The generator learns from the samples of the discriminator's last update (with new instance
        noise), through the discriminator after that update. So they are generated only once: the
        gradient of the generator's loss with respect to the samples is passed on through the tape
        that has recorded how they were generated.

        Args:
            batches: n batches of real samples and of latents.
        Returns:
            Losses, accuracies, the difference of the mean logits, gradient norms and learning
            rates; those of the discriminator are of its last update. Its loss is without
            penalties, and its gradient norm with them.
        """
        networks, updates = self.networks, batches.real.shape[0]
        last = updates - 1

        def update_before_last(index: int | tf.Tensor) -> None:
            fake = self._generate(batches.latents[index])
            self._update_discriminator(batches.real[index], fake, index)

        repeat(update_before_last, 0 if self.only == "generator" else updates - 1)

        with tf.GradientTape() as generator_tape:
            fake = self._generate(batches.latents[last])
        figures, real_logits = self._update_discriminator(
            batches.real[last], tf.stop_gradient(fake), last
        )
        loss, sample_gradient = self._generator_loss(batches.real[last], fake, real_logits)
        weights = networks.generator.trainable_variables
        gradients = _gradients(generator_tape, fake, weights, sample_gradient)
        if self.only != "discriminator":
            networks.generator_optimiser.apply(gradients, weights)
        return figures | {
            "generator_loss": loss,
            "generator_gradient_norm": tf.linalg.global_norm(gradients),
            "discriminator_learning_rate": _learning_rate(networks.discriminator_optimiser),
            "generator_learning_rate": _learning_rate(networks.generator_optimiser),
        }

    def _generate(self, latents: tf.Tensor) -> tf.Tensor:
        """(B, latent_size) -> (B, *sample_shape), in training mode."""
        return at_least_float32(self.networks.generator(latents, training=True))

    def _update_discriminator(
        self, real: tf.Tensor, fake: tf.Tensor, index: int | tf.Tensor
    ) -> tuple[Figures, tf.Tensor]:
        """One update of the discriminator: of its loss plus gradient penalties.

        Args:
            real: (B, *sample_shape) real samples.
            fake: (B, *sample_shape) generated samples, constant here.
            index: number of the update within the step, from 0.
        Returns:
            (figures, logits on real samples before the update).
        """
        networks, config, context = self.networks, self.config, self.context
        weights = networks.discriminator.trainable_variables
        real = preprocess_batch(real, config, context, 2 * index)
        fake = preprocess_batch(fake, config, context, 2 * index + 1)
        seed = context.seed(RandomStream.PENALTY_MIX, index)
        with tf.GradientTape() as tape:
            discriminate = in_training_mode(networks.discriminator)
            real_logits, fake_logits, penalties = discriminator_pass(
                discriminate, real, fake, config, seed
            )
            loss, _ = self._objective(real_logits, fake_logits)
            penalised = tf.add_n([loss, *penalties])
        gradients = _gradients(tape, penalised, weights)
        figures = {
            "discriminator_loss": loss,
            "discriminator_gradient_norm": tf.linalg.global_norm(gradients),
            **_separation(real_logits, fake_logits, config),
        }
        if self.only != "generator":
            networks.discriminator_optimiser.apply(gradients, weights)
            if config.weight_clip:
                clip_weights(weights, config.weight_clip)
        if config.weight_clip:
            figures["clipped_share"] = share_at_limit(weights, config.weight_clip)
        return figures, real_logits

    def _generator_loss(
        self, real: tf.Tensor, fake: tf.Tensor, real_logits: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The generator's loss through the updated discriminator, and its gradient.

        Args:
            real: (B, *sample_shape) real samples of the discriminator's last update.
            fake: (B, *sample_shape) generated samples of that update.
            real_logits: logits on `real` before that update.
        Returns:
            (loss, its gradient with respect to `fake`, of the same shape).
        """
        config, context = self.config, self.context
        # Instance noise of its own: each update of the discriminator has taken two numbers.
        index = 2 * config.discriminator_steps
        discriminate = in_training_mode(self.networks.discriminator)
        with tf.GradientTape() as tape:
            tape.watch(fake)
            seen_fake = preprocess_batch(fake, config, context, index)
            seen_real = preprocess_batch(real, config, context, index + 1)
            if config.unrolled_steps:
                discriminate = unrolled_discriminator(
                    self.networks, self._objective, config, seen_real, seen_fake
                )
            fake_logits = discriminate(seen_fake)
            if config.loss in COMPARING:
                # The loss compares both logits, so they must be of the same discriminator. An
                # unrolled one has learned from `fake`, so that its real logits depend on `fake`.
                real_logits = discriminate(seen_real)
            _, loss = self._objective(real_logits, fake_logits)
        return loss, tape.gradient(loss, fake)

    @property
    def _objective(self) -> Objective:
        """(real logits, fake logits) -> (discriminator's loss, generator's loss)."""
        return objective_of(self.config.loss, self.config.label_smoothing)


def update_average(networks: Networks, decay: float, step: tf.Tensor) -> None:
    """Moves the averaged generator towards the generator.

    The decay starts low and grows to its full value, so that the average forgets the
    untrained weights. State that is not trained (BatchNormalization's) is copied.

    Args:
        networks: `average` is updated in place.
        decay: share of the average that is kept at each step, from 0 to below 1.
        step: int64 scalar, counted from 1.
    Source: Yazici et al. 2019, arXiv 1806.04498; the growing decay is that of TensorFlow's
        ExponentialMovingAverage.
    """
    counted = tf.cast(step, tf.float32)
    rate = 1.0 - tf.minimum(decay, (1.0 + counted) / (10.0 + counted))
    pairs = zip(networks.average.weights, networks.generator.weights, strict=True)
    for average, current in pairs:
        if current.trainable:
            # TensorFlow's assign_add is one operation; Keras' reads, adds and writes.
            average.value.assign_add(rate * (current.value - average.value))
        else:
            average.assign(current.value)


def _gradients(
    tape: tf.GradientTape,
    target: tf.Tensor,
    weights: list[keras.Variable],
    target_gradient: tf.Tensor | None = None,
) -> list[tf.Tensor]:
    """Gradients of a target with respect to weights, the mean over all devices.

    Args:
        tape: has recorded the target.
        target: a loss, or samples of any shape.
        weights: trainable variables; one that the target does not depend on has gradient 0.
        target_gradient: the gradient of a loss with respect to the target, of its shape; None
            where the target is that loss.
    """
    gradients = tape.gradient(
        target,
        [weight.value for weight in weights],
        output_gradients=target_gradient,
        unconnected_gradients="zero",
    )
    # With a gradient penalty, TensorFlow's graph optimiser may update one weight before the
    # gradient of another has read it, so that the same run gave different weights each time. So no
    # gradient is returned before all of them are computed.
    with tf.control_dependencies([tf.group(*gradients)]):
        return mean_over_devices([tf.identity(gradient) for gradient in gradients])


def _separation(real_logits: tf.Tensor, fake_logits: tf.Tensor, config: RunConfig) -> Figures:
    """How well the discriminator separates real from generated samples.

    Args:
        real_logits: (B / packing, 1).
        fake_logits: (B / packing, 1).
        config: names the loss, which decides what a logit means.
    """
    border: float | tf.Tensor = 0.0
    if config.loss not in LOSSES_WITH_BORDER:
        # Only differences of its logits mean anything, so the border lies between the means.
        border = (tf.reduce_mean(real_logits) + tf.reduce_mean(fake_logits)) / 2
    return {
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > border, tf.float32)),
        "accuracy_generated": tf.reduce_mean(tf.cast(fake_logits < border, tf.float32)),
        "critic_distance": tf.reduce_mean(real_logits) - tf.reduce_mean(fake_logits),
    }


def _learning_rate(optimiser: keras.optimizers.Optimizer) -> tf.Tensor:
    return tf.cast(optimiser.learning_rate, tf.float32)
