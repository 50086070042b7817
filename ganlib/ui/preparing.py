"""The compiled step of what a page would start next, made while its reader still reads."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.priority import step_aside
from ganlib.runs import Manager
from ganlib.runs.room import check_memory

_LOG = logging.getLogger(__name__)
# Whoever still turns pages or knobs will want something else in a moment.
_SETTLED_S = 0.7


class Preparer:
    """Prepares one thing at a time: the newest that was asked for, then what can wait.

    Args:
        manager: while it trains something, nothing is prepared.
    """

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._lock = threading.Lock()
        # When it was asked for, the recipe's name and the config.
        self._newest: tuple[float, str, RunConfig] | None = None
        self._later: deque[str] = deque()
        self._thread: threading.Thread | None = None

    def ask(self, recipe_name: str, config: RunConfig) -> None:
        """Replaces what was asked for before and has not begun."""
        with self._lock:
            self._newest = time.monotonic(), recipe_name, config
            self._begin()

    def ask_later(self, recipe_names: Iterable[str]) -> None:
        """Recipes with their own settings, in order, when there is nothing else to prepare."""
        with self._lock:
            self._later.extend(recipe_names)
            self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            # Not a daemon: TensorFlow ends the process with an error if it is cut off.
            self._thread = threading.Thread(target=self._work, name="prepare")
            self._thread.start()

    def _work(self) -> None:
        step_aside()
        while (coming := self._next()) is not None:
            if not self._manager.active():
                _prepare(*coming, self._manager.cap)

    def _next(self) -> tuple[str, RunConfig] | None:
        """What is to be prepared now, waiting until nothing newer comes; None ends the thread."""
        while True:
            with self._lock:
                if self._newest is None:
                    if not self._later:
                        self._thread = None
                        return None
                    name = self._later.popleft()
                    return name, recipes.get(name).parse({})
                asked, name, config = self._newest
                if (wait := asked + _SETTLED_S - time.monotonic()) <= 0:
                    self._newest = None
                    return name, config
            time.sleep(wait)


def _prepare(recipe_name: str, config: RunConfig, cap: int) -> None:
    from ganlib import training

    try:
        check_memory(recipe_name, config, cap)
        training.prepare(recipes.get(recipe_name), config)
    except UserError:
        # Start will say so.
        return
    except Exception:
        _LOG.exception("%s could not be prepared", recipe_name)
