"""A step that takes long may be given up in its middle, so that a pause need not wait for it."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

from ganlib.training.networks import Networks

# A tensor, or several.
Values = TypeVar("Values")
GiveWay = Callable[..., Any]

_SAID = "The step is given up."


class Cut:
    """Gives a compiled step up, and leaves everything as it was before it.

    Args:
        networks: all that a step changes.
    """

    def __init__(self, networks: Networks):
        self._networks = networks
        self._lock = threading.Lock()
        self._wanted = self._may_end = False
        with tf.device("/CPU:0"):
            self._ends = tf.Variable(False, trainable=False)

    def ask(self, now: bool) -> None:
        """Whether what is attempted is to be given up; from any thread."""
        with self._lock:
            self._wanted = now
            if self._may_end:
                self._ends.assign(now)

    def give_way(self, values: Values, after: Any = None) -> Values:
        """Where a step is compiled: it can end here.

        Args:
            values: what the rest of it needs.
            after: what must be there before; None for the values themselves.
        Returns:
            The values, which are there only if the step goes on.
        """
        # A part of a step that is given up ends no other but those that wait for it.
        with tf.control_dependencies(tf.nest.flatten(values if after is None else after)):
            goes_on = tf.debugging.Assert(tf.logical_not(self._ends.read_value()), [_SAID])
        with tf.control_dependencies([goes_on]):
            there: Values = tf.nest.map_structure(tf.identity, values)
        return there

    def attempt(self, updates: Callable[[], np.ndarray]) -> np.ndarray | None:
        """What `updates` gives; None where they were given up, and have changed nothing.

        It costs a copy of all that they change, so that only long steps are worth it.
        """
        with self._lock:
            if self._wanted:
                return None
            self._may_end = True
        # TensorFlow copies what somebody else holds before it writes to it.
        before = [(one, one.read_value()) for one in self._networks.variables().values()]
        try:
            return updates()
        except tf.errors.InvalidArgumentError as error:
            if _SAID not in error.message:
                raise
        finally:
            with self._lock:
                self._may_end = False
                self._ends.assign(False)
        for variable, value in before:
            variable.assign(value)
        return None


def go_on(values: Values, after: Any = None) -> Values:
    """Stands for `Cut.give_way` in a step that nothing ends."""
    return values
