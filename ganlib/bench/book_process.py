"""The book's loop in a process of its own, with TensorFlow as it comes.

A process has one TensorFlow, and ours sets it up for its own trainer (see `ganlib.ONEDNN` and
`ganlib.training.multi_step`). A reader of the book runs it without that.
"""

import multiprocessing
import os
import time
from multiprocessing.connection import Connection

from ganlib import ONEDNN

# Samples that its batches are drawn from.
_REAL = 10_000


class BookProcess:
    """The loop, which goes on where it stopped with every call, and sleeps between.

    To be closed: else its process lives as long as this one.

    Args:
        name: one of BOOK_RECIPES, whose data can be had.
    """

    def __init__(self, name: str) -> None:
        # A fork of this process would share its TensorFlow.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_train, args=(name, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def __call__(self, seconds: float) -> tuple[int, float]:
        """Trains for about that long -> (steps, seconds).

        Raises:
            RuntimeError: the process has ended; its traceback went to standard error.
        """
        try:
            self._connection.send(seconds)
            found: tuple[int, float] = self._connection.recv()
        except (EOFError, ConnectionError):
            raise RuntimeError("The book's loop has ended early.") from None
        return found

    def close(self) -> None:
        """Ends the process, in whatever it does."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _train(name: str, asked: Connection) -> None:
    os.environ.pop(ONEDNN, None)
    # Only now, for these import TensorFlow.
    import ganlib.tf_import  # noqa: F401
    from ganlib import recipes
    from ganlib.bench.books import LOOPS

    recipe = recipes.get(name)
    config = recipe.parse(LOOPS[name].knobs)
    loop = LOOPS[name](recipe, config, recipe.load(config).take(config.seed, _REAL))
    while True:
        seconds = asked.recv()
        began, steps = time.perf_counter(), 0
        while not steps or time.perf_counter() - began < seconds:
            loop.step()
            steps += 1
        asked.send((steps, time.perf_counter() - began))
