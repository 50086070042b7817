"""Loss curves as small as a cell of a table."""

import threading
from collections.abc import Sequence

from ganlib.errors import UserError
from ganlib.runs import RunStore, RunSummary
from ganlib.viz.curves import curves_info

_POINTS = 40


class Sparks:
    """Generator losses in a few points, each read once for as long as its run stays where it is.

    A history takes some 10 ms to be read, and there may be a thousand of them, so they are
    read a few at a time.

    Args:
        store: where the runs are.
    """

    def __init__(self, store: RunStore):
        self._store = store
        # The step at which each was read, and its points.
        self._read: dict[str, tuple[int, list[float]]] = {}
        # Of those who read: whoever comes second finds read what the first was reading.
        self._lock = threading.Lock()

    def of(self, summary: RunSummary) -> list[float]:
        """The points as they were last read, oldest first; empty before that."""
        return self._read.get(summary.id, (0, []))[1]

    def read(self, summaries: Sequence[RunSummary], most: int) -> int:
        """Reads those that are new or have grown, from the first on, and forgets all others.

        Args:
            summaries: all runs that there are.
            most: how many are read.
        Returns:
            How many have still to be read.
        """
        with self._lock:
            # Not in place: others look at it meanwhile.
            read = {one.id: self._read[one.id] for one in summaries if one.id in self._read}
            waiting = [one for one in summaries if read.get(one.id, (-1, []))[0] != _step(one)]
            for summary in waiting[:most]:
                read[summary.id] = _step(summary), self._points(summary.id)
            self._read = read
        return max(0, len(waiting) - most)

    def _points(self, run_id: str) -> list[float]:
        try:
            history = self._store.open(run_id).history()
        except UserError:
            return []
        if not len(history):
            return []
        losses = {"generator": history["generator_loss"]}
        info = curves_info(history.step, losses, smoothing=0.9, max_points=_POINTS)
        return [float(value) for value in info.curves[0].y]


def _step(summary: RunSummary) -> int:
    return summary.status.step if summary.status else 0
