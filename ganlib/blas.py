"""Linear algebra beside a training run."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def single_threaded() -> AbstractContextManager[Any]:
    """Within the block, NumPy multiplies matrices in one thread.

    Beside a training run, more threads would only wait for each other, and the run for them.
    """
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    """Of the libraries that are loaded, which takes some milliseconds to find out."""
    return ThreadpoolController()
