"""Runs where the world around them is hostile: read-only, deleted, or back in time."""

import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.runs import Manager, Run, RunControl, RunStore, execute, identity
from ganlib.runs.status import Status
from tests.support import ROOT
from tests.support.fake_trainer import FakeConfig, make_fake, true_walk, wait_until


def _finished(store: RunStore, **knobs: int) -> Run:
    config = FakeConfig(**knobs)
    run = store.create("fake/walk", config)
    assert execute(run, make_fake, RunControl(), tensorboard=False) == "finished"
    return run


@contextmanager
def _read_only(root: Path) -> Iterator[None]:
    paths = [root, *root.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def _obeying_permissions(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs Python as somebody whom permissions bind.

    From root this takes the power to ignore them. It stays the owner of what the test made.
    """
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    return subprocess.run(
        [*(bound if os.geteuid() == 0 else []), sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=300,
    )


def _contents(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }


@pytest.fixture
def ended(store: RunStore) -> Run:
    run = _finished(store)
    store.rename(run.id, "ended")
    return run


def test_a_read_only_folder_is_read_and_every_write_is_refused(store: RunStore, ended: Run) -> None:
    crashed = store.create("fake/walk", FakeConfig())
    crashed.note("message", Status("running", 100, 10))
    crashed.lock.release()
    before = _contents(store.root)
    with _read_only(store.root):
        said = _obeying_permissions(
            str(Path(__file__).with_name("read_only_process.py")), str(store.root)
        )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert found["damage"] == ["", ""]
    # Whether its owner lives can be seen without the right to write.
    assert (found["states"], found["active"]) == (["finished", "interrupted"], 0)
    assert (found["rows"], found["scores"], found["checkpoint"]) == (100, 3, 100)
    assert found["samples"] == [4, 8, 8, 1]
    refused = f"A run cannot be created in {store.root}: Permission denied. "
    for name in ("create", "submit"):
        assert found[name] == refused + "It must be a writable folder."
    for name in ("resume", "delete"):
        assert found[name] == f"Run {ended.id} cannot be locked: Permission denied."
    for name in ("rename", "annotate"):
        assert found[name] == f"Run {ended.id} cannot be changed: Permission denied."
    assert _contents(store.root) == before


@pytest.mark.parametrize("command", ["train", "resume"])
def test_the_command_line_in_a_read_only_folder(command: str, store: RunStore) -> None:
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse({}))
    run.lock.release()
    run.note("message", Status("stopped", 100))
    before = _contents(store.root)
    what = "toy/scalar" if command == "train" else run.id
    with _read_only(store.root):
        said = _obeying_permissions("-m", "ganlib", command, what, "--runs", str(store.root))
    assert said.returncode == 2 and said.stdout == ""
    [line] = said.stderr.splitlines()
    told = f"Run {run.id} cannot be locked" if command == "resume" else "A run cannot be created in"
    assert told in line and "Permission denied. " in line + " "
    assert _contents(store.root) == before


def _delete(folder: Path) -> None:
    """Until it is gone: a writer may put another file in while the others go."""

    def gone() -> bool:
        with suppress(OSError):
            shutil.rmtree(folder)
        return not folder.exists()

    wait_until(gone)


def test_a_folder_deleted_under_a_run_ends_it_and_no_other(
    store: RunStore, make_manager: Callable[[int], Manager]
) -> None:
    manager = make_manager(2)
    lost = manager.submit("fake/walk", FakeConfig(steps=1_000_000, delay_ms=1, checkpoint_every=10))
    other = manager.submit("fake/walk", FakeConfig(steps=3_000, delay_ms=1))
    queued = manager.submit("fake/walk", FakeConfig(steps=100))
    wait_until(lambda: len(store.open(lost).checkpoint_steps()) == 2)
    watching = store.open(lost)
    assert len(watching.history()) > 0
    _delete(store.root / lost)
    wait_until(lambda: not manager.owns(lost))
    assert not (store.root / lost).exists(), "a folder without a run is back"
    with pytest.raises(RunError, match=f"^Run {lost} does not exist\\.$"):
        watching.status()
    with pytest.raises(RunError, match="is missing"):
        watching.history()
    with pytest.raises(RunError, match="does not exist"):
        manager.resume(lost)
    assert manager.wait(timeout_s=60)
    assert {row.id: row.status.state for row in store.list() if row.status} == {
        other: "finished",
        queued: "finished",
    }
    np.testing.assert_array_equal(store.open(other).history().values[2:].T, true_walk(3_000))


@pytest.mark.slow
def test_a_folder_deleted_under_the_command_line(store: RunStore, ended: Run) -> None:
    command = ["-m", "ganlib", "train", "toy/scalar", "--runs", str(store.root)]
    process = subprocess.Popen(
        [sys.executable, *command, "--steps", "1000000", "--set", "sample_every=1000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        wait_until(lambda: len(store.active()) == 1, timeout_s=60)
        [run] = store.active()
        wait_until(lambda: run.status().step > 0, timeout_s=120)
        _delete(run.path)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode in (1, 2) and out == ""
    last = err.splitlines()[-1]
    assert run.id in last and last.endswith("."), err
    assert "Traceback" not in err
    assert [row.id for row in store.list()] == [ended.id]
    assert not run.path.exists()


class Clock:
    """The wall clock of everything that asks for it, to be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.now = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)
        clock = self

        class _Datetime(datetime):
            @classmethod
            def now(cls, tz: timezone | None = None) -> datetime:  # type: ignore[override]
                return clock.now.astimezone(tz)

        monkeypatch.setattr(identity, "datetime", _Datetime)

    def back(self, days: float) -> None:
        self.now -= timedelta(days=days)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


BACK = pytest.mark.parametrize("days", [1 / 24, 3_650], ids=["an hour", "ten years"])


@BACK
def test_a_clock_set_back_during_a_run(clock: Clock, days: float, store: RunStore) -> None:
    config = FakeConfig(steps=300, checkpoint_every=100)
    run = store.create("fake/walk", config)
    watching = RunStore(store.root)
    seen: list[Status] = []

    def look(event: object) -> None:
        clock.back(days / 30)
        [row] = watching.list()
        assert row.status is not None
        seen.append(row.status)
        assert [each.id for each in watching.active()] == [run.id]

    state = execute(run, make_fake, RunControl(), look, tensorboard=False)
    assert state == "finished"
    assert [status.step for status in seen] == sorted(status.step for status in seen)
    for status in seen:
        assert status.steps_per_second == pytest.approx(100) or not status.step
        assert status.eta_s is None or 0 <= status.eta_s <= 3 + 1e-6
    status = run.status()
    assert status.elapsed_s == pytest.approx(3) and status.steps_per_second == pytest.approx(100)
    np.testing.assert_allclose(run.history().time_s, np.arange(1, 301) / 100)
    assert watching.active() == ()


def _same_stamp(path: Path, stat: os.stat_result) -> None:
    """Gives a file the time of another, as a clock set back by chance may."""
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_run_that_is_queued_again_is_seen_though_the_time_is_the_same(
    store: RunStore,
) -> None:
    run = _finished(store)
    assert store.active() == ()
    path = run.path / "journal.jsonl"
    stat = path.stat()
    owner = store.claim(run.id)
    run.note("message", Status("queued", 100))
    _same_stamp(path, stat)
    assert [each.id for each in store.active()] == [run.id]
    owner.lock.release()


def test_another_history_of_the_same_size_and_time_is_noticed(store: RunStore) -> None:
    run, other = _finished(store), _finished(store, seed=1)
    path, theirs = run.path / "journal.jsonl", other.path / "journal.jsonl"
    np.testing.assert_array_equal(run.history().values[2:].T, true_walk(100))
    stat = path.stat()
    changed = theirs.read_bytes().replace(other.id.encode(), run.id.encode())
    content = b"".join(_sealed(line) for line in changed.splitlines())
    # Of the same length, whatever numbers are in it: an empty line is none.
    size = max(len(content), stat.st_size)
    path.write_bytes(path.read_bytes() + b"\n" * (size - stat.st_size))
    run.history()
    path.write_bytes(content + b"\n" * (size - len(content)))
    _same_stamp(path, stat)
    np.testing.assert_array_equal(run.history().values[2:].T, true_walk(100, seed=1))


def _sealed(line: bytes) -> bytes:
    """A changed line with the checksum that belongs to it."""
    start = line.rpartition(b', "crc32"')[0]
    return start + b', "crc32": "%08x"}\n' % zlib.crc32(start)
