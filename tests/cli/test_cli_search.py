"""Searches from the command line, with runs of toy/scalar."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ganlib.runs import RunStore
from tests.support.processes import Said, started, wait_until

Command = Callable[..., Said]

SMALL = ("--set", "generator_layers=1", "--set", "generator_units=8", "--set", "sample_every=10")
KNOBS = ("--knobs", "generator_learning_rate,batch_size=16|32")


def test_a_search_prints_the_best_run(command: Command, runs: Path) -> None:
    argv = ("search", "toy/scalar", *KNOBS, *SMALL, "--steps", "20", "--study", "s")
    found = command(*argv, "--trials", "2", "--json").json
    assert tuple(found) == ("study", "objective", "direction", "best", "trials")
    assert (found["study"], found["objective"]) == ("s", "w1_over_sigma")
    assert found["direction"] == "minimize"
    assert found["trials"] == {"finished": 2, "pruned": 0, "failed": 0}
    assert tuple(found["best"]) == ("value", "knobs", "run_id")
    run = RunStore(runs).open(found["best"]["run_id"])
    assert {name: run.values[name] for name in found["best"]["knobs"]} == found["best"]["knobs"]
    scores = run.scores().values["w1_over_sigma"]
    # Steps 10 and 20, the second half.
    assert found["best"]["value"] == pytest.approx(scores[-2:].mean())
    assert len(command("runs", "--tag", "s", "--json").json) == 2

    # The study has its settings and its number of trials.
    again = command("search", "toy/scalar", "--study", "s", "--json")
    assert (again.code, again.json) == (0, found)
    said = command("search", "toy/scalar", "--study", "s")
    assert said.out.startswith("Study s: 2 finished, 0 pruned, 0 failed.\nBest trials:\nTRIAL")
    assert said.err == "2 of 2 trials, best w1_over_sigma " + f"{found['best']['value']:.4g}\n"
    for other, sentence in (
        (("toy/plane",), "Study s is a search of toy/scalar. Received: toy/plane. "),
        (("toy/scalar", "--knobs", "beta_1"), "Study s exists with the knobs generator_lear"),
        (("toy/scalar", "--objective", "coverage"), "Study s exists with the objective w1_ov"),
    ):
        refused = command("search", *other, "--study", "s")
        assert (refused.code, refused.out) == (2, "") and refused.err.startswith(sentence)
    assert command("resume", found["best"]["run_id"], "--steps", "30", "--json").json["step"] == 30


@pytest.mark.slow
def test_two_objectives_in_two_processes(command: Command, runs: Path) -> None:
    argv = ("search", "toy/scalar", *KNOBS, *SMALL, "--steps", "20", "--workers", "2")
    found = command(*argv, "--trials", "4", "--objective", "coverage,time", "--json").json
    assert (found["objective"], found["direction"]) == (
        ["coverage", "time"],
        ["maximize", "minimize"],
    )
    assert found["trials"]["finished"] == len(RunStore(runs).list()) == 4
    values = [one["value"] for one in found["front"]]
    assert values == sorted(values) and len(found["best"]) == 2
    # Along the front, more coverage takes more time.
    assert [time for _, time in values] == sorted(time for _, time in values)


@pytest.mark.slow
def test_sigterm_ends_the_workers_with_checkpoints(command: Command, runs: Path) -> None:
    argv = ("search", "toy/scalar", *KNOBS, *SMALL, "--study", "s", "--trials", "2")
    with started("-m", "ganlib", *argv, "--workers", "2", "--steps", "2000") as process:

        def training() -> bool:
            rows = RunStore(runs).list() if runs.exists() else []
            return len(rows) == 2 and all(row.status and row.status.step for row in rows)

        wait_until(training)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM
    assert err.splitlines()[-1].startswith("Study s was stopped. To continue: python -m ganlib ")
    rows = RunStore(runs).list()
    assert {row.status.state for row in rows if row.status} == {"interrupted"}
    assert all(RunStore(runs).open(row.id).checkpoint_steps() for row in rows)
    found = command("search", "toy/scalar", "--study", "s", "--json").json
    assert found["trials"]["finished"] == len(RunStore(runs).list()) == 2
