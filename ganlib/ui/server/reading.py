"""Caches what pages read from runs and compute from it, shared by all sessions.

Every open page refreshes once a second. If each of them read, smoothed and decimated the entire
history, twenty pages would take processor time away from the training that they show.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sized
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from ganlib import recipes
from ganlib.events import Arrays
from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.runs.view import History, Record, Scores

# Half of the time between two refreshes, so that a single page gets new data at every refresh.
FRESH_S = 0.5
# More than are usually compared. Those that do not fit are read again at every refresh.
_MAX_RUNS = 64
# Cached values of each run. A step that is shown takes two entries and up to 200 kB.
_MAX_VALUES = 32

Value = TypeVar("Value")
Grown = TypeVar("Grown", bound=Sized)


class SharedCache:
    """A thread-safe cache that drops the least recently used values.

    Args:
        max_size: maximum number of values.
    """

    def __init__(self, max_size: int):
        self._max_size = max_size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        # One lock for all values, because sessions that wait mostly want the same value. It is
        # reentrant, because `make` may use other values of this cache.
        self._lock = threading.RLock()

    @contextmanager
    def locked(self, key: Hashable, make: Callable[[], Value]) -> Iterator[Value]:
        """Returns a cached or new value, with the cache locked until the end of the block.

        Args:
            key: identifies the value.
            make: computes it. If it raises, nothing is cached.
        """
        with self._lock:
            value = self._values.pop(key) if key in self._values else make()
            self._values[key] = value
            while len(self._values) > self._max_size:
                self._values.popitem(last=False)
            yield value


class Reading:
    """A run at one moment. Threads may share it. Files are read when they are first needed.

    Args:
        run: the run.
        status: its status at that moment.
        before: an earlier reading of the run, whose cache is reused.
    """

    def __init__(self, run: Run, status: Status, before: "Reading | None" = None):
        self.run = run
        self.status = status
        self._since = time.monotonic()
        self._cache: SharedCache = before._cache if before else SharedCache(_MAX_VALUES)
        # Part of the keys, because other readings of the run use the same cache.
        self._own = object()

    def is_current(self, status: Status) -> bool:
        """True if the reading is recent enough for a page.

        Args:
            status: the status that the page has just read.
        """
        if _written(status) == _written(self.status):
            return True
        both_run = status.state == self.status.state == "running"
        began = (status.step > 0) == (self.status.step > 0)
        return both_run and began and time.monotonic() < self._since + FRESH_S

    def cached(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Returns a cached or new value.

        Args:
            key: identifies the value within this reading.
            make: computes it. If it raises, nothing is cached.
        """
        with self._cache.locked((self._own, key), make) as value:
            return value

    @contextmanager
    def growing(self, key: Hashable, make: Callable[[], Grown]) -> Iterator[Grown]:
        """Returns a value that processes each step of the history once; kept in later readings.

        The cache is locked until the end of the block.

        Args:
            key: identifies the value.
            make: creates the value. Its length is the number of rows that it has processed.
        """
        history = self.history
        with self._cache.locked((key, history.log), make) as value:
            # Another session may have a later reading, with more rows than this one.
            yield value if len(value) <= len(history) else make()

    @property
    def recipe(self) -> Recipe:
        """The recipe of the run."""
        return recipes.get(self.run.recipe)

    @property
    def record(self) -> Record:
        """See `Run.record`."""
        return self.cached("record", self.run.record)

    @property
    def history(self) -> History:
        """See `Run.history`."""
        return self.record.history

    @property
    def scores(self) -> Scores:
        """See `Run.scores`."""
        return self.record.scores

    @property
    def sample_steps(self) -> list[int]:
        """See `Run.sample_steps`."""
        return list(self.record.samples)

    def samples(self, step: int) -> Arrays:
        """See `Run.samples`."""
        return self.cached(("samples", step), lambda: self.run.samples(step))

    @property
    def real(self) -> np.ndarray:
        """See `Run.real`; cached in later readings, too."""
        with self._cache.locked("real", self.run.real) as real:
            return real


def _written(status: Status) -> tuple[str, str, int]:
    """Identifies a status. Statuses cannot be compared, because they may contain NaN."""
    return status.state, status.heartbeat, status.step


class Readings:
    """The latest reading of each run; drops the least recently used ones."""

    def __init__(self) -> None:
        self._cache = SharedCache(_MAX_RUNS)

    def of(self, run: Run, status: Status) -> Reading:
        """Returns the latest reading if it is recent enough, otherwise a new one.

        Args:
            run: the run.
            status: the status that the page has just read.
        """
        # A list of one reading.
        with self._cache.locked(run.id, list[Reading]) as latest:
            if not latest or not latest[0].is_current(status):
                latest[:] = [Reading(run, status, *latest)]
            return latest[0]
