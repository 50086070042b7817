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
        stopped_as: state of the run after it has been stopped.
    """

    def __init__(self, *, attended: bool = True) -> None:
        self.attended = attended
        self.stopped_as: Literal["stopped", "interrupted"] = "stopped"
        # The lock of a Condition is reentrant: a signal handler can acquire it while the
        # interrupted thread holds it.
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._slow = False
        self._requests: deque[ControlRequest] = deque()
        self._forward: Callable[[Order], None] | None = None

    def obey(self, order: Order) -> None:
        """Executes an order from another process: a word or a request.

        Args:
            order: a request, or the name of one of the methods below; "checkpoint" saves, and
                "slow" and "normal" begin and end slow motion.
        """
        if isinstance(order, ControlRequest):
            self.request(order)
        elif order == "checkpoint":
            self.request(ControlRequest(save=True))
        elif order in ("slow", "normal"):
            self.slow = order == "slow"
        else:
            {
                "pause": self.pause,
                "unpause": self.unpause,
                "stop": self.stop,
                "interrupt": self.interrupt,
            }[order]()

    def forward_to(self, send: Callable[[Order], None]) -> None:
        """Passes all orders on to another process, which trains the run; also the earlier ones.

        Args:
            send: called with each order, in the thread that gives the order.
        """
        with self._changed:
            self._forward = send
            if self._slow:
                send("slow")
            if self._paused:
                send("pause")
            while self._requests:
                send(self._requests.popleft())
            if self._stopped:
                send("stop" if self.stopped_as == "stopped" else "interrupt")

    @property
    def slow(self) -> bool:
        """True if the run trains in slow motion: one network at a time, about a step a second."""
        return self._slow

    @slow.setter
    def slow(self, slow: bool) -> None:
        with self._changed:
            self._slow = slow
            self._changed.notify_all()
            self._pass_on("slow" if slow else "normal")

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
            self._pass_on("pause")

    def unpause(self) -> None:
        """Resumes a paused run."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()
            self._pass_on("unpause")

    def stop(self) -> None:
        """Stops the run after the current step, paused or not. Cannot be undone."""
        self._end("stop")

    def interrupt(self) -> None:
        """Stops the run because the process ends; the run counts as interrupted, not as stopped."""
        with self._changed:
            if not self._stopped:
                self.stopped_as = "interrupted"
            self._end("interrupt")

    def request(self, request: ControlRequest) -> None:
        """Adds a request, which is executed before the next event, also in a paused run."""
        with self._changed:
            if self._forward is not None:
                self._forward(request)
                return
            self._requests.append(request)
            self._changed.notify_all()

    def _end(self, order: Literal["stop", "interrupt"]) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            self._pass_on(order)

    def _pass_on(self, order: Order) -> None:
        if self._forward is not None:
            self._forward(order)

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
