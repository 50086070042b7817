import errno
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import ConfigError, RunError
from ganlib.runs import Manager, Run, RunStore
from ganlib.runs.control import ControlRequest
from ganlib.runs.resume import queue_again
from ganlib.runs.writer import RunWriter
from tests.support.fake_trainer import FakeConfig, FakeTrainer, make_fake, true_walk, wait_until

Make = Callable[..., Manager]
LONG = FakeConfig(steps=1_000_000, delay_ms=1)


def _check_pages_are_served(manager: Manager) -> None:
    asked = threading.Thread(target=manager.active)
    asked.start()
    asked.join(5)
    assert not asked.is_alive()


def _state(manager: Manager, run_id: str) -> str:
    return RunStore(manager.store.root).open(run_id).status().state


def test_one_at_a_time_in_the_order_they_came(make_manager: Make) -> None:
    manager = make_manager()
    first, second, third = (manager.submit("fake/walk", LONG) for _ in range(3))
    wait_until(lambda: _state(manager, first) == "running")
    assert manager.active() == [first, second, third]
    assert [_state(manager, run_id) for run_id in (second, third)] == ["queued", "queued"]
    manager.command(first, "stop")
    wait_until(lambda: _state(manager, second) == "running")
    assert manager.active() == [second, third]
    assert _state(manager, first) == "stopped"
    assert not manager.owns(first) and manager.owns(third)


def test_two_at_a_time_with_a_cap_of_two(make_manager: Make) -> None:
    manager = make_manager(2)
    ids = [manager.submit("fake/walk", LONG) for _ in range(4)]
    wait_until(lambda: [_state(manager, i) for i in ids[:2]] == ["running", "running"])
    assert [_state(manager, run_id) for run_id in ids[2:]] == ["queued", "queued"]
    manager.command(ids[1], "stop")
    wait_until(lambda: _state(manager, ids[2]) == "running")
    assert manager.active() == [ids[0], ids[2], ids[3]]


def test_a_paused_run_keeps_its_place(make_manager: Make) -> None:
    manager = make_manager()
    first = manager.submit("fake/walk", LONG)
    second = manager.submit("fake/walk", FakeConfig(steps=10))
    wait_until(lambda: _state(manager, first) == "running")
    manager.command(first, "pause")
    wait_until(lambda: _state(manager, first) == "paused")
    assert manager.active() == [first, second]
    assert _state(manager, second) == "queued"
    assert manager.requested(first) == "pause"
    manager.command(first, "unpause")
    assert manager.requested(first) == ""
    wait_until(lambda: _state(manager, first) == "running")
    manager.command(first, "pause")
    manager.command(first, "stop")
    assert manager.requested(first) in ("stop", "")
    assert manager.wait(timeout_s=20)
    assert (_state(manager, first), _state(manager, second)) == ("stopped", "finished")
    assert manager.requested(first) == ""


def test_a_queued_run_ends_at_once_and_starts_over_when_resumed(make_manager: Make) -> None:
    manager = make_manager()
    first = manager.submit("fake/walk", LONG)
    second = manager.submit("fake/walk", FakeConfig(steps=30))
    with pytest.raises(RunError, match="still queued"):
        manager.command(second, "pause")
    manager.command(second, "stop")
    assert _state(manager, second) == "stopped"
    assert manager.active() == [first]
    manager.resume(second)
    assert _state(manager, second) == "queued"
    manager.command(first, "stop")
    assert manager.wait(timeout_s=20)
    assert len(manager.store.open(second).history()) == 30


@pytest.mark.parametrize("knobs", [{"fail_at": 15}, {"diverge_at": 15}])
def test_a_failure_leaves_the_next_run_as_if_nothing_had_been(
    make_manager: Make, knobs: dict[str, int]
) -> None:
    manager = make_manager()
    failing = manager.submit("fake/walk", FakeConfig.model_validate(knobs))
    good = manager.submit("fake/walk", FakeConfig(steps=30))
    assert manager.wait(timeout_s=20)
    assert _state(manager, failing) == "failed"
    assert _state(manager, good) == "finished"
    values = manager.store.open(good).history().values
    np.testing.assert_array_equal(values[2:].T, true_walk(30))
    assert manager.active() == []


def test_a_run_is_resumed_as_soon_as_it_says_that_it_has_stopped(
    make_manager: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_away = threading.Event()
    monkeypatch.setattr(FakeTrainer, "close", lambda self: put_away.wait(20))
    manager = make_manager()
    run_id = manager.submit("fake/walk", LONG)
    # Before its first step there may be no trainer yet that is put away.
    wait_until(lambda: manager.store.open(run_id).status().step > 0)
    manager.command(run_id, "stop")
    wait_until(lambda: _state(manager, run_id) == "stopped")
    resuming = threading.Thread(target=manager.resume, args=(run_id,))
    resuming.start()
    resuming.join(0.2)
    assert resuming.is_alive(), "it goes on before all of it has been put away"
    put_away.set()
    resuming.join(20)
    wait_until(lambda: _state(manager, run_id) == "running")


def test_a_long_look_at_a_run_that_is_resumed_holds_nobody_up(
    make_manager: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make_manager()
    run_id = manager.submit("fake/walk", FakeConfig(steps=30))
    assert manager.wait(timeout_s=20)
    reading, go_on = threading.Event(), threading.Event()

    def slowly(*arguments: Any, **options: Any) -> RunConfig:
        reading.set()
        assert go_on.wait(20)
        return queue_again(*arguments, **options)

    monkeypatch.setattr("ganlib.runs.manager.queue_again", slowly)
    resuming = threading.Thread(target=manager.resume, args=(run_id, 60))
    resuming.start()
    assert reading.wait(20)
    _check_pages_are_served(manager)
    go_on.set()
    resuming.join(20)
    assert manager.wait(timeout_s=20)
    assert len(manager.store.open(run_id).history()) == 60


def test_a_finished_run_goes_on_to_a_higher_total(make_manager: Make) -> None:
    manager = make_manager()
    run_id = manager.submit("fake/walk", FakeConfig(steps=50))
    assert manager.wait(timeout_s=20)
    with pytest.raises(RunError, match="has finished its 50 steps"):
        manager.resume(run_id)
    manager.resume(run_id, steps=120)
    assert manager.wait(timeout_s=20)
    run = manager.store.open(run_id)
    status = run.status()
    assert (status.state, status.step, status.steps) == ("finished", 120, 120)
    np.testing.assert_array_equal(run.history().values[2:].T, true_walk(120))
    assert run.history().step.tolist() == list(range(1, 121))
    # The new total is the one that counts from now on.
    with pytest.raises(RunError, match="has finished its 120 steps"):
        manager.resume(run_id)


def test_a_total_out_of_range_is_refused_and_lets_the_run_go(
    store: RunStore, make_manager: Make
) -> None:
    manager = make_manager()
    run_id = manager.submit("fake/walk", FakeConfig(steps=50))
    assert manager.wait(timeout_s=20)
    with pytest.raises(ConfigError, match=r"steps must be .* Received: 99999999999"):
        manager.resume(run_id, steps=99_999_999_999)
    assert store.open(run_id).status().state == "finished"
    manager.resume(run_id, steps=60)
    assert manager.wait(timeout_s=20)


def test_only_what_has_ended_is_resumed(make_manager: Make) -> None:
    manager = make_manager()
    first, second = (manager.submit("fake/walk", LONG) for _ in range(2))
    wait_until(lambda: _state(manager, first) == "running")
    with pytest.raises(RunError, match=f"Run {first} is running; only"):
        manager.resume(first)
    with pytest.raises(RunError, match=f"Run {second} is queued; only"):
        manager.resume(second)


def test_another_managers_runs_can_be_watched_and_not_touched(
    store: RunStore, make_manager: Make
) -> None:
    mine, other = make_manager(), make_manager()
    run_id = mine.submit("fake/walk", LONG)
    wait_until(lambda: _state(other, run_id) == "running")
    assert not other.owns(run_id)
    with pytest.raises(RunError, match=f"Run {run_id} is running in another process"):
        other.command(run_id, ControlRequest(learns="both"))
    with pytest.raises(RunError, match="in use by another"):
        other.resume(run_id)
    with pytest.raises(RunError, match="in use by another"):
        store.delete(run_id)
    assert _state(other, run_id) == "running"
    mine.command(run_id, "stop")
    assert mine.wait(timeout_s=20)
    with pytest.raises(RunError, match=f"Run {run_id} is stopped"):
        mine.command(run_id, "stop")
    other.resume(run_id)
    wait_until(lambda: _state(mine, run_id) == "running")


def test_shutdown_stops_what_trains_and_offers_what_waited(make_manager: Make) -> None:
    manager = make_manager()
    first, second = (manager.submit("fake/walk", LONG) for _ in range(2))
    wait_until(lambda: manager.store.open(first).status().step > 0)
    assert manager.shutdown(timeout_s=20)
    assert (_state(manager, first), _state(manager, second)) == ("interrupted", "interrupted")
    assert manager.store.open(first).latest_checkpoint().step > 0
    with pytest.raises(RunError, match="shutting down"):
        manager.submit("fake/walk", LONG)
    later = make_manager()
    later.resume(second)
    wait_until(lambda: _state(later, second) == "running")


def test_what_was_stopped_before_a_shutdown_stays_stopped(make_manager: Make) -> None:
    manager = make_manager()
    stopped = manager.submit("fake/walk", LONG)
    waiting = manager.submit("fake/walk", LONG)
    wait_until(lambda: manager.store.open(stopped).status().step > 0)
    manager.command(waiting, "stop")
    manager.command(stopped, "stop")
    assert manager.shutdown(timeout_s=20)
    assert (_state(manager, stopped), _state(manager, waiting)) == ("stopped", "stopped")
    assert make_manager().recover() == []


def test_the_queue_comes_back_in_its_order_and_what_trained_is_offered(
    make_manager: Make,
) -> None:
    before = make_manager()
    trained, *waited = (before.submit("fake/walk", LONG) for _ in range(12))
    # Behind the others, though it is older than they are.
    before.command(waited[3], "stop")
    before.resume(waited[3])
    expected = [*waited[:3], *waited[4:], waited[3]]
    wait_until(lambda: before.store.open(trained).status().step > 0)
    assert before.shutdown(timeout_s=20)
    now = make_manager()
    assert now.recover() == expected
    assert now.active() == expected
    assert [run.id for run in now.store.interrupted()] == [trained]
    # Those that it has are no other's to take.
    assert make_manager().recover() == []
    now.resume(trained)
    assert now.active() == [*expected, trained]


def test_moving_a_run_up_changes_the_order_also_after_a_restart(
    store: RunStore, make_manager: Make
) -> None:
    before = make_manager()
    training, first, second, third = (before.submit("fake/walk", LONG) for _ in range(4))
    before.move_up(first)
    assert before.active() == [training, first, second, third], "the first one stays first"
    before.move_up(third)
    before.move_up(third)
    assert before.active() == [training, third, first, second]
    with pytest.raises(RunError, match="has left the queue; it cannot be moved"):
        before.move_up(training)
    assert before.shutdown(timeout_s=20)

    after = make_manager()
    assert after.recover() == [third, first, second]
    wait_until(lambda: _state(after, third) == "running")
    assert after.active() == [third, first, second]


def test_an_interrupted_run_can_be_left(make_manager: Make) -> None:
    manager = make_manager()
    run_id = manager.submit("fake/walk", LONG)
    wait_until(lambda: manager.store.open(run_id).status().step > 0)
    assert manager.shutdown(timeout_s=20)
    later = make_manager()
    later.mark_stopped(run_id)
    assert later.store.interrupted() == ()
    assert _state(later, run_id) == "stopped"
    later.resume(run_id)
    wait_until(lambda: _state(later, run_id) == "running")
    with pytest.raises(RunError, match="in use by another"):
        later.mark_stopped(run_id)


def test_a_run_that_has_finished_meanwhile_is_not_marked_stopped(
    store: RunStore, make_manager: Make
) -> None:
    manager = make_manager()
    run_id = manager.submit("fake/walk", FakeConfig(steps=10))
    assert manager.wait(timeout_s=20)
    manager.mark_stopped(run_id)
    assert _state(manager, run_id) == "finished"
    store.claim(run_id).lock.release()


def test_a_pause_that_another_process_has_undone_is_no_longer_requested(
    make_manager: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make_manager()
    run_id = manager.submit("fake/walk", LONG)
    wait_until(lambda: _state(manager, run_id) == "running")
    manager.command(run_id, "pause")
    wait_until(lambda: _state(manager, run_id) == "paused")
    assert manager.requested(run_id) == "pause"
    # With a process of its own, the run resumes without this one being told.
    running = replace(manager.store.open(run_id).status(), state="running")
    monkeypatch.setattr(Run, "status", lambda run: running)
    assert manager.requested(run_id) == ""
    manager.command(run_id, "pause")
    assert manager.requested(run_id) == "pause"
    monkeypatch.undo()


def test_a_run_that_is_created_on_a_slow_disk_holds_nobody_up(
    make_manager: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make_manager()
    create, creating, go_on = manager.store.create, threading.Event(), threading.Event()

    def slowly(*arguments: Any, **options: Any) -> Run:
        creating.set()
        assert go_on.wait(20)
        return create(*arguments, **options)

    monkeypatch.setattr(manager.store, "create", slowly)
    submitting = threading.Thread(target=manager.submit, args=("fake/walk", FakeConfig(steps=10)))
    submitting.start()
    assert creating.wait(20)
    _check_pages_are_served(manager)
    go_on.set()
    submitting.join(20)
    assert manager.wait(timeout_s=20)


def test_runs_that_nobody_attends_do_not_wait_for_anybody(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(RunWriter, "save", MagicMock(side_effect=full))
    manager = Manager(store, 1, make_fake, attended=False, tensorboard=False)
    run_id = manager.submit("fake/walk", FakeConfig(steps=10))
    assert manager.wait(timeout_s=20)
    status = store.open(run_id).status()
    assert status.state == "failed"
    assert status.message.startswith("The disk is full.")


def test_a_cap_below_one_is_refused(store: RunStore) -> None:
    with pytest.raises(RunError, match="Received: 0"):
        Manager(store, 0)


def test_what_waits_is_cancelled_and_can_be_resumed(make_manager: Make) -> None:
    manager = make_manager()
    first, second, third = (manager.submit("fake/walk", LONG) for _ in range(3))
    wait_until(lambda: _state(manager, first) == "running")
    manager.cancel(second)
    assert _state(manager, second) == "stopped"
    assert manager.active() == [first, third]
    manager.resume(second)
    assert manager.active() == [first, third, second]
    with pytest.raises(RunError, match=f"Run {first} has left the queue"):
        manager.cancel(first)
    with pytest.raises(RunError, match=f"Run {second} is queued in another process"):
        make_manager().cancel(second)
    assert manager.active() == [first, third, second]


def test_what_is_deleted_leaves_the_queue(store: RunStore, make_manager: Make) -> None:
    manager, other = make_manager(), make_manager()
    first, second, third = (manager.submit("fake/walk", LONG) for _ in range(3))
    wait_until(lambda: _state(manager, first) == "running")
    with pytest.raises(RunError, match=f"Run {second} is in use by another server or command"):
        other.delete(second)
    manager.delete(second)
    assert manager.active() == [first, third]
    assert not (store.root / second).exists()
    with pytest.raises(RunError, match=f"Run {first} is running; stop it before"):
        manager.delete(first)
    manager.command(first, "stop")
    wait_until(lambda: _state(manager, third) == "running")
    manager.delete(first)
    assert [summary.id for summary in store.list()] == [third]
    with pytest.raises(RunError, match=f"Run {first} does not exist"):
        manager.delete(first)


def test_what_is_checked_late_is_a_run_at_once_and_fails_where_it_does_not_fit(
    make_manager: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANLIB_MEMORY_GB", "2")
    manager = make_manager()
    config = recipes.get("mnist/dcgan").parse({"batch_size": 8_192})
    with pytest.raises(
        ConfigError, match=r"^batch_size must be at most [0-9,]+ on this machine: with 8,192"
    ):
        manager.submit("mnist/dcgan", config)
    assert manager.store.list() == []
    run_id = manager.submit("mnist/dcgan", config, check_late=True)
    assert manager.active() == [run_id]
    assert manager.wait(timeout_s=60)
    status = manager.store.open(run_id).status()
    assert (status.state, status.step) == ("failed", 0)
    assert status.message.startswith("batch_size must be at most ")
