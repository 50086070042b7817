"""Stops runs at Ctrl-C or SIGTERM, with a checkpoint."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Protocol


class Stoppable(Protocol):
    """A run, or several."""

    def stop(self) -> None:
        """Stops after the current step; is called in a signal handler."""


@dataclass
class Caught:
    """The signal that `stop_on_signals` caught.

    Args:
        signal: number of the signal that stopped the run; 0 if there was none.
    """

    signal: int = 0


@contextmanager
def stop_on_signals(control: Stoppable) -> Iterator[Caught]:
    """Stops what is trained at the first Ctrl-C or SIGTERM; a second one ends the process as usual.

    Has no effect outside the main thread, where Python cannot catch signals.
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
