"""Forks from the command line, of real networks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganlib.runs import RunStore
from tests.support.processes import Said

Command = Callable[..., Said]

SMALL = ("--set", "generator_layers=1", "--set", "generator_units=8", "--set", "batch_size=16")
TRAIN = ("train", "toy/scalar", *SMALL, "--set", "milestones=2", "--set", "sample_every=10")


@pytest.fixture
def whole(command: Command) -> dict:
    """A run of 40 steps with a milestone at step 20."""
    said = command(*TRAIN, "--steps", "40", "--json")
    assert said.code == 0
    return said.json


def test_a_fork_with_equal_settings_has_equal_weights(
    command: Command, runs: Path, whole: dict
) -> None:
    said = command("fork", whole["run_id"], "--step", "20", "--json")
    fork = said.json
    assert (said.code, fork["status"], fork["step"]) == (0, "finished", 40)
    assert fork["run_id"] != whole["run_id"]
    assert fork["weights_sha256"] == whole["weights_sha256"]
    assert fork["metrics"] == whole["metrics"]
    store = RunStore(runs)
    first, second = (store.open(found["run_id"]) for found in (whole, fork))
    np.testing.assert_array_equal(first.history().values[2:], second.history().values[2:])
    assert first.sample_steps() == second.sample_steps() == [0, 10, 20, 30, 40]


def test_changed_settings_take_effect_at_the_fork(
    command: Command, runs: Path, whole: dict
) -> None:
    more = ("--set", "generator_learning_rate=0.01", "--set", "loss=hinge", "--steps", "60")
    said = command("fork", whole["run_id"], "--step", "20", *more, "--json")
    assert (said.code, said.json["step"]) == (0, 60)
    assert f"Forked from {whole['run_id']} at step 20; trains to step 60." in said.err
    store = RunStore(runs)
    before, after = (store.open(found["run_id"]) for found in (whole, said.json))
    np.testing.assert_array_equal(before.history().values[2:, :20], after.history().values[2:, :20])
    assert (
        before.history()["generator_loss"][20:] != after.history()["generator_loss"][20:40]
    ).all()
    assert (after.config.loss, after.config.batch_size) == ("hinge", 16)


REFUSED = [
    (("--step", "7"), "at the steps of its checkpoints: 20, 40. Received: 7."),
    (("--step", "9" * 40), f"--step takes the step of a checkpoint. Received: '{'9' * 40}'."),
    (("--step", "20", "--steps", "20"), "steps must be above 20, where the fork begins."),
    (("--set", "generator_units=16"), "generator_units must stay 8. Received: 16."),
    (("--set", "seed=x"), "seed must be a whole number from 0 to 2,147,483,647."),
]


def test_invalid_forks_are_refused_in_one_line(command: Command, runs: Path, whole: dict) -> None:
    for arguments, sentence in REFUSED:
        given = arguments if "--step" in arguments else ("--step", "20", *arguments)
        said = command("fork", whole["run_id"], *given, "--json")
        assert (said.code, said.out) == (2, "")
        assert sentence in said.err and said.err.count("\n") == 1
    assert len(RunStore(runs).list()) == 1
