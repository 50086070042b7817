"""How many updates one compiled call makes."""

TARGET_S = 0.1
MOST_STEPS = 4_096


class Pace:
    """Adapts the updates per call so that a call takes about a tenth of a second.

    Long enough that Python's share is small, short enough that a pause is felt at once.
    The first call is one update: it pays for compiling and says nothing about speed.

    Attributes:
        steps: updates that the next call is to make.
    """

    def __init__(self) -> None:
        self.steps = 1
        self._compiled = False

    def took(self, steps: int, seconds: float) -> None:
        """Reports that a call of `steps` updates took `seconds`."""
        if not self._compiled:
            self._compiled = True
            return
        wanted = steps * TARGET_S / max(seconds, 1e-6)
        # Grow by at most four at a time: one lucky measurement must not make a slow call.
        self.steps = max(1, min(int(wanted), 4 * self.steps, MOST_STEPS))
