"""The status says which step has the lowest score, also of a resumed or forked run."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from ganlib.events import Checkpoint, DataReport, Samples, Started
from ganlib.runs import Manager, Run, RunStore
from ganlib.runs import fork as fork_module
from ganlib.runs.status import Status, status_of
from ganlib.runs.writer import RunWriter
from tests.support.fake_trainer import NAMES, FakeConfig

SCORES = {0: 3.0, 10: 1.0, 20: math.nan, 30: 1.0, 40: 2.0}


def train(run: Run, first: int, last: int, scores: dict[int, float] = SCORES) -> Status:
    """One session of a run, with samples at the steps of `scores` from `first` to `last`."""
    values = np.zeros((4, 1), np.float32)
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        report = DataReport("Made up", "for a test", 4, 8)
        writer.write(Started(first, {}, report, "CPU", values, ("loss",)))
        for step, score in scores.items():
            if first <= step <= last:
                # Other figures of samples are not scores: their lowest value is not the best.
                both = {"w1": score, "modes": -float(step)}
                writer.write(Samples(step, values, values, scores=both))
        writer.save(Checkpoint(last, 1.0, {"of": np.zeros(3)}))
        writer.end("stopped")
    return run.status()


def best(status: Status) -> tuple[dict[str, float], dict[str, int]]:
    return status.best_scores, status.best_steps


def test_first_step_with_the_lowest_score(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    assert best(train(run, 0, 0)) == ({"w1": 3.0}, {"w1": 0})
    assert best(train(run, 1, 40)) == ({"w1": 1.0}, {"w1": 10})


@pytest.mark.parametrize(("step", "expected"), [(5, (3.0, 0)), (10, (1.0, 10)), (40, (1.0, 10))])
def test_resumed_run_knows_the_best_of_the_steps_that_it_keeps(
    store: RunStore, step: int, expected: tuple[float, int]
) -> None:
    run = store.create("fake/walk", FakeConfig())
    train(run, 0, 40)
    resumed = train(run, step, step, {})
    assert best(resumed) == ({"w1": expected[0]}, {"w1": expected[1]})
    assert best(train(run, 50, 60, {60: 0.5})) == ({"w1": 0.5}, {"w1": 60})


def test_no_score_no_best_step(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    assert best(train(run, 0, 20, {0: math.nan})) == ({}, {})
    forgotten = store.create("fake/forgotten", FakeConfig())
    assert best(train(forgotten, 0, 40)) == ({}, {})


def test_journal_without_best_steps_is_read_and_continued(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    train(run, 0, 40)
    older = {**run.status().fields(), "best_scores": {"w1": 1.0, "modes": -40.0}}
    del older["best_steps"]
    status = status_of(json.loads(json.dumps(older)), 40)
    assert best(status) == ({"w1": 1.0, "modes": -40.0}, {})
    run.note("ended", status)
    assert best(run.status()) == best(status)
    assert best(train(run, 40, 40, {})) == ({"w1": 1.0}, {"w1": 10})


def test_fork_knows_the_best_step_of_its_history(
    store: RunStore, make_manager: Callable[..., Manager], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fork_module, "metric_names", lambda config: NAMES)
    manager = make_manager()
    config = FakeConfig(steps=100, sample_every=20, checkpoint_every=40)
    parent = manager.submit("fake/walk", config)
    assert manager.wait(20)
    # The distance of this trainer grows with every step, so that the best step is the first.
    assert best(store.open(parent).status()) == ({"w1": 0.0}, {"w1": 0})
    fork = manager.fork(parent, 80, config)
    assert manager.wait(20)
    assert best(store.open(fork).status()) == best(store.open(parent).status())


def test_duration_of_a_fork_begins_with_its_training(
    store: RunStore, make_manager: Callable[..., Manager]
) -> None:
    manager = make_manager()
    config = FakeConfig(steps=100, checkpoint_every=40)
    parent = manager.submit("fake/walk", config)
    assert manager.wait(20)
    assert store.open(parent).status().duration_s == pytest.approx(1.0)
    manager.submit("fake/walk", FakeConfig(steps=1_000_000, delay_ms=1))
    queued = manager.fork(parent, 80, config)
    manager.cancel(queued)
    cancelled = store.open(queued).status()
    assert cancelled.state == "stopped" and cancelled.elapsed_s > 0
    assert cancelled.duration_s is None
