"""What the machine can calculate at best: products of large matrices."""

import time

import tensorflow as tf

_SIDE = 2_048
_CALLS = 2


class MatrixPeak:
    """Products of two matrices of 2,048 x 2,048.

    Args:
        device: TensorFlow's name of the device.
        dtype: "float32" or "bfloat16".
    """

    def __init__(self, device: str, dtype: str) -> None:
        self._device = device
        with tf.device(device):
            factors = tf.random.stateless_normal((2, _SIDE, _SIDE), (1, 2))
            self._first, self._second = tf.unstack(tf.cast(factors, dtype))

    def gflops(self, seconds: float = 0.5) -> float:
        """Billions of operations a second, of the quickest product in that time."""
        quickest = float("inf")
        end = time.perf_counter() + seconds
        with tf.device(self._device):
            self._product()
            while quickest == float("inf") or time.perf_counter() < end:
                began = time.perf_counter()
                self._product()
                quickest = min(quickest, time.perf_counter() - began)
        return _CALLS * 2 * _SIDE**3 / quickest / 1e9

    def _product(self) -> None:
        for _ in range(_CALLS):
            product = tf.matmul(self._first, self._second)
        # Waits for the device.
        float(tf.cast(product[0, 0], tf.float32))
