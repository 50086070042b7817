"""Runs that go on from another one's checkpoint."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ganlib.config import metric_names
from ganlib.errors import RunError
from ganlib.runs import Manager, Run, RunStore, fork
from ganlib.runs.fork import fork_run
from ganlib.runs.run import Parent
from ganlib.runs.view import LEADING_COLUMNS
from tests.support.fake_trainer import NAMES, FakeConfig, true_walk, wait_until

Make = Callable[..., Manager]
CONFIG = FakeConfig(steps=100, sample_every=20, checkpoint_every=40)


@pytest.fixture(autouse=True)
def figures_of_a_fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork, "metric_names", lambda config: NAMES)


@pytest.fixture
def trained(make_manager: Make) -> tuple[Manager, Run]:
    """A run of 100 steps, whose checkpoints are those of steps 80 and 100."""
    manager = make_manager()
    run_id = manager.submit("fake/walk", CONFIG)
    assert manager.wait(timeout_s=20)
    return manager, manager.store.open(run_id)


def _finished(manager: Manager, run_id: str) -> Run:
    assert manager.wait(timeout_s=20)
    run = manager.store.open(run_id)
    assert run.status().state == "finished"
    return run


def _own(run: Run) -> np.ndarray:
    """(steps, 2): the trainer's figures."""
    return np.column_stack([run.history()[name] for name in NAMES])


def test_a_fork_with_the_same_knobs_is_the_run_it_comes_from(trained: tuple[Manager, Run]) -> None:
    manager, parent = trained
    made = _finished(manager, manager.fork(parent.id, 80, CONFIG))
    assert made.id != parent.id
    assert made.parent == Parent(parent.id, 80) and parent.parent is None
    assert made.history().step.tolist() == list(range(1, 101))
    np.testing.assert_array_equal(_own(made), true_walk(100))
    np.testing.assert_array_equal(made.history().time_s[:80], parent.history().time_s[:80])
    assert made.scores().step.tolist() == parent.scores().step.tolist() == [0, 20, 40, 60, 80, 100]
    assert made.sample_steps() == parent.sample_steps()
    for step in made.sample_steps():
        np.testing.assert_array_equal(made.samples(step)["fixed"], parent.samples(step)["fixed"])
    assert made.status().weights_sha256 == parent.status().weights_sha256
    # Where it was forked it can be forked again.
    assert [one.step for one in made.record().checkpoints.values() if one.milestone] == [80]


def test_samples_at_the_step_of_the_fork_are_copied_once(trained: tuple[Manager, Run]) -> None:
    manager, parent = trained
    made = fork_run(manager.store, parent.id, 80, CONFIG)
    lines = (made.path / "journal.jsonl").read_text().splitlines()
    assert sum("samples/00000080.npz" in line for line in lines) == 1
    made.lock.release()


def test_other_knobs_count_from_the_fork_on(trained: tuple[Manager, Run]) -> None:
    manager, parent = trained
    other = FakeConfig(steps=120, sample_every=20, seed=7)
    made = _finished(manager, manager.fork(parent.id, 80, other))
    assert (made.config.seed, parent.config.seed) == (7, 0)
    assert made.history().step.tolist() == list(range(1, 121))
    np.testing.assert_array_equal(_own(made)[:80], true_walk(80))
    moves = np.diff(true_walk(120, seed=7), axis=0)[79:]
    np.testing.assert_allclose(np.diff(_own(made), axis=0)[79:], moves, atol=1e-5)


def test_a_fork_while_the_manager_shuts_down_is_offered_later(
    trained: tuple[Manager, Run], make_manager: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = trained[1]

    manager = make_manager()

    def copy_and_shut_down(*arguments: Any, **options: Any) -> Run:
        manager.shutdown()
        return fork_run(*arguments, **options)

    monkeypatch.setattr("ganlib.runs.manager.fork_run", copy_and_shut_down)
    made = manager.fork(parent.id, 80, CONFIG)
    assert manager.store.open(made).status().state == "interrupted"
    later = make_manager()
    assert later.recover() == [made]
    _finished(later, made)


def test_a_fork_outlives_the_run_it_comes_from(trained: tuple[Manager, Run]) -> None:
    manager, parent = trained
    made = _finished(manager, manager.fork(parent.id, 80, CONFIG))
    manager.store.delete(parent.id)
    assert made.samples(20)["fixed"].max() == 20
    np.testing.assert_array_equal(_own(made), true_walk(100))


def test_what_was_not_measured_before_is_not_known(
    trained: tuple[Manager, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fork, "metric_names", metric_names)
    manager, parent = trained
    wasserstein = CONFIG.model_copy(update={"loss": "wasserstein"})
    run = fork_run(manager.store, parent.id, 80, wasserstein)
    history = run.history()
    assert history.columns[:3] == (*LEADING_COLUMNS, "discriminator_loss")
    np.testing.assert_array_equal(history["generator_loss"], true_walk(80)[:, 0])
    assert np.isnan(history["critic_distance"]).all() and len(history) == 80


@pytest.mark.parametrize(
    ("step", "steps", "sentence"),
    [
        (50, 100, r"at the steps of its checkpoints: 80, 100\. Received: 50\."),
        (80, 80, r"steps must be above 80, where the fork begins\. Received: 80\."),
    ],
)
def test_what_cannot_be_forked_is_told(
    trained: tuple[Manager, Run], step: int, steps: int, sentence: str
) -> None:
    manager, parent = trained
    with pytest.raises(RunError, match=sentence):
        manager.fork(parent.id, step, CONFIG.model_copy(update={"steps": steps}))
    assert len(manager.store.list()) == 1


def test_a_fork_of_a_damaged_checkpoint_leaves_nothing_behind(
    trained: tuple[Manager, Run],
) -> None:
    manager, parent = trained
    (parent.path / "checkpoints" / "00000080.npz").write_bytes(b"")
    with pytest.raises(RunError, match=r"00000080\.npz is damaged"):
        manager.fork(parent.id, 80, CONFIG)
    (parent.path / "journal.jsonl").write_bytes(b"no line\n")
    with pytest.raises(RunError, match=r"journal\.jsonl is damaged"):
        manager.fork(parent.id, 100, FakeConfig(steps=200))
    assert len(list(manager.store.root.iterdir())) == 1


def test_a_fork_of_a_run_that_trains_has_nothing_of_what_comes_after(
    make_manager: Make, store: RunStore
) -> None:
    manager = make_manager(2)
    run_id = manager.submit("fake/walk", FakeConfig(steps=1_000_000, delay_ms=1))
    run = store.open(run_id)
    wait_until(lambda: run.status().step > 50)
    manager.command(run_id, "pause")
    wait_until(lambda: run.status().state == "paused" and bool(run.checkpoint_steps()))
    [step] = run.checkpoint_steps()
    manager.command(run_id, "unpause")
    wait_until(lambda: run.status().step > step + 100)
    made = fork_run(store, run_id, step, FakeConfig(steps=step + 10))
    assert made.history().step.tolist() == list(range(1, step + 1))
    assert all(at <= step for at in made.sample_steps())
