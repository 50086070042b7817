"""What a run's files say at a moment, read and drawn once for all sessions that look at it.

Each open page comes by once a second. Were each to read, smooth and thin out the whole
history for itself, twenty pages would take the processor from the training that they show.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sized
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from ganlib.events import Arrays
from ganlib.runs import Run, Status
from ganlib.runs.metrics_reader import History
from ganlib.runs.scores_log import Scores

# Half of the time between two looks: whoever looks alone sees what is new at each of them.
FRESH_S = 0.5
_MOST = 16
# Of each reading: curves that grow; and what was made of its files, of which a step that is looked
# at takes two entries and up to 200 kB.
_MOST_KEPT = 8
_MOST_MADE = 32

Made = TypeVar("Made")
Grown = TypeVar("Grown", bound=Sized)


class Kept:
    """What is made once for all who ask for it, of which the longest unused is let go.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int):
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        # One for all: who waits for another session's chart mostly wants the same. What is made
        # may be made of others that are kept here.
        self._lock = threading.RLock()

    @contextmanager
    def of(self, key: Hashable, make: Callable[[], Made]) -> Iterator[Made]:
        """The kept one, or a new one; nobody else has any of them in the meantime."""
        with self._lock:
            kept = self._kept.pop(key) if key in self._kept else make()
            self._kept[key] = kept
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            yield kept


class Reading:
    """A run as it was at one moment. Any number of threads may share it.

    Everything is read when it is first asked for, and kept until much else was asked for since.

    Args:
        run: the run.
        status: where it stood.
        before: an earlier reading of the run, of which it takes over what is kept.
    """

    def __init__(self, run: Run, status: Status, before: "Reading | None" = None):
        self.run = run
        self.status = status
        self._since = time.monotonic()
        self._made = Kept(_MOST_MADE)
        self._kept: Kept = before._kept if before else Kept(_MOST_KEPT)

    def holds(self, status: Status) -> bool:
        """Whether it still does for a page that has just read this status."""
        if _written(status) == _written(self.status):
            return True
        both_run = status.state == self.status.state == "running"
        began = (status.step > 0) == (self.status.step > 0)
        return both_run and began and time.monotonic() < self._since + FRESH_S

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` returned when it was first called with this key, or since it was let go.

        Args:
            key: names what is made, with all that decides it besides the run.
            make: makes it, and may raise, in which case nothing is kept.
        """
        with self._made.of(key, make) as made:
            return made

    @contextmanager
    def growing(self, key: Hashable, make: Callable[[], Grown]) -> Iterator[Grown]:
        """What takes each step of the history once, and goes on from there in later readings.

        Args:
            key: names what grows, with all that decides it besides the history.
            make: begins it; its length is the steps that it has taken.
        """
        history = self.history
        with self._kept.of((key, history.log), make) as kept:
            # Another session has a later reading: this one does not see as far.
            yield kept if len(kept) <= len(history) else make()

    @property
    def history(self) -> History:
        """See `Run.history`."""
        return self.once("history", self.run.history)

    @property
    def scores(self) -> Scores:
        """See `Run.scores`."""
        return self.once("scores", self.run.scores)

    @property
    def sample_steps(self) -> list[int]:
        """See `Run.sample_steps`."""
        return self.once("sample_steps", self.run.sample_steps)

    def samples(self, step: int) -> Arrays:
        """See `Run.samples`."""
        return self.once(("samples", step), lambda: self.run.samples(step))

    @property
    def real(self) -> np.ndarray:
        """See `Run.real`; read once for as long as the run is looked at."""
        with self._kept.of("real", self.run.real) as real:
            return real


def _written(status: Status) -> tuple[str, str, int]:
    """Tells two statuses apart, also where figures in them are not a number."""
    return status.state, status.heartbeat, status.step


class Readings:
    """The last reading of each run, of which the longest unused are let go."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Reading] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, run: Run, status: Status) -> Reading:
        """The kept reading where it still holds, else a new one."""
        with self._lock:
            reading = self._kept.pop(run.id, None)
            if reading is None or not reading.holds(status):
                reading = Reading(run, status, reading)
            self._kept[run.id] = reading
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return reading


# Those of this server, which all its sessions share.
READINGS = Readings()
