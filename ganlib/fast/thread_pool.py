"""Threads that a compiled step of small operations runs in."""

from collections.abc import Callable

import tensorflow as tf

# (first step, number of steps) -> (steps, metrics), as `ganlib.training.multi_step` compiles it.
MultiStep = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

# More would find nothing to do: there are two networks, and real and generated samples.
_THREADS = 2


def with_thread_pool(multi_step: MultiStep) -> MultiStep:
    """Runs a compiled step in a pool of two threads, each operation in one of them.

    TensorFlow spreads each operation over all cores. Where operations are small, handing
    their parts over costs as much as it gains. But the discriminator's passes over real and over
    generated samples do not depend on each other, nor do the gradients of the weights: on two
    cores `toy/scalar` is 1.1 times as fast this way, `fashion/dense` 1.3 times. TensorFlow's own
    number of threads belongs to the whole process; only a pipeline of `tf.data` can have one of
    its own, so the step becomes a pipeline's only stage.

    Args:
        multi_step: a compiled step that runs on the CPU.
    Returns:
        A function with the same arguments and results.
    """
    first_step = tf.Variable(0, dtype=tf.int64, trainable=False)
    count = tf.Variable(0, dtype=tf.int64, trainable=False)
    options = tf.data.Options()
    options.threading.private_threadpool_size = _THREADS
    options.threading.max_intra_op_parallelism = 1
    # It must run when it is asked to, once, and as it is.
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    # Stages are traced when the pipeline is made; here that waits for the first call.
    calls = None

    def call(first: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
        nonlocal calls
        first_step.assign(first)
        count.assign(steps)
        if calls is None:
            stage = tf.data.Dataset.range(tf.int64.max).map(
                lambda _: multi_step(first_step.value(), count.value())
            )
            calls = iter(stage.with_options(options))
        return next(calls)

    return call
