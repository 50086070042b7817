"""How many steps one call of the compiled function makes."""

TARGET_S = 0.1
MAX_STEPS = 4_096


class StepsPerCall:
    """Adapts the number of steps per call so that a call takes about a tenth of a second.

    That is long enough for Python's share of the time to be small, and short enough for a pause
    to act at once. The first call makes one step: it includes the compilation and says nothing
    about the speed.

    Attributes:
        count: steps that the next call is to make.
    """

    def __init__(self) -> None:
        self.count = 1
        self._compiled = False

    def record(self, count: int, seconds: float) -> None:
        """Updates `count` from the duration of a call.

        Args:
            count: steps of that call.
            seconds: its duration.
        """
        if not self._compiled:
            self._compiled = True
            return
        wanted = count * TARGET_S / max(seconds, 1e-6)
        # Grows at most fourfold, so that one unusually fast call does not cause a very slow one.
        self.count = max(1, min(int(wanted), 4 * self.count, MAX_STEPS))
