"""A gradient of one's own: tapes use it, in and out of compiled functions, and nothing stays."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import tensorflow as tf

from ganlib.fast.gradient import Gradient, with_gradient


@with_gradient
def twice_and_cubed(one: tf.Tensor, other: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """2 x + y ** 3, whose gradients are ten times too large, so that they can be told."""

    def gradient(pull: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return 20 * pull, 30 * pull * other**2

    return 2 * one + other**3, gradient


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    return tf.function(function, autograph=False)


@pytest.fixture(params=[lambda function: function, compiled], ids=["eager", "compiled"])
def made(request):
    return request.param


def test_a_tape_uses_it(made) -> None:
    @made
    def gradients(one: tf.Tensor, other: tf.Tensor) -> Any:
        with tf.GradientTape() as tape:
            tape.watch((one, other))
            result = 5 * twice_and_cubed(one, other)
        return result, tape.gradient(result, (one, other))

    result, (of_one, of_other) = gradients(tf.constant(1.0), tf.constant(2.0))
    assert (result.numpy(), of_one.numpy(), of_other.numpy()) == (50, 100, 600)


def test_a_tape_around_a_tape_looks_into_it(made) -> None:
    @made
    def second(other: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as outer:
            outer.watch(other)
            with tf.GradientTape() as inner:
                inner.watch(other)
                result = twice_and_cubed(tf.constant(1.0), other)
            first = inner.gradient(result, other)
        return outer.gradient(first, other)

    assert second(tf.constant(2.0)).numpy() == 30 * 2 * 2


def test_without_a_tape_in_sight_tensorflow_finds_its_own_way() -> None:
    inside = compiled(twice_and_cubed)
    other = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(other)
        result = inside(tf.constant(1.0), other)
    assert tape.gradient(result, other).numpy() == 3 * 2**2


def test_nothing_stays_of_what_was_traced() -> None:
    @compiled
    def step(one: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(one)
            result = twice_and_cubed(one, one)
        return tape.gradient(result, one)

    step(tf.constant(1.0))
    graph = weakref.ref(step.get_concrete_function(tf.constant(1.0)).graph)
    del step
    gc.collect()
    assert graph() is None
