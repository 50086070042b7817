"""In how many threads a compiled step runs."""

import tensorflow as tf

from ganlib.training.chunk import Chunk

# More find nothing to do: there are two networks, and real and generated samples.
_AT_A_TIME = 2


def side_by_side(chunk: Chunk) -> Chunk:
    """The same chunk, two of whose operations run at a time, each of them in one thread.

    TensorFlow spreads each operation over all cores. Where operations are small, handing
    their parts over costs as much as it gains. But real and generated samples are judged
    independently of each other, and so are weights' gradients: on two cores `toy/scalar`
    is 1.1 times as fast this way, `fashion/dense` 1.3 times. TensorFlow's own number of
    threads belongs to the whole process; only a pipeline of `tf.data` can have one of
    its own, so the chunk becomes a pipeline's only stage.

    Args:
        chunk: runs on the CPU.
    """
    first_step = tf.Variable(0, dtype=tf.int64, trainable=False)
    count = tf.Variable(0, dtype=tf.int64, trainable=False)
    options = tf.data.Options()
    options.threading.private_threadpool_size = _AT_A_TIME
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
                lambda _: chunk(first_step.value(), count.value())
            )
            calls = iter(stage.with_options(options))
        return next(calls)

    return call
