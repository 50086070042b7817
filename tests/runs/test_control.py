import threading

from ganlib.runs.control import RunControl


def test_whoever_waits_is_woken_by_unpause_and_by_stop() -> None:
    for word in ("unpause", "stop"):
        control = RunControl()
        control.send("pause")
        waiter = threading.Thread(target=control.wait_while_paused)
        waiter.start()
        assert waiter.is_alive()
        control.send(word)
        waiter.join(timeout=10)
        assert not waiter.is_alive()


def test_a_stop_goes_before_a_pause() -> None:
    control = RunControl()
    assert not control.pause_requested
    control.send("pause")
    assert control.pause_requested
    control.send("stop")
    assert control.stop_requested
    assert not control.pause_requested
    control.wait_while_paused()
