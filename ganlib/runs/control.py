"""Controls a run while it trains: pause, resume, stop, change settings, single steps."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

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


Word = Literal["pause", "unpause", "stop", "interrupt", "checkpoint", "slow", "normal"]
# What a page or a script may ask of any run.
Command = Literal["pause", "unpause", "stop"]
WORDS: tuple[Word, ...] = get_args(Word)
Order = Word | ControlRequest


class RunControl:
    """Pauses, resumes, stops and changes a run. Safe in any thread and in signal handlers.

    Args:
        attended: True if a user can resume a paused run.

    Attributes:
        slow: True if the run trains in slow motion: one network at a time, about a step a second.
        stop_requested: True if the run has to stop.
        stopped_as: state of the run after it has been stopped.
    """

    def __init__(self, *, attended: bool = True) -> None:
        self.attended = attended
        self.slow = False
        self.stop_requested = False
        self.stopped_as: Literal["stopped", "interrupted"] = "stopped"
        # The lock of a Condition is reentrant: a signal handler can acquire it while the
        # interrupted thread holds it.
        self._changed = threading.Condition()
        self._paused = False
        self._requests: deque[ControlRequest] = deque()
        # Orders so far, for the process that may train the run.
        self._orders: list[Order] = []
        self._forward: Callable[[Order], None] = self._orders.append

    @property
    def pause_requested(self) -> bool:
        """True if the run has to pause."""
        return self._paused and not self.stop_requested

    def send(self, order: Order) -> None:
        """Gives an order, which the run obeys after the current step.

        If steps are short, it obeys after a call of many steps, which takes 0.1 s.

        Args:
            order: a request, which a paused run carries out, too; or a word. "pause" and "unpause"
                pause and resume the run. "stop" stops it, paused or not, which cannot be undone;
                "interrupt" does so because the process ends, and the run counts as interrupted.
                "checkpoint" saves; "slow" and "normal" begin and end slow motion.
        """
        with self._changed:
            if not isinstance(order, str):
                self._requests.append(order)
            elif order == "checkpoint":
                self._requests.append(ControlRequest(save=True))
            elif order in ("pause", "unpause"):
                self._paused = order == "pause"
            elif order in ("slow", "normal"):
                self.slow = order == "slow"
            elif not self.stop_requested:
                self.stopped_as = "stopped" if order == "stop" else "interrupted"
                self.stop_requested = True
            self._changed.notify_all()
            self._forward(order)

    def forward_to(self, send: Callable[[Order], None]) -> None:
        """Passes all orders on to another process, which trains the run; also the earlier ones.

        Args:
            send: called with each order, in the thread that gives the order.
        """
        with self._changed:
            for order in self._orders:
                send(order)
            self._forward = send

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
            while self.slow and not (self._requests or self._paused or self.stop_requested):
                left = until - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(min(left, _MAX_SLEEP_S))
