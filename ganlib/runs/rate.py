"""Steps per second: of the last seconds while a run trains, of the session when it ends."""

from collections import deque

_WINDOW_S = 5.0


class StepRate:
    """Steps per second of training time.

    Args:
        step: where the session starts.
        elapsed_s: seconds of training at that step.
    """

    def __init__(self, step: int, elapsed_s: float):
        self._points = deque([(step, elapsed_s)])
        self._first: tuple[int, float] | None = None
        self._start = (step, elapsed_s)

    def add(self, step: int, elapsed_s: float) -> None:
        """The end of a compiled call; does nothing where that is known already."""
        if self._points[-1] == (step, elapsed_s):
            return
        if self._first is None:
            self._first = (step, elapsed_s)
        # The first call compiles, so its start is dropped as soon as there is another point.
        if len(self._points) == 2 and self._points[0] == self._start:
            self._points.popleft()
        self._points.append((step, elapsed_s))
        while len(self._points) > 2 and elapsed_s - self._points[1][1] >= _WINDOW_S:
            self._points.popleft()

    @property
    def recent(self) -> float:
        """Over about the last five seconds; 0 before the first call."""
        return _slope(self._points[0], self._points[-1])

    @property
    def overall(self) -> float:
        """Over the session but its first call, or of that one where there is no other."""
        start = self._first or self._start
        return _slope(self._start if start == self._points[-1] else start, self._points[-1])


def _slope(start: tuple[int, float], end: tuple[int, float]) -> float:
    seconds = end[1] - start[1]
    return (end[0] - start[0]) / seconds if seconds > 0 else 0.0
