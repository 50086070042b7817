"""Sparklines: loss curves for the cells of a table."""

import threading
from collections.abc import Sequence

from ganlib.errors import UserError
from ganlib.runs import RunStore, RunSummary
from ganlib.viz.curves import curves_info

_MAX_POINTS = 40


class Sparks:
    """Caches a sparkline of the generator loss of each run until the run makes another step.

    Reading a history takes about 10 ms, and there may be a thousand runs, so a few are read at a
    time.

    Args:
        store: contains the runs.
    """

    def __init__(self, store: RunStore):
        self._store = store
        # Step and points of each run when it was last read.
        self._read: dict[str, tuple[int, list[float]]] = {}
        # A second session waits for the first one and then uses what that has read.
        self._lock = threading.Lock()

    def of(self, summary: RunSummary) -> list[float]:
        """Returns the cached points, oldest first; empty if the run has not been read."""
        return self._read.get(summary.id, (0, []))[1]

    def read(self, summaries: Sequence[RunSummary], limit: int) -> int:
        """Reads runs that are new or have made steps; removes runs that no longer exist.

        Args:
            summaries: all runs.
            limit: maximum number of runs to read, from the first one on.
        Returns:
            Number of runs that still have to be read.
        """
        with self._lock:
            # A new dictionary, because other threads use the old one meanwhile.
            read = {one.id: self._read[one.id] for one in summaries if one.id in self._read}
            waiting = [one for one in summaries if read.get(one.id, (-1, []))[0] != _step(one)]
            for summary in waiting[:limit]:
                read[summary.id] = _step(summary), self._points(summary.id)
            self._read = read
        return max(0, len(waiting) - limit)

    def _points(self, run_id: str) -> list[float]:
        try:
            history = self._store.open(run_id).history()
        except UserError:
            return []
        if not len(history):
            return []
        losses = {"generator": history["generator_loss"]}
        info = curves_info(history.step, losses, smoothing=0.9, max_points=_MAX_POINTS)
        return [float(value) for value in info.curves[0].y]


def _step(summary: RunSummary) -> int:
    return summary.status.step if summary.status else 0
