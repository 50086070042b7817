"""The runs that ship with the app: complete, small, and not to be changed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.runs import EXAMPLES, Manager, Run, RunStore, fork_run
from ganlib.viz.thumbnails import thumbnail

MAX_BYTES = 3_000_000
IDS = sorted(path.name for path in EXAMPLES.iterdir())


@pytest.fixture
def shipped(tmp_path: Path) -> RunStore:
    """An empty store with the examples."""
    return RunStore(tmp_path / "runs", EXAMPLES)


def test_they_are_small() -> None:
    files = [path for path in EXAMPLES.rglob("*") if path.is_file()]
    assert len(IDS) >= 6
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES
    assert {path.name for path in files if path.suffix != ".npz"} == {"journal.jsonl", "label.json"}


@pytest.mark.parametrize("run_id", IDS)
def test_every_one_is_read_without_damage(shipped: RunStore, run_id: str) -> None:
    run = shipped.open(run_id)
    record = run.record()
    assert run.is_example and record.gaps == () and record.traceback == ""
    assert record.status.state in ("finished", "stopped")
    assert run.config.steps == record.status.steps >= record.status.step > 0
    assert run.label().name != run_id
    real = run.real()
    for step in run.sample_steps():
        assert np.isfinite(run.samples(step)["fixed"]).all()
        assert run.samples(step)["fixed"].shape[1:] == real.shape[1:]
    assert {int(step) for step in record.scores.step} <= set(run.sample_steps())


@pytest.mark.parametrize("run_id", IDS)
def test_samples_change_from_step_to_step(shipped: RunStore, run_id: str) -> None:
    run = shipped.open(run_id)
    pictures = [thumbnail(run.real(), run.samples(s)["fixed"]) for s in run.sample_steps()]
    assert len(pictures) >= 16
    # A run whose peaks have collapsed stays as it is.
    assert len(set(pictures)) > len(pictures) / 2


@pytest.mark.parametrize(
    "change",
    [
        lambda store, run: store.rename(run.id, "Mine"),
        lambda store, run: store.annotate(run.id, "Mine"),
        lambda store, run: store.delete(run.id),
        lambda store, run: store.claim(run.id),
        lambda store, run: fork_run(store, run.id, run.status().step, run.config),
        lambda store, run: Manager(store).resume(run.id, 2 * run.config.steps),
        lambda store, run: Manager(store).delete(run.id),
    ],
)
def test_none_can_be_changed(shipped: RunStore, change: Callable[[RunStore, Run], None]) -> None:
    run = shipped.open(IDS[0])
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match="is an example"):
        change(shipped, run)
    assert before == {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


def test_they_are_not_listed_among_the_users_runs(shipped: RunStore) -> None:
    assert shipped.list() == []
    assert shipped.active() == shipped.interrupted() == ()
    assert [run.id for run in shipped.examples()] == IDS


def test_one_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    (tmp_path / "examples" / IDS[0] / "journal.jsonl").write_text("no JSON at all")
    store = RunStore(tmp_path / "runs", tmp_path / "examples")
    assert [run.id for run in store.examples()] == IDS[1:]


def test_a_store_without_examples_does_not_have_them(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    assert store.examples() == ()
    with pytest.raises(RunError, match="does not exist"):
        store.open(IDS[0])
