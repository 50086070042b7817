"""Stops runs at Ctrl-C or SIGTERM, with a checkpoint."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Caught:
    """The signal that `stop_on_signals` caught.

    Args:
        signal: number of the signal that stopped the run; 0 if there was none.
    """

    signal: int = 0


@contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[Caught]:
    """Stops what is trained at the first Ctrl-C or SIGTERM; a second one ends the process as usual.

    Has no effect outside the main thread, where Python cannot catch signals.

    Args:
        stop: stops it after the current step; is called in a signal handler.
    """
    caught = Caught()
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(number: int, frame: FrameType | None) -> None:
        caught.signal = number
        stop()
        restore()

    for number in before:
        signal.signal(number, handle)
    try:
        yield caught
    finally:
        restore()
