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
_SETTLED_S = 0.3


class _Outdated(Exception):
    """Something else is asked for now, or nothing any more."""


class Preparer:
    """Prepares one thing at a time: the newest that was asked for, then what can wait.

    Args:
        manager: while it trains something, nothing is prepared.
    """

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._lock = threading.Lock()
        self._newest: tuple[str, RunConfig] | None = None
        self._asked_at = 0.0
        self._later: deque[str] = deque()
        # Of what was asked for, what is being prepared; what can wait is done soon.
        self._current: tuple[str, RunConfig] | None = None
        self._thread: threading.Thread | None = None

    def ask(self, recipe_name: str, config: RunConfig) -> None:
        """Replaces what was asked for before."""
        asked = recipe_name, config
        with self._lock:
            if asked == self._current:
                self._newest = None
            # A page that runs again has not changed its mind.
            elif asked != self._newest:
                self._newest, self._asked_at = asked, time.monotonic()
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
                self._prepare(*coming)

    def _next(self) -> tuple[str, RunConfig] | None:
        """What is to be prepared now, waiting until nothing newer comes; None ends the thread."""
        while not _server_ends():
            with self._lock:
                wait = self._asked_at + _SETTLED_S - time.monotonic() if self._newest else 0.0
                if wait <= 0:
                    self._current, self._newest = self._newest, None
                    if self._current is not None:
                        return self._current
                    if self._later:
                        name = self._later.popleft()
                        return name, recipes.get(name).parse({})
                    self._thread = None
                    return None
            time.sleep(wait)
        with self._lock:
            self._thread = None
        return None

    def _prepare(self, recipe_name: str, config: RunConfig) -> None:
        from ganlib import training

        try:
            check_memory(recipe_name, config, self._manager.cap)
            training.prepare(recipes.get(recipe_name), config, self._give_way)
        except (UserError, _Outdated):
            # Start will say what is wrong.
            return
        except Exception:
            _LOG.exception("%s could not be prepared", recipe_name)

    def _give_way(self) -> None:
        newer = self._current is not None and self._newest is not None
        if newer or _server_ends():
            raise _Outdated


def _server_ends() -> bool:
    """Ctrl-C ends the main thread first, which then waits for others."""
    return not threading.main_thread().is_alive()
