"""Compiles the training step of the settings on a page before the user presses Start."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.priority import lower_thread_priority
from ganlib.runs import Manager
from ganlib.runs.trainers import check_memory

_LOG = logging.getLogger(__name__)
# Compilation begins this long after the last change of settings; more changes may follow soon.
_SETTLED_S = 0.3


class _Outdated(Exception):
    """The compilation is not needed any more: there is a newer request, or the server ends."""


class Preparer:
    """Compiles one training step at a time: first the newest request, then those for later.

    Args:
        manager: nothing is compiled while it trains a run.
    """

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._lock = threading.Lock()
        self._newest: tuple[str, RunConfig] | None = None
        self._requested_at = 0.0
        self._later: deque[str] = deque()
        # The request that is being compiled; None for those for later, which are quick.
        self._current: tuple[str, RunConfig] | None = None
        self._thread: threading.Thread | None = None

    def prepare(self, recipe_name: str, config: RunConfig) -> None:
        """Requests a compilation, in place of any earlier request.

        Args:
            recipe_name: of the recipe.
            config: settings of the run.
        """
        requested = recipe_name, config
        with self._lock:
            if requested == self._current:
                self._newest = None
            # A rerun of the page with the same settings does not restart the delay.
            elif requested != self._newest:
                self._newest, self._requested_at = requested, time.monotonic()
            self._begin()

    def prepare_later(self, recipe_names: Iterable[str]) -> None:
        """Requests compilations of recipes with default settings, after all other requests."""
        with self._lock:
            self._later.extend(recipe_names)
            self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            # Not a daemon: if TensorFlow is interrupted, the process ends with an error.
            self._thread = threading.Thread(target=self._work, name="prepare")
            self._thread.start()

    def _work(self) -> None:
        lower_thread_priority()
        while (request := self._next()) is not None:
            if not self._manager.active():
                self._prepare(*request)

    def _next(self) -> tuple[str, RunConfig] | None:
        """Waits for the next request and returns it; None ends the thread."""
        while not _server_is_ending():
            with self._lock:
                wait = self._requested_at + _SETTLED_S - time.monotonic() if self._newest else 0.0
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
            training.prepare(recipes.get(recipe_name), config, self._check_outdated)
        except (UserError, _Outdated):
            # Start shows the same error.
            return
        except Exception:
            _LOG.exception("%s could not be prepared", recipe_name)

    def _check_outdated(self) -> None:
        newer = self._current is not None and self._newest is not None
        if newer or _server_is_ending():
            raise _Outdated


def _server_is_ending() -> bool:
    """Whether the main thread has ended: on Ctrl-C it ends first and then waits for others."""
    return not threading.main_thread().is_alive()
