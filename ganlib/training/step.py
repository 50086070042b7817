"""One adversarial update: the discriminator once or more, then the generator once."""

import keras
import tensorflow as tf

from ganlib.config import LOSSES_WITH_BORDER, RunConfig
from ganlib.models.parts import in_parts
from ganlib.objectives import COMPARING, Objective, objective_of
from ganlib.regularisers import clip_weights, share_at_limit
from ganlib.training.devices import mean_over_devices, repeat
from ganlib.training.judge import judge_both, judge_of, shown
from ganlib.training.networks import Networks
from ganlib.training.precision import at_least_float32
from ganlib.training.randomness import Moment
from ganlib.training.unroll import look_ahead

Figures = dict[str, tf.Tensor]


def adversarial_step(
    networks: Networks,
    config: RunConfig,
    real: tf.Tensor,
    latents: tf.Tensor,
    moment: Moment,
    learns: str = "",
) -> Figures:
    """Updates the discriminator once or more, then the generator once.

    The generator's last forward pass serves both networks: its samples train the
    discriminator, and the updated discriminator's gradient with respect to them is passed
    on through the generator's own tape. That is exact, and saves a forward pass.

    Args:
        networks: updated in place.
        config: losses, penalties and all other techniques.
        real: (n, B, *sample_shape) in the networks' units, a fresh batch for each of the
            n updates of the discriminator.
        latents: (n, B, latent.size); the last batch is also the generator's.
        moment: when this is.
        learns: "discriminator" or "generator" where only one of them is to learn.
    Returns:
        Scalars by the names of `metric_names`, of the last update of each network. The
        discriminator's loss is told without penalties.
    """
    objective = objective_of(config.loss, config.label_smoothing)
    last = real.shape[0] - 1
    judges = learns != "generator"

    def update(index: int | tf.Tensor) -> None:
        samples = at_least_float32(in_parts(networks.generator, latents[index]))
        _update_discriminator(networks, objective, config, real[index], samples, moment, index)

    repeat(update, last if judges else 0)

    with tf.GradientTape() as generator_tape:
        fake = at_least_float32(in_parts(networks.generator, latents[last]))
    figures, real_logits = _update_discriminator(
        networks,
        objective,
        config,
        real[last],
        tf.stop_gradient(fake),
        moment,
        last,
        judges,
    )
    loss, sample_gradient = _generator_loss(
        networks, objective, config, real[last], fake, real_logits, moment
    )
    weights = networks.generator.trainable_variables
    gradients = generator_tape.gradient(
        fake, _values(weights), output_gradients=sample_gradient, unconnected_gradients="zero"
    )
    gradients = _complete(gradients)
    if learns != "discriminator":
        networks.generator_optimiser.apply(gradients, weights)
    return figures | {
        "generator_loss": loss,
        "generator_gradient_norm": tf.linalg.global_norm(gradients),
        "discriminator_learning_rate": _rate(networks.discriminator_optimiser),
        "generator_learning_rate": _rate(networks.generator_optimiser),
    }


def _update_discriminator(
    networks: Networks,
    objective: Objective,
    config: RunConfig,
    real: tf.Tensor,
    fake: tf.Tensor,
    moment: Moment,
    index: int,
    learns: bool = True,
) -> tuple[Figures, tf.Tensor]:
    """(figures, logits on real): one update, the step's `index`-th, or only a look."""
    weights = networks.discriminator.trainable_variables
    judge = judge_of(networks.discriminator)
    real = shown(real, config, moment, 2 * index)
    fake = shown(fake, config, moment, 2 * index + 1)
    with tf.GradientTape() as tape:
        real_logits, fake_logits, penalties = judge_both(judge, real, fake, config, moment, index)
        loss, _ = objective(real_logits, fake_logits)
        penalised = tf.add_n([loss, *penalties])
    gradients = tape.gradient(penalised, _values(weights), unconnected_gradients="zero")
    gradients = _complete(gradients)
    if learns:
        networks.discriminator_optimiser.apply(gradients, weights)
    border: float | tf.Tensor = 0.0
    if config.loss not in LOSSES_WITH_BORDER:
        # Only differences of its logits mean anything, so the border lies between the means.
        border = (tf.reduce_mean(real_logits) + tf.reduce_mean(fake_logits)) / 2
    figures = {
        "discriminator_loss": loss,
        "discriminator_gradient_norm": tf.linalg.global_norm(gradients),
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > border, tf.float32)),
        "accuracy_generated": tf.reduce_mean(tf.cast(fake_logits < border, tf.float32)),
        "critic_distance": tf.reduce_mean(real_logits) - tf.reduce_mean(fake_logits),
    }
    if config.weight_clip:
        if learns:
            clip_weights(weights, config.weight_clip)
        figures["clipped_share"] = share_at_limit(weights, config.weight_clip)
    return figures, real_logits


def _generator_loss(
    networks: Networks,
    objective: Objective,
    config: RunConfig,
    real: tf.Tensor,
    fake: tf.Tensor,
    real_logits: tf.Tensor,
    moment: Moment,
) -> tuple[tf.Tensor, tf.Tensor]:
    """(loss, its gradient with respect to the generated samples)."""
    judge = judge_of(networks.discriminator)
    index = 2 * config.discriminator_steps
    with tf.GradientTape() as tape:
        tape.watch(fake)
        seen = shown(fake, config, moment, index)
        real = shown(real, config, moment, index + 1)
        if config.unrolled_steps:
            judge = look_ahead(networks, objective, config, real, seen)
        judged = judge(seen)
        if config.loss in COMPARING:
            # By the same discriminator as the generated ones. One that looks ahead has learned
            # from these, so its logits on real samples have a gradient as well.
            real_logits = judge(real)
        _, loss = objective(real_logits, judged)
    return loss, tape.gradient(loss, fake)


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
            # TensorFlow's own: Keras would read it once more, add, and write.
            average.value.assign_add(share * (current.value - average.value))
        else:
            average.assign(current.value)


def _rate(optimiser: keras.optimizers.Optimizer) -> tf.Tensor:
    return tf.cast(optimiser.learning_rate, tf.float32)


def _values(variables: list[keras.Variable]) -> list[tf.Variable]:
    return [variable.value for variable in variables]


def _complete(gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """The same gradients on every device, none of which is there before all of them are.

    TensorFlow's graph optimiser loses the order between the gradients of a gradient penalty
    and the updates: on some steps, one weight was updated before the gradient of another
    had read it, and the same run gave other weights each time.
    """
    with tf.control_dependencies([tf.group(*gradients)]):
        return mean_over_devices([tf.identity(gradient) for gradient in gradients])
