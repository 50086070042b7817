import os
import signal

from ganlib.cli.signals import stop_on_signals
from ganlib.runs import RunControl


def test_the_first_signal_stops_cleanly_and_the_second_is_left_to_others() -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    try:
        control = RunControl()
        with stop_on_signals(lambda: control.send("stop")):
            os.kill(os.getpid(), signal.SIGTERM)
            assert control.stop_requested
            assert received == []
            os.kill(os.getpid(), signal.SIGTERM)
            assert received == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_signals(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
