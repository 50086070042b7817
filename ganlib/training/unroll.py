"""Looking ahead: the discriminator as it will be after some more updates.

The generator's loss is taken through the discriminator of the future, and its gradient
also through how the generated samples steer those updates. The real discriminator stays
as it is: everything here is a function of tensors.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.objectives import Objective
from ganlib.training.judge import Judge
from ganlib.training.networks import Networks

# Keeps the square root's slope finite where a gradient was 0.
_TINY = 1e-16

Values = list[tf.Tensor]
Update = Callable[[Values, Values], Values]


def look_ahead(
    networks: Networks, objective: Objective, config: RunConfig, real: tf.Tensor, fake: tf.Tensor
) -> Judge:
    """The discriminator after `unrolled_steps` more updates on these samples.

    Args:
        networks: left as they are.
        objective: pair of losses.
        config: how many updates; `optimiser` is the discriminator's.
        real: packs of real samples; see `judge.shown`.
        fake: packs of generated samples; gradients flow back to them.
    Returns:
        Packs -> (B / packing, 1) logits.
    Source: Metz et al. 2017, arXiv 1611.02163, eq. 7 to 9.
    """
    discriminator = networks.discriminator
    state = [variable.value for variable in discriminator.non_trainable_variables]

    def judge_with(values: Values) -> Judge:
        def judge(packs: tf.Tensor) -> tf.Tensor:
            logits, _ = discriminator.stateless_call(values, state, packs, training=True)
            return tf.cast(logits, tf.float32)

        return judge

    values = [
        tf.convert_to_tensor(variable.value) for variable in discriminator.trainable_variables
    ]
    update = _updates(networks.discriminator_optimiser, config)
    for _ in range(config.unrolled_steps):
        with tf.GradientTape() as tape:
            tape.watch(values)
            judge = judge_with(values)
            loss, _ = objective(judge(real), judge(fake))
        gradients = tape.gradient(loss, values, unconnected_gradients="zero")
        if config.gradient_clip:
            limit = config.gradient_clip
            gradients = [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]
        values = update(values, gradients)
        if config.weight_clip:
            limit = config.weight_clip
            values = [tf.clip_by_value(value, -limit, limit) for value in values]
    return judge_with(values)


def _updates(optimiser: keras.optimizers.Optimizer, config: RunConfig) -> Update:
    """The optimiser's next updates, one a call, from the state it has now."""
    rate = tf.cast(optimiser.learning_rate, tf.float32)
    makers = {"adam": _adam, "rmsprop": _rmsprop, "sgd": _sgd}
    return makers[config.optimiser](optimiser, rate)


def _adam(optimiser: keras.optimizers.Adam, rate: tf.Tensor) -> Update:
    first, second, epsilon = optimiser.beta_1, optimiser.beta_2, optimiser.epsilon
    means = [tf.convert_to_tensor(one.value) for one in optimiser._momentums]
    squares = [tf.convert_to_tensor(one.value) for one in optimiser._velocities]
    done = tf.cast(optimiser.iterations.value, tf.float32)
    calls = 0

    def update(values: Values, gradients: Values) -> Values:
        nonlocal calls
        calls += 1
        size = rate * tf.sqrt(1 - tf.pow(second, done + calls)) / (1 - tf.pow(first, done + calls))
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
