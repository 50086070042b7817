"""Several seeds from the command line: the report of the group, failures and signals."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganlib import recipes
from ganlib.data.base import Data
from ganlib.recipes.toy_scalar import ScalarConfig, ToyScalar
from ganlib.runs import Run, RunStore
from tests.support.processes import Said

Command = Callable[..., Said]

SMALL = ("--set", "generator_layers=1", "--set", "generator_units=8", "--set", "batch_size=16")
KEYS = (
    "group",
    "recipe",
    "seeds",
    "score",
    "scored",
    "mean",
    "standard_deviation",
    "standard_error",
    "worst",
    "worst_seed",
    "runs",
)


def created(folder: Path) -> list[Run]:
    """The runs, oldest first."""
    store = RunStore(folder)
    return [store.open(row.id) for row in reversed(store.list())]


class Special(ToyScalar):
    """Fails with seed 6, and is stopped by Ctrl-C with seed 9."""

    def load(self, config: ScalarConfig) -> Data:
        if config.seed == 6:
            raise ZeroDivisionError("nothing to divide by")
        if config.seed == 9:
            os.kill(os.getpid(), signal.SIGINT)
        return super().load(config)

    def data_sentence(self, config: ScalarConfig) -> str:
        return ""


@pytest.fixture
def special(monkeypatch: pytest.MonkeyPatch) -> str:
    recipe = Special()
    monkeypatch.setattr(Special, "name", "test/special")
    monkeypatch.setitem(recipes.all_recipes(), "test/special", recipe)
    return "test/special"


def test_the_report_of_a_group(command: Command, runs: Path) -> None:
    argv = ("toy/scalar", *SMALL, "--steps", "20", "--seed", "3", "--seeds", "3")
    said = command("train", *argv, "--json")
    found = said.json
    assert (said.code, tuple(found)) == (0, KEYS)
    assert found["group"] == "One number at a time, two peaks, 3 seeds #1"
    assert (found["recipe"], found["seeds"]) == ("toy/scalar", [3, 4, 5])
    trained = created(runs)
    assert [run["run_id"] for run in found["runs"]] == [run.id for run in trained]
    assert [run["seed"] for run in found["runs"]] == [run.values["seed"] for run in trained]
    assert {run.label().group for run in trained} == {found["group"]}
    assert [run.label().name for run in trained] == [
        f"One number at a time, two peaks, seed {seed} #1" for seed in (3, 4, 5)
    ]
    # All else is equal.
    assert len({str({**run.values, "seed": 0}) for run in trained}) == 1

    # The standard error is the standard deviation, with n - 1, over the square root of n.
    last = np.array([run.scores().values["w1_over_sigma"][-1] for run in trained])
    assert [run["final_score"] for run in found["runs"]] == last.tolist()
    assert (found["score"], found["scored"]) == ("w1_over_sigma", 3)
    assert found["mean"] == pytest.approx(last.mean(), rel=1e-12)
    assert found["standard_deviation"] == pytest.approx(last.std(ddof=1), rel=1e-12)
    assert found["standard_error"] == pytest.approx(last.std(ddof=1) / np.sqrt(3), rel=1e-12)
    assert found["worst"] == last.max()
    assert found["worst_seed"] == 3 + last.argmax()

    # The runs of the group are listed alone; the text has the same numbers.
    command("train", "toy/scalar", *SMALL, "--steps", "1")
    assert len(command("runs", "--json").json) == 4
    assert len(command("runs", "--group", found["group"], "--json").json) == 3
    assert command("show", trained[0].id, "--json").json["group"] == found["group"]


def test_a_group_of_one_has_no_standard_error(command: Command, runs: Path) -> None:
    said = command("train", "toy/scalar", *SMALL, "--steps", "2", "--seeds", "1")
    [run] = created(runs)
    last = f"{run.scores().values['w1_over_sigma'][-1]:.4g}"
    head, heading, row, summary = said.out.splitlines()
    assert head == "Group One number at a time, two peaks, 1 seed #1"
    assert heading.split("  ")[-1] == "FINAL WASSERSTEIN-1"
    assert row.split() == [run.id, "0", "finished", "at", "step", "2", last]
    assert summary == (
        f"Wasserstein-1 of 1 run: mean {last}, standard error -, worst {last} (seed 0)."
    )


def test_a_run_that_fails_is_left_out_and_ctrl_c_stops_the_group(
    command: Command, runs: Path, special: str
) -> None:
    before = signal.getsignal(signal.SIGINT)
    argv = (special, *SMALL, "--steps", "2", "--seed", "6", "--seeds", "6")
    said = command("train", *argv, "--json")
    assert said.code == 128 + signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is before
    found = said.json
    assert found["seeds"] == [6, 7, 8, 9, 10, 11]
    assert [run["status"] for run in found["runs"]] == [
        "failed",
        "finished",
        "finished",
        "stopped",
    ]
    assert len(created(runs)) == 4
    finals = [run["final_score"] for run in found["runs"]]
    assert (finals[0], finals[3], found["scored"]) == (None, None, 2)
    assert found["mean"] == pytest.approx(np.mean(finals[1:3]), rel=1e-12)
    lines = said.err.splitlines()
    failed, stopped = found["runs"][0]["run_id"], found["runs"][3]["run_id"]
    assert any(line.startswith(f"Run {failed} failed. ") for line in lines)
    assert any(line.startswith(f"Run {stopped} was stopped ") for line in lines)
    assert lines[-1] == "Not started: seeds 10, 11."


def test_without_scores_and_with_a_failure_only(command: Command, runs: Path, special: str) -> None:
    said = command("train", special, *SMALL, "--steps", "2", "--seed", "6", "--seeds", "1")
    assert said.code == 1
    assert said.out.splitlines()[-1] == "Wasserstein-1 of 0 runs."


@pytest.mark.parametrize("number", ["0", "21", "-1", "two", "1.5", ""])
def test_numbers_that_are_not_allowed(command: Command, runs: Path, number: str) -> None:
    said = command("train", "toy/scalar", f"--seeds={number}")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"--seeds takes a whole number from 1 to 20. Received: '{number}'.\n"
    assert not runs.exists()


def test_a_last_seed_that_is_not_allowed(command: Command, runs: Path) -> None:
    said = command("train", "toy/scalar", "--seed", "2147483646", "--seeds", "3")
    assert said.code == 2
    assert said.err == (
        "seed must be a whole number from 0 to 2,147,483,647. Received: 2147483648.\n"
    )
    assert not runs.exists()
