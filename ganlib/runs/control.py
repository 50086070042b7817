"""What a user may ask of a run while it trains."""

import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Literal

# A signal handler may set a flag at the very moment between a waiter's look at it and
# its sleep, when nobody can be woken yet; so no sleep lasts for ever.
_LONGEST_SLEEP_S = 0.25


@dataclass(frozen=True)
class Wish:
    """A change that a run is asked for; see `events.Change`.

    Args:
        knobs: new values by name.
        learns: the network that is to learn alone in one step; "both" for a usual step by
            hand; "" for no step.
    """

    knobs: dict[str, Any] = field(default_factory=dict)
    learns: str = ""


class RunControl:
    """Asks a run to pause, go on, stop or change. Safe from any thread and any signal handler.

    Args:
        attended: whether somebody is there who can have a run go on that pauses by itself.

    Attributes:
        stopped_as: what a run that is stopped has become.
    """

    def __init__(self, *, attended: bool = True) -> None:
        self.attended = attended
        self.stopped_as: Literal["stopped", "interrupted"] = "stopped"
        # The lock in a Condition is reentrant, so a handler that interrupts its holder gets it.
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._slow = False
        self._wishes: deque[Wish] = deque()

    @property
    def slow(self) -> bool:
        """Whether it is to train one network at a time, slowly enough to be followed."""
        return self._slow

    @slow.setter
    def slow(self, value: bool) -> None:
        with self._changed:
            self._slow = value
            self._changed.notify_all()

    @property
    def pause_requested(self) -> bool:
        """Whether the run is to rest."""
        return self._paused and not self._stopped

    @property
    def stop_requested(self) -> bool:
        """Whether the run is to end."""
        return self._stopped

    def pause(self) -> None:
        """Rest after the present step, or the present call of many short steps (0.1 s)."""
        with self._changed:
            self._paused = True

    def unpause(self) -> None:
        """Go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """End as soon as `pause` rests, paused or not. This cannot be taken back."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def interrupt(self) -> None:
        """End like `stop`, but to be gone on with: it is the process that ends."""
        with self._changed:
            if not self._stopped:
                self.stopped_as = "interrupted"
            self.stop()

    def ask(self, wish: Wish) -> None:
        """Asks for a change before the next event, paused or not."""
        with self._changed:
            self._wishes.append(wish)
            self._changed.notify_all()

    def wishes(self) -> list[Wish]:
        """What was asked for since the last look, in order."""
        with self._changed:
            found = list(self._wishes)
            self._wishes.clear()
            return found

    def wait_while_paused(self, *, wakeful: bool = True) -> None:
        """Returns as soon as the run is to go on or to stop.

        Args:
            wakeful: also as soon as a change is asked for.
        """
        with self._changed:
            while self.pause_requested and not (wakeful and self._wishes):
                self._changed.wait(_LONGEST_SLEEP_S)

    def rest(self, seconds: float) -> None:
        """Waits so long, or until something is asked for."""
        until = time.monotonic() + seconds
        with self._changed:
            while self._slow and not (self._wishes or self._paused or self._stopped):
                left = until - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(min(left, _LONGEST_SLEEP_S))


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
