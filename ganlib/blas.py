"""Limits the threads of linear algebra while a run trains."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def single_threaded() -> AbstractContextManager[Any]:
    """Returns a context manager in which NumPy multiplies matrices in one thread.

    While a run trains on the same processors, more threads would wait for each other and slow
    the run down.
    """
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    """Controller of the loaded libraries; cached, because finding them takes milliseconds."""
    return ThreadpoolController()
