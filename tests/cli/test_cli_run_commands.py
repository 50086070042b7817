"""Commands on runs that exist: list, show, control, label, sample, compare, delete."""

import subprocess
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganlib.cli import run_commands
from ganlib.errors import RunError
from ganlib.runs import Run, RunStore
from ganlib.runs.status import Status
from tests.cli.test_cli_runs import SMALL, the_run, train
from tests.support import stored_runs
from tests.support.processes import Said, started, wait_until

Command = Callable[..., Said]


@pytest.fixture
def store(runs: Path) -> RunStore:
    return RunStore(runs)


@pytest.fixture
def live(runs: Path) -> Iterator[Run]:
    """A run that another process trains."""
    argv = ("toy/scalar", *SMALL, "--steps", "10000000", "--runs", str(runs))
    with started("-m", "ganlib", "train", *argv, "--set", "sample_every=50") as process:
        wait_until(lambda: runs.exists() and any(row.status for row in RunStore(runs).list()))
        run = the_run(runs)
        wait_until(lambda: run.status().step > 0)
        yield run
        process.kill()


def test_a_run_of_another_process_is_controlled(command: Command, live: Run) -> None:
    start = live.id[:18]
    [row] = command("runs", "--json").json
    assert (row["run_id"], row["recipe"], row["state"]) == (live.id, "toy/scalar", "running")
    assert row["steps"] == 10_000_000 > row["step"] > 0

    assert command("pause", start).code == 0
    step = live.status().step
    assert live.status().state == "paused"
    name = live.label().name
    said = command("resume", name.lower())
    assert (said.code, live.status().state) == (0, "running")
    wait_until(lambda: live.status().step > step)

    assert command("checkpoint", name).code == 0
    assert live.checkpoint_steps()[-1] > step
    assert "stop it before you delete it" in command("delete", start).err
    assert command("rename", start, "Live <one>").code == 0
    assert command("stop", "live").code == 0
    assert live.status().state == "stopped"
    assert live.checkpoint_steps()[-1] == live.status().step
    said = command("pause", start)
    assert said.code == 2
    assert said.err == f"Run {live.id} is stopped; no process trains it.\n"


def test_a_run_that_ends_without_a_checkpoint_has_none(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored_runs.create(store)
    monkeypatch.setattr(run_commands, "send", lambda run, word: None)
    monkeypatch.setattr(
        run_commands, "wait_for_answer", lambda run, word, step: Status("failed", 100)
    )
    with pytest.raises(RunError, match=f"^Run {run.id} is failed and has no checkpoint\\.$"):
        run_commands.checkpoint(Namespace(runs=store.root, run=run.id))


def test_lists_are_sorted_filtered_and_cut(command: Command, store: RunStore) -> None:
    ids = [stored_runs.finished(store, name).id for name in ("toy/scalar", "mnist/dcgan")]
    store.rename(ids[0], "zebra")
    store.annotate(ids[0], "with stripes")
    store.tag(ids[1], ["keep"])
    keys = ["run_id", "name", "recipe", "state", "step", "steps", "scores"]

    def listed(*options: str) -> list[str]:
        rows = command("runs", *options, "--json").json
        assert all(list(row) == keys for row in rows)
        return [row["run_id"] for row in rows]

    assert set(listed()) == set(ids)
    assert listed("--sort", "name") == [ids[1], ids[0]]
    assert listed("--sort", "recipe") == [ids[1], ids[0]]
    assert listed("--recipe", "toy/scalar") == listed("--search", "STRIPES zebra") == [ids[0]]
    assert listed("--tag", "keep") == [ids[1]]
    assert listed("--state", "failed") == []
    assert len(listed("--limit", "1")) == 1
    table = command("runs").out.splitlines()
    assert table[0].split() == ["RUN", "NAME", "RECIPE", "STATE", "STEP", "QUALITY"]
    assert any("zebra" in line and "20 of 20" in line for line in table)


def test_what_a_run_is_and_did(command: Command, store: RunStore) -> None:
    run = stored_runs.failed(store)
    store.annotate(run.id, "two\nlines")
    shown = command("show", run.id, "--json").json
    assert (shown["run_id"], shown["state"], shown["step"]) == (run.id, "failed", 20)
    assert shown["note"] == "two\nlines"
    assert shown["settings"] == dict(run.values)
    text = command("show", run.id).out
    assert "two\\nlines" in text and "set batch size" not in text and "set batch_size" in text
    log = command("logs", run.id, "--follow").out
    assert "step 20: samples, w1_over_sigma" in log
    assert "step 20: ended: Training diverged" in log
    assert "DivergedError" in log


def test_labels_are_changed(command: Command, store: RunStore) -> None:
    run = stored_runs.finished(store)
    assert command("rename", run.id, "A name").code == 0
    assert command("note", "a name", "What it is").code == 0
    label = store.open(run.id).label()
    assert (label.name, label.note) == ("A name", "What it is")
    assert command("rename", run.id, " ").code == 2


def test_runs_are_deleted_all_or_none(command: Command, store: RunStore) -> None:
    ids = [stored_runs.finished(store).id for _ in range(2)]
    assert command("delete", ids[0], "nothing").code == 2
    assert {row.id for row in store.list()} == set(ids)
    assert command("delete", *ids).code == 0
    assert store.list() == []


def test_samples_are_written(command: Command, tmp_path: Path) -> None:
    run_id = train(command)["run_id"]
    for name in ("a.csv", "b.csv", "c.npy"):
        said = command("sample", run_id, "--to", str(tmp_path / name), "--count", "7")
        assert said.code == 0, said.err
    first, again = (np.loadtxt(tmp_path / name) for name in ("a.csv", "b.csv"))
    assert first.shape == (7,)
    assert (first == again).all()
    np.testing.assert_allclose(np.load(tmp_path / "c.npy").ravel(), first, rtol=1e-8)
    command("sample", run_id, "--to", str(tmp_path / "d.csv"), "--count", "7", "--seed", "2")
    assert (np.loadtxt(tmp_path / "d.csv") != first).any()
    for wrong in ("a.png", "a", "no/a.csv"):
        said = command("sample", run_id, "--to", str(tmp_path / wrong))
        assert said.code == 2
        assert "--to must be a file in a folder that exists, ending in .csv or .npy" in said.err


@pytest.mark.slow
def test_images_are_written(command: Command, tmp_path: Path) -> None:
    run_id = command("train", "mnist/basic", "--steps", "1", "--json").json["run_id"]
    assert command("sample", run_id, "--to", str(tmp_path / "a.png"), "--count", "9").code == 0
    with Image.open(tmp_path / "a.png") as image:
        assert image.width == image.height >= 3 * 28


def test_runs_are_compared(command: Command, store: RunStore) -> None:
    first = stored_runs.finished(store)
    with stored_runs.training(store, batch_size=32) as writer:
        writer.end("stopped")
    second = stored_runs.newest(store)
    rows = command("compare", first.id, second.id, "--json").json
    assert [row["run_id"] for row in rows] == [first.id, second.id]
    assert [row["differing"]["batch_size"] for row in rows] == [
        first.values["batch_size"],
        32,
    ]
    assert rows[0]["quality"]["best"] == pytest.approx(1 / 21)
    text = command("compare", first.id, second.id).out
    assert "batch_size" in text.splitlines()[0]
    assert "are about equally good" in text
    said = command("compare", first.id, first.id)
    assert said.err == "compare takes at least two different runs.\n"


def test_names_and_beginnings(command: Command, store: RunStore) -> None:
    ids = [stored_runs.finished(store).id for _ in range(2)]
    store.rename(ids[0], "Fast")
    store.rename(ids[1], "Faster")
    assert command("show", "fast", "--json").json["run_id"] == ids[0]
    assert command("show", "FASTE", "--json").json["run_id"] == ids[1]
    said = command("show", "fas")
    assert said.code == 2
    assert said.err.startswith("'fas' matches 2 runs, such as ")
    said = command("show", "slow")
    assert said.code == 2
    assert said.err.startswith(f"There is no run 'slow' in {store.root}. The newest there: ")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_shells_complete_commands(command: Command, shell: str) -> None:
    said = command("completion", shell)
    assert said.code == 0
    assert "checkpoint" in said.out and "--follow" in said.out


def test_bash_takes_the_script(command: Command) -> None:
    script = command("completion", "bash").out
    asked = ["bash", "-c", f"{script}\ncomplete -p ganlib"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("complete ") and said.stdout.endswith(" ganlib\n")
