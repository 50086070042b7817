"""What a user may ask of a run while it trains."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

# A signal handler may set a flag at the very moment between a waiter's look at it and
# its sleep, when nobody can be woken yet; so no sleep lasts for ever.
_LONGEST_SLEEP_S = 0.25


class RunControl:
    """Asks a run to pause, go on or stop. Safe from any thread and any signal handler."""

    def __init__(self) -> None:
        # The lock in a Condition is reentrant, so a handler that interrupts its holder gets it.
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False

    @property
    def pause_requested(self) -> bool:
        """Whether the run is to rest."""
        return self._paused and not self._stopped

    @property
    def stop_requested(self) -> bool:
        """Whether the run is to end."""
        return self._stopped

    def pause(self) -> None:
        """Rest before the next event."""
        with self._changed:
            self._paused = True

    def unpause(self) -> None:
        """Go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """End before the next event, paused or not. This cannot be taken back."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def wait_while_paused(self) -> None:
        """Returns as soon as the run is to go on or to stop."""
        with self._changed:
            while self.pause_requested:
                self._changed.wait(_LONGEST_SLEEP_S)


@dataclass
class Caught:
    """What `stop_on_signals` met.

    Args:
        signal: the number of the signal that stopped the run; 0 for none.
    """

    signal: int = 0


@contextmanager
def stop_on_signals(control: RunControl) -> Iterator[Caught]:
    """Within the block, the first Ctrl-C or SIGTERM stops the run cleanly; a second acts as usual.

    For the main thread of a command line. Elsewhere signals cannot be caught, and it
    does nothing.
    """
    caught = Caught()
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, frame: FrameType | None) -> None:
        caught.signal = number
        control.stop()
        restore()

    for number in before:
        signal.signal(number, stop)
    try:
        yield caught
    finally:
        restore()
