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


def test_who_asks_for_a_pause_or_a_stop_cuts_off_what_is_being_done() -> None:
    for ask in (RunControl.pause, RunControl.stop, RunControl.interrupt):
        control, called = RunControl(), list[bool]()
        with control.cutting(called.append):
            assert called == []
            asking = threading.Thread(target=ask, args=(control,))
            asking.start()
            asking.join(10)
            assert called == [True]
        assert called == [True, False]
        ask(control)
        assert called == [True, False]


def test_what_was_asked_for_before_cuts_off_at_once() -> None:
    control, called = RunControl(), list[bool]()
    control.pause()
    with control.cutting(called.append):
        assert called == [True]
    assert called == [True, False]


def test_a_signal_in_the_thread_that_trains_has_nothing_to_cut_off() -> None:
    control, called = RunControl(), list[bool]()
    with stop_on_signals(control), control.cutting(called.append):
        os.kill(os.getpid(), signal.SIGTERM)
        assert control.stop_requested
        assert called == []
