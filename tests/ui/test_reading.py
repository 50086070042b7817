"""What one session has read and drawn of a run, another need not read and draw again."""

import threading
import time
import weakref
from functools import partial

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.events import DataReport, Metrics, Started
from ganlib.runs import RunStore
from ganlib.runs.writer import RunWriter
from ganlib.ui.server import reading
from ganlib.ui.server.reading import Reading, Readings
from tests.support import stored_runs


def test_two_sessions_share_one_reading_and_what_is_drawn_of_it(store: RunStore) -> None:
    run = stored_runs.finished(store)
    kept = Readings()
    first, second = kept.of(run, run.status()), kept.of(run, run.status())
    assert first is second
    assert first.history is second.history
    assert first.cached("chart", object) is second.cached("chart", object)
    assert first.cached("chart", object) is not second.cached("other chart", object)


def test_new_steps_make_a_new_one_as_soon_as_the_old_is_not_fresh(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Readings()
    with stored_runs.training(store) as writer:
        run = stored_runs.newest(store)
        before = kept.of(run, run.status())
        assert len(before.history) == stored_runs.STEP
        later = stored_runs.STEP + 1
        writer.write(Metrics(later, stored_runs.rows(later, later), 1.5))
        # Not to be told by eye, and spares the training: within half a second the same.
        monkeypatch.setattr(reading, "FRESH_S", 60.0)
        assert kept.of(run, run.status()) is before
        monkeypatch.setattr(reading, "FRESH_S", 0.0)
        after = kept.of(run, run.status())
        assert after is not before
        assert len(after.history) == later
        # What it held before, it holds still.
        assert len(before.history) == stored_runs.STEP


def test_an_end_is_seen_at_once(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FRESH_S", 60.0)
    kept = Readings()
    with stored_runs.training(store) as writer:
        run = stored_runs.newest(store)
        before = kept.of(run, run.status())
        writer.end("stopped")
    assert kept.of(run, run.status()) is not before


def test_a_paused_run_is_read_again_at_every_change(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FRESH_S", 60.0)
    kept = Readings()
    with stored_runs.training(store) as writer:
        run = stored_runs.newest(store)
        writer.write_status("paused", state="paused")
        before = kept.of(run, run.status())
        assert kept.of(run, run.status()) is before
        writer.write_status("message", message="something else")
        assert kept.of(run, run.status()) is not before


def test_sessions_that_come_together_make_it_once(store: RunStore) -> None:
    run = stored_runs.finished(store)
    shared = Reading(run, run.status())
    made, found = [], []

    def make() -> np.ndarray:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return np.zeros(3)

    threads = [
        threading.Thread(target=lambda: found.append(shared.cached("chart", make)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(found) == 8 and all(one is found[0] for one in found)


def test_a_failure_is_not_kept(store: RunStore) -> None:
    run = stored_runs.finished(store)
    shared = Reading(run, run.status())
    with pytest.raises(RunError):
        shared.samples(7)
    assert shared.cached(("samples", 7), lambda: {}) == {}


def test_the_longest_unused_are_let_go(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MAX_RUNS", 1)
    kept = Readings()
    one, two = stored_runs.finished(store), stored_runs.finished(store)
    first = kept.of(one, one.status())
    kept.of(two, two.status())
    assert kept.of(one, one.status()) is not first


def test_what_grows_goes_on_in_the_next_reading(store: RunStore) -> None:
    run = stored_runs.finished(store)
    first = Reading(run, run.status())
    with first.growing("curves", list) as steps:
        steps.extend(first.history.step)
    later = Reading(run, run.status(), before=first)
    with later.growing("curves", list) as kept:
        assert kept is steps
    with later.growing("another", list) as other:
        assert other is not steps


def test_a_reading_that_is_behind_begins_its_own(store: RunStore) -> None:
    """What another session's later reading has seen, this one has not."""
    with stored_runs.training(store) as writer:
        run = stored_runs.newest(store)
        behind = Reading(run, run.status())
        assert len(behind.history) == stored_runs.STEP
        next_step = stored_runs.STEP + 1
        writer.write(Metrics(next_step, stored_runs.rows(next_step, next_step), 1.5))
        later = Reading(run, run.status(), before=behind)
        with later.growing("curves", list) as ahead:
            ahead.extend(later.history.step)
        with behind.growing("curves", list) as mine:
            assert mine == []
        with later.growing("curves", list) as still:
            assert still is ahead


def test_what_grows_begins_anew_with_another_history(store: RunStore) -> None:
    """A resume went back, and other steps followed."""
    run = stored_runs.finished(store)
    before = Reading(run, run.status())
    with before.growing("curves", list) as steps:
        steps.append(1)
    history = before.history
    with RunWriter(store.claim(run.id), tensorboard=False) as writer:
        writer.begin()
        real = stored_runs.samples_of("toy/scalar", 0).fixed
        data = DataReport("Made up", "for a test")
        writer.write(Started(10, {}, data, "CPU", real, stored_runs.METRICS))
        writer.write(Metrics(11, 2 * stored_runs.rows(11, 20), 1.0))
    after = Reading(run, run.status(), before=before)
    assert after.history.log is not history.log
    with after.growing("curves", list) as anew:
        assert anew == []


def test_what_grew_for_the_longest_unused_is_let_go(store: RunStore) -> None:
    run = stored_runs.finished(store)
    shared = Reading(run, run.status())
    for smoothing in range(33):
        with shared.growing(smoothing, list) as steps:
            steps.append(smoothing)
    with shared.growing(32, list) as kept:
        assert kept == [32]
    with shared.growing(0, list) as anew:
        assert anew == []


def test_what_was_made_for_the_longest_unused_is_let_go(store: RunStore) -> None:
    """Whoever plays 5,000 steps of a run that has ended looks at one reading all along."""
    run = stored_runs.finished(store)
    shared = Reading(run, run.status())
    history = shared.history
    made: list[weakref.ref[np.ndarray]] = []

    def chart(step: int) -> np.ndarray:
        # Of what is made once itself, as charts are.
        points = shared.cached(("samples", step), lambda: np.full(3, step)) + 1
        made.append(weakref.ref(points))
        return points

    for step in range(200):
        assert shared.history is history, "what every look needs stays"
        shared.cached(("cloud", step), partial(chart, step))
    assert sum(one() is not None for one in made) <= 16
    assert shared.cached(("cloud", 199), object) is made[199]()
    assert shared.cached(("cloud", 0), lambda: "anew") == "anew"
