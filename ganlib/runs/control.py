"""Controls a run while it trains: pause, resume, stop, change settings, single steps."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

# A signal handler may set a flag after a waiting thread has checked it and before that thread
# sleeps. The thread then misses the notification, so no sleep is longer than this.
_MAX_SLEEP_S = 0.25


@dataclass(frozen=True)
class ControlRequest:
    """A request to change settings, to make one step, or to save; see `events.Change`.

    Args:
        knobs: new values by name of the knob.
        learns: the only network that the step updates; "both" for one normal step; "" for
            no step.
        save: write a checkpoint.
    """

    knobs: dict[str, Any] = field(default_factory=dict)
    learns: str = ""
    save: bool = False


class RunControl:
    """Pauses, resumes, stops and changes a run. Safe in any thread and in signal handlers.

    Args:
        attended: True if a user can resume a paused run.

    Attributes:
        slow: True if the run trains in slow motion: one network at a time, about a step a second.
        stopped_as: state of the run after it has been stopped.
    """

    def __init__(self, *, attended: bool = True) -> None:
        self.attended = attended
        self.slow = False
        self.stopped_as: Literal["stopped", "interrupted"] = "stopped"
        # The lock of a Condition is reentrant: a signal handler can acquire it while the
        # interrupted thread holds it.
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._requests: deque[ControlRequest] = deque()

    @property
    def pause_requested(self) -> bool:
        """True if the run has to pause."""
        return self._paused and not self._stopped

    @property
    def stop_requested(self) -> bool:
        """True if the run has to stop."""
        return self._stopped

    def pause(self) -> None:
        """Pauses after the current step, or after the current call of many short steps (0.1 s)."""
        with self._changed:
            self._paused = True

    def unpause(self) -> None:
        """Resumes a paused run."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """Stops the run after the current step, paused or not. Cannot be undone."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def interrupt(self) -> None:
        """Stops the run because the process ends; the run counts as interrupted, not as stopped."""
        with self._changed:
            if not self._stopped:
                self.stopped_as = "interrupted"
            self.stop()

    def request(self, request: ControlRequest) -> None:
        """Adds a request, which is executed before the next event, also in a paused run."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def take_requests(self) -> list[ControlRequest]:
        """Returns the new requests, oldest first, and removes them."""
        with self._changed:
            found = list(self._requests)
            self._requests.clear()
            return found

    def wait_while_paused(
        self, *, wake_on_request: bool = True, poll: Callable[[], None] | None = None
    ) -> None:
        """Waits until the run is resumed or stopped.

        Args:
            wake_on_request: also return as soon as there is a request.
            poll: called several times a second; may resume or stop the run.
        """
        with self._changed:
            while self.pause_requested and not (wake_on_request and self._requests):
                self._changed.wait(_MAX_SLEEP_S)
                if poll is not None:
                    poll()

    def wait(self, seconds: float) -> None:
        """Waits in slow motion.

        Args:
            seconds: maximum time; a request, pause or stop and the end of slow motion end the wait
                earlier.
        """
        until = time.monotonic() + seconds
        with self._changed:
            while self.slow and not (self._requests or self._paused or self._stopped):
                left = until - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(min(left, _MAX_SLEEP_S))
