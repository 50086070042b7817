import os
import signal
import threading

from ganlib.runs.control import RunControl, stop_on_signals


def test_whoever_waits_is_woken_by_unpause_and_by_stop() -> None:
    for wake in (RunControl.unpause, RunControl.stop):
        control = RunControl()
        control.pause()
        waiter = threading.Thread(target=control.wait_while_paused)
        waiter.start()
        assert waiter.is_alive()
        wake(control)
        waiter.join(timeout=10)
        assert not waiter.is_alive()


def test_a_stop_goes_before_a_pause() -> None:
    control = RunControl()
    assert not control.pause_requested
    control.pause()
    assert control.pause_requested
    control.stop()
    assert control.stop_requested
    assert not control.pause_requested
    control.wait_while_paused()


def test_the_first_signal_stops_cleanly_and_the_second_is_left_to_others() -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    try:
        control = RunControl()
        with stop_on_signals(control):
            os.kill(os.getpid(), signal.SIGTERM)
            assert control.stop_requested
            assert received == []
            os.kill(os.getpid(), signal.SIGTERM)
            assert received == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_signals(RunControl()):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
