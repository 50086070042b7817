"""Steps per second: recent during training, and overall at the end of a session."""

from collections import deque

_WINDOW_S = 5.0


class StepRate:
    """Steps per second of training time.

    Args:
        step: first step of the session.
        elapsed_s: seconds of training at that step.
    """

    def __init__(self, step: int, elapsed_s: float):
        self._points = deque([(step, elapsed_s)])
        self._first: tuple[int, float] | None = None
        self._start = (step, elapsed_s)

    def add(self, step: int, elapsed_s: float) -> None:
        """Adds the end of a compiled call; does nothing if it has been added before.

        Args:
            step: last step of the call.
            elapsed_s: seconds of training at that step.
        """
        if self._points[-1] == (step, elapsed_s):
            return
        if self._first is None:
            self._first = (step, elapsed_s)
        # The first call includes compilation, so it is dropped once there is another one.
        if len(self._points) == 2 and self._points[0] == self._start:
            self._points.popleft()
        self._points.append((step, elapsed_s))
        while len(self._points) > 2 and elapsed_s - self._points[1][1] >= _WINDOW_S:
            self._points.popleft()

    @property
    def recent(self) -> float:
        """Steps per second over about the last five seconds; 0 before the first call."""
        return _slope(self._points[0], self._points[-1])

    @property
    def overall(self) -> float:
        """Steps per second over the session without its first call, unless it is the only one."""
        start = self._first or self._start
        return _slope(self._start if start == self._points[-1] else start, self._points[-1])


def _slope(start: tuple[int, float], end: tuple[int, float]) -> float:
    seconds = end[1] - start[1]
    return (end[0] - start[0]) / seconds if seconds > 0 else 0.0
