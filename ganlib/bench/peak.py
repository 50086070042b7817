"""What the machine can calculate at best: products of large matrices."""

import time

import tensorflow as tf

_SIDE = 2_048
_CALLS = 2


def matrix_gflops(device: str, dtype: str, seconds: float = 0.5) -> float:
    """Billions of operations a second, of the quickest product of two 2,048 x 2,048 matrices.

    Args:
        device: TensorFlow's name of the device.
        dtype: "float32" or "bfloat16".
        seconds: time to measure for; at least two products.
    """
    times: list[float] = []
    with tf.device(device):
        factors = tf.random.stateless_normal((2, _SIDE, _SIDE), (1, 2))
        first, second = tf.unstack(tf.cast(factors, dtype))
        end = time.perf_counter() + seconds
        while len(times) < 2 or time.perf_counter() < end:
            began = time.perf_counter()
            for _ in range(_CALLS):
                product = tf.matmul(first, second)
            # Waits for the device.
            float(tf.cast(product[0, 0], tf.float32))
            times.append(time.perf_counter() - began)
    return _CALLS * 2 * _SIDE**3 / min(times) / 1e9
