"""Training is killed where it hurts most and gone on with: as if nothing had happened.

The short form of tests/bench/kills.py, which kills every recipe, at random moments.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ganlib.runs import Run
from tests.kills.kill_cases import Case, cases
from tests.kills.kill_compare import differences
from tests.kills.kill_processes import Moment
from tests.kills.killed_run import KilledRun, readable, temporaries

# Dropout and batch normalisation: their state decides the future, too.
DROPOUT = "mnist/dcgan"
TOY = "toy/scalar, plateau, average, rmsprop"

MOMENTS = {
    TOY: [
        # Half of it is written.
        Moment("checkpoint", {"write checkpoints": 100}, hold=True),
        # The first steps are made, and nobody has heard of them.
        Moment("resume", {"event Metrics": 1}, hold=True),
        # In its place, with one too many beside it.
        Moment("checkpoint", {"remove checkpoints": 1}, hold=True),
        # What lies behind the checkpoint is about to be made anew.
        Moment("resume", {"remove samples": 1, "event Metrics": 1}, hold=True),
        Moment("samples", {"open samples": 2}, hold=True),
    ],
    DROPOUT: [
        # All written, and not in its place.
        Moment("checkpoint", {"rename checkpoints": 2}, hold=True),
        Moment("scoring", {"event Finished": 1}, hold=True),
    ],
}

Whole = Callable[[str], Run]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def whole(children: Path, folder: Path) -> Whole:
    """The run of a case that nobody has disturbed."""

    @cache
    def make(name: str) -> Run:
        undisturbed = begun(children, cases()[name], folder, "whole")
        assert undisturbed.go_on().code == 0
        return the_run(undisturbed)

    return make


def begun(children: Path, case: Case, folder: Path, which: str) -> KilledRun:
    place = folder / which / case.name.replace("/", "-")
    return KilledRun(children, case.arguments(folder), place, case.job)


def the_run(killed: KilledRun) -> Run:
    run = killed.run()
    assert run is not None
    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", MOMENTS)
def test_a_run_that_was_killed_is_the_run_it_would_have_been(
    name: str, children: Path, folder: Path, whole: Whole
) -> None:
    killed = begun(children, cases()[name], folder, "killed")
    for moment in MOMENTS[name]:
        session = killed.go_on(moment)
        assert session.killed, moment
        assert session.marks[-1].reached, moment
        run = the_run(killed)
        assert run.status().state == "interrupted"
        assert readable(run), moment
        begun_writing = next(iter(moment.points)) in ("write checkpoints", "rename checkpoints")
        assert bool(temporaries(run.path / "checkpoints")) == begun_writing, moment
    assert killed.go_on().code == 0
    assert differences(the_run(killed), whole(name)) == []
    assert temporaries(the_run(killed).path) == []
