"""Runs that train in processes of their own do as they are told, and die alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.runs import Manager, Run, RunStore
from ganlib.runs.control import ControlRequest
from ganlib.runs.gpus import VARIABLE, GpuPool, shared_out, visible_gpus
from ganlib.runs.process import _write_death
from tests.support.fake_trainer import wait_until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere runs train in threads")

CONFIG = recipes.get("toy/scalar").Config
SHORT = CONFIG(steps=40, seed=3)
LONG = CONFIG(steps=1_000_000)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(RunStore(tmp_path / "runs"), cap=2, processes=True, tensorboard=False)
    yield manager
    assert manager.shutdown(60.0)


def process_of(run: Run) -> psutil.Process:
    return next(
        child for child in psutil.Process().children() if str(run.path) in child.cmdline()[-5:]
    )


def begun(run: Run) -> None:
    wait_until(lambda: run.status().step > 0, 120)


def test_a_run_in_a_process_obeys_and_equals_one_in_a_thread(manager: Manager) -> None:
    short = manager.submit("toy/scalar", SHORT)
    run = manager.store.open(manager.submit("toy/scalar", LONG))
    begun(run)
    manager.command(run.id, "pause")
    wait_until(lambda: run.status().state == "paused")
    step = run.status().step
    manager.command(run.id, ControlRequest({"generator_learning_rate": 1e-4}))
    wait_until(lambda: len(run.changes()) == 1)
    manager.command(run.id, ControlRequest(learns="both"))
    wait_until(lambda: run.status().step == step + 1)
    manager.command(run.id, "unpause")
    wait_until(lambda: run.status().step > step + 1)
    manager.command(run.id, "slow")
    assert manager.is_slow(run.id)
    wait_until(lambda: len(run.changes()) > 1)
    manager.command(run.id, "stop")
    wait_until(lambda: run.status().state == "stopped")
    wait_until(lambda: not manager.owns(run.id))
    wait_until(lambda: not manager.owns(short), 120)
    in_process = manager.store.open(short).status()
    manager.cap = 1
    alone = manager.store.open(manager.submit("toy/scalar", SHORT))
    assert not [c for c in psutil.Process().children() if str(alone.path) in c.cmdline()]
    wait_until(lambda: not alone.status().active, 120)
    assert in_process.state == alone.status().state == "finished"
    assert in_process.weights_sha256 == alone.status().weights_sha256


@pytest.mark.slow
def test_a_killed_process_is_told_and_its_run_goes_on_as_if_undisturbed(manager: Manager) -> None:
    config = CONFIG(steps=600, seed=1)
    undisturbed, killed = (manager.submit("toy/scalar", config) for _ in range(2))
    run = manager.store.open(killed)
    begun(run)
    with pytest.raises(RunError, match="in use by another"):
        RunStore(manager.store.root).claim(killed)
    process_of(run).kill()
    wait_until(lambda: not run.status().active)
    assert run.status().state == "interrupted"
    assert "was killed (SIGKILL)" in run.status().message
    wait_until(lambda: not manager.owns(killed))
    # The other one does not notice.
    other = manager.store.open(undisturbed)
    manager.resume(killed)
    assert manager.wait(240.0)
    assert {run.status().state, other.status().state} == {"finished"}
    assert run.status().weights_sha256 == other.status().weights_sha256


def test_a_run_is_saved_when_the_process_that_started_it_dies(manager: Manager) -> None:
    """Its standard input ends then; so it does when it is closed here."""
    run = manager.store.open(manager.submit("toy/scalar", LONG))
    begun(run)
    child = process_of(run)
    thread = manager._jobs[run.id].thread
    assert thread is not None
    forward: Any = manager._jobs[run.id].control._forward
    forward.args[0].close()
    child.wait(30)
    status = run.status()
    assert (status.state, status.step) == ("interrupted", status.saved_step)


def test_a_request_before_the_process_has_begun_is_passed_on(manager: Manager) -> None:
    run = manager.store.open(manager.submit("toy/scalar", LONG))
    manager.command(run.id, "stop")
    wait_until(lambda: run.status().state == "stopped", 120)


def test_each_process_gets_the_gpu_with_the_fewest_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0,1")
    pool = GpuPool()
    with pool.one() as first, pool.one() as second, pool.one() as third:
        assert [first, second, third] == [{VARIABLE: "0"}, {VARIABLE: "1"}, {VARIABLE: "0"}]
    with pool.one() as again:
        assert again == {VARIABLE: "0"}


def test_a_process_on_the_cpu_takes_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0,1")
    pool = GpuPool()
    with pool.one(needed=False) as none, pool.one() as first:
        assert (none, first) == ({}, {VARIABLE: "0"})


def test_a_run_whose_process_died_is_not_queued_again(tmp_path: Path) -> None:
    run = RunStore(tmp_path / "runs").create("toy/scalar", SHORT, in_queue=True)
    assert run.status().queued
    _write_death(run, -9)
    status = run.status()
    assert (status.state, status.queued) == ("interrupted", "")
    assert "was killed (SIGKILL)" in status.message


@pytest.mark.parametrize("names", [[], ["0"]])
def test_one_gpu_or_none_is_left_to_tensorflow(
    names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ",".join(names))
    with GpuPool().one() as environment:
        assert environment == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [("2,3", ["2", "3"]), ("", []), ("-1", []), ("GPU-1a, GPU-2b", ["GPU-1a", "GPU-2b"])],
)
def test_only_the_gpus_that_the_user_allows(
    given: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, given)
    assert visible_gpus() == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("2,3", [{VARIABLE: "2"}, {VARIABLE: "3"}, {VARIABLE: "2"}]), ("2", [{}] * 3), ("", [{}] * 3)],
)
def test_several_processes_share_out_the_gpus(
    given: str, expected: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, given)
    assert shared_out(3) == expected
