"""A compiled step in a thread pool of its own gives the same results."""

import threading

import numpy as np
import tensorflow as tf

from ganlib.fast.thread_pool import with_thread_pool


def counter() -> tuple[tf.Variable, "tf.types.experimental.PolymorphicFunction"]:
    """A compiled step that adds the number of steps to a variable, and returns the total."""
    total = tf.Variable(0, dtype=tf.int64)

    @tf.function(input_signature=[tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int64)])
    def multi_step(first_step: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        total.assign_add(count)
        return tf.stack([first_step, total.value()])[None]

    return total, multi_step


def call(multi_step: object, first: int, count: int) -> list[int]:
    rows = multi_step(tf.constant(first, tf.int64), tf.constant(count, tf.int64))  # type: ignore[operator]
    return [int(value) for value in rows.numpy()[0]]


def test_it_runs_once_for_each_call_and_never_ahead() -> None:
    total, multi_step = counter()
    pooled = with_thread_pool(multi_step)
    assert total.numpy() == 0
    for index in range(1, 6):
        assert call(pooled, 10 * index, index) == [10 * index, index * (index + 1) // 2]
        assert total.numpy() == index * (index + 1) // 2


def test_two_of_them_do_not_mix() -> None:
    results: dict[int, list[list[int]]] = {}

    def work(number: int) -> None:
        _, multi_step = counter()
        pooled = with_thread_pool(multi_step)
        results[number] = [call(pooled, number, number) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (1, 2, 3):
        expected = [[number, number * index] for index in range(1, 51)]
        np.testing.assert_array_equal(results[number], expected)
