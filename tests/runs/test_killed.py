"""What a killed process leaves, read and gone on with by another one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.runs import RunControl, RunStore, execute
from tests.support.fake_trainer import FakeConfig, FakeTrainer, true_walk, wait_until


@contextmanager
def _other_process(root: Path, kind: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed_process.py")), str(root), kind],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().split()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _states(store: RunStore) -> list[str]:
    return [row.status.state for row in store.list() if row.status is not None]


def test_a_killed_run_is_interrupted_and_can_be_gone_on_with(store: RunStore) -> None:
    with _other_process(store.root, "execute") as (process, [run_id]):
        run = store.open(run_id)
        wait_until(lambda: len(run.checkpoint_steps()) == 2)
        assert run.status().state == "running"
        with pytest.raises(RunError, match="in use by another"):
            store.claim(run_id)
        with pytest.raises(RunError, match="in use by another"):
            store.delete(run_id)
        process.kill()
        process.wait()
    assert run.status().state == "interrupted"
    assert _states(RunStore(store.root)) == ["interrupted"]

    checkpoint = run.latest_checkpoint()
    assert len(run.history()) >= checkpoint.step > 0
    steps = checkpoint.step + 100
    config = FakeConfig(steps=steps, checkpoint_every=20)
    trainer = FakeTrainer(config, checkpoint)
    assert execute(store.claim(run_id), trainer, RunControl(), tensorboard=False) == "finished"
    assert run.history().step.tolist() == list(range(1, steps + 1))
    np.testing.assert_array_equal(run.history().values[2:].T, true_walk(steps))
    assert run.scores().step.tolist() == list(range(0, steps + 1, 50))


def test_the_queue_of_a_killed_manager_is_interrupted_too(store: RunStore) -> None:
    with _other_process(store.root, "manager") as (process, [first, second]):
        wait_until(lambda: store.open(first).status().step > 0)
        assert store.open(second).status().state == "queued"
        process.kill()
        process.wait()
    assert _states(store) == ["interrupted", "interrupted"]
    [offered, waited] = sorted(store.interrupted(), key=lambda run: run.status().queued)
    assert (offered.id, waited.id) == (first, second)
    assert (offered.status().queued, waited.status().message) == (
        "",
        "The process ended while this run was waiting in its queue.",
    )
    assert store.claim(second).lock.held
