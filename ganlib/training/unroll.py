"""Unrolled GANs: the discriminator as it would be after some more updates.

The generator's loss is taken through that discriminator of the future, and the gradient also
flows through the updates, which depend on the generated samples. The real discriminator stays
as it is: everything here is a function of tensors.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.objectives import Objective
from ganlib.training.devices import mean_over_devices
from ganlib.training.discriminator_pass import Discriminate
from ganlib.training.networks import Networks
from ganlib.training.precision import at_least_float32

# Keeps the square root's slope finite where a gradient was 0. Its square root, 1e-15, is
# lost in rounding next to Adam's epsilon of 1e-7.
_TINY = 1e-30

Values = list[tf.Tensor]
Update = Callable[[Values, Values], Values]


def unrolled_discriminator(
    networks: Networks, objective: Objective, config: RunConfig, real: tf.Tensor, fake: tf.Tensor
) -> Discriminate:
    """The discriminator after `unrolled_steps` more updates on these samples.

    The updates are those that training would make with these samples (the config allows no
    gradient penalty here): the state of dropout and spectral normalisation advances from pass to
    pass, and several devices share their gradients. The logits' gradient is exact, but for two
    choices:

    - Every update uses the samples that are given, with the instance noise they have, and the
      optimiser's present learning rate; a schedule does not go on in between.
    - The vectors that the power iterations find are constants in the gradient, as they are in
      every other gradient here. That an update rotates them is left out: up to about 1 % of the
      gradient with small dense networks and 5 steps.

    Args:
        networks: not changed.
        objective: (real logits, fake logits) -> (discriminator's loss, generator's loss).
        config: `unrolled_steps` is the number of updates, `optimiser` the discriminator's.
        real: (B / packing, ...) packs of real samples, from `preprocess_batch`.
        fake: packs of generated samples, same shape; gradients flow back to them.
    Returns:
        The discriminator after these updates: (B / packing, ...) packs -> (B / packing, 1)
        logits. The logits of real samples, too, have a gradient with respect to `fake`.
    Source: Metz et al. 2017, arXiv 1611.02163, eq. 7 to 9.
    """
    discriminator = networks.discriminator
    state = [
        tf.convert_to_tensor(variable.value) for variable in discriminator.non_trainable_variables
    ]

    def discriminator_with(values: Values) -> Discriminate:
        def discriminate(packs: tf.Tensor) -> tf.Tensor:
            nonlocal state
            logits, state = discriminator.stateless_call(values, state, packs, training=True)
            return at_least_float32(logits)

        return discriminate

    values = [
        tf.convert_to_tensor(variable.value) for variable in discriminator.trainable_variables
    ]
    update = _updates(networks.discriminator_optimiser, config, values[0].dtype)
    for _ in range(config.unrolled_steps):
        with tf.GradientTape() as tape:
            tape.watch(values)
            discriminate = discriminator_with(values)
            loss, _ = objective(discriminate(real), discriminate(fake))
        gradients = tape.gradient(loss, values, unconnected_gradients="zero")
        gradients = mean_over_devices(gradients)
        if config.gradient_clip:
            limit = config.gradient_clip
            gradients = [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]
        values = update(values, gradients)
        if config.weight_clip:
            limit = config.weight_clip
            values = [tf.clip_by_value(value, -limit, limit) for value in values]
    return discriminator_with(values)


def _updates(optimiser: keras.optimizers.Optimizer, config: RunConfig, dtype: tf.DType) -> Update:
    """The optimiser's next updates, one a call, from the state it has now."""
    rate = tf.cast(optimiser.learning_rate, dtype)
    makers = {"adam": _adam, "rmsprop": _rmsprop, "sgd": _sgd}
    return makers[config.optimiser](optimiser, rate)


def _adam(optimiser: keras.optimizers.Adam, rate: tf.Tensor) -> Update:
    first, second, epsilon = optimiser.beta_1, optimiser.beta_2, optimiser.epsilon
    means = [tf.convert_to_tensor(one.value) for one in optimiser._momentums]
    squares = [tf.convert_to_tensor(one.value) for one in optimiser._velocities]
    done = tf.cast(optimiser.iterations.value, rate.dtype)
    calls = 0

    def update(values: Values, gradients: Values) -> Values:
        nonlocal calls
        calls += 1
        power_1, power_2 = (
            tf.pow(tf.constant(beta, rate.dtype), done + calls) for beta in (first, second)
        )
        size = rate * tf.sqrt(1 - power_2) / (1 - power_1)
        for index, gradient in enumerate(gradients):
            means[index] = first * means[index] + (1 - first) * gradient
            squares[index] = second * squares[index] + (1 - second) * tf.square(gradient)
        return [
            value - size * mean / (tf.sqrt(square + _TINY) + epsilon)
            for value, mean, square in zip(values, means, squares, strict=True)
        ]

    return update


def _rmsprop(optimiser: keras.optimizers.RMSprop, rate: tf.Tensor) -> Update:
    memory, epsilon = optimiser.rho, optimiser.epsilon
    squares = [tf.convert_to_tensor(one.value) for one in optimiser._velocities]

    def update(values: Values, gradients: Values) -> Values:
        for index, gradient in enumerate(gradients):
            squares[index] = memory * squares[index] + (1 - memory) * tf.square(gradient)
        return [
            value - rate * gradient * tf.math.rsqrt(square + epsilon)
            for value, gradient, square in zip(values, gradients, squares, strict=True)
        ]

    return update


def _sgd(optimiser: keras.optimizers.SGD, rate: tf.Tensor) -> Update:
    momentum = optimiser.momentum
    velocities = [tf.convert_to_tensor(one.value) for one in optimiser.momentums or []]

    def update(values: Values, gradients: Values) -> Values:
        if not momentum:
            return [value - rate * one for value, one in zip(values, gradients, strict=True)]
        for index, gradient in enumerate(gradients):
            velocities[index] = momentum * velocities[index] - rate * gradient
        return [
            value + momentum * velocity - rate * gradient
            for value, velocity, gradient in zip(values, velocities, gradients, strict=True)
        ]

    return update
