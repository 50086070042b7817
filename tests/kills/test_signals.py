"""Ctrl-C and SIGTERM: the first saves what there is; a second one, meanwhile, acts as usual."""

import signal
from pathlib import Path

import pytest

from ganlib.runs import Run
from tests.kills.kill_compare import differences
from tests.kills.kill_processes import Child
from tests.kills.killed_run import KilledRun, readable

# Too short to be saved by time: there is no checkpoint but those that the signals have made.
ARGUMENTS = [
    "toy/scalar",
    *("--set", "generator_layers=1", "--set", "generator_units=8", "--set", "batch_size=16"),
    *("--set", "steps=400", "--set", "sample_every=5", "--set", "gradient_penalty=none"),
    *("--set", "milestones=0"),
]
# In each process.
MIDDLE = {"event Samples": 3}


class Signalled(KilledRun):
    """A run whose processes are sent signals."""

    def first_signal(self, number: int) -> int:
        """One more process, which gets one signal in the middle; its exit code."""
        child = self.begin(points=MIDDLE, hold=True)
        interrupt(child, number)
        while child.mark(60):
            pass
        return child.wait()

    def second_signal(self, number: int) -> int:
        """One more, which gets a second signal while it saves; its exit code."""
        child = self.begin(points={**MIDDLE, "fsync checkpoints": 1}, hold=True)
        interrupt(child, number)
        saving = child.pass_by("fsync checkpoints")
        assert saving and saving.reached
        child.send(number)
        return child.wait()


def interrupt(child: Child, number: int) -> None:
    """Sends a signal in the middle."""
    middle = child.pass_by("event Samples", reached=True)
    assert middle
    child.send(number)
    child.release()


@pytest.mark.slow
def test_the_first_signal_saves_and_the_second_acts_as_usual(
    children: Path, tmp_path: Path
) -> None:
    whole = KilledRun(children, ARGUMENTS, tmp_path / "whole")
    assert whole.go_on().code == 0
    stopped = Signalled(children, ARGUMENTS, tmp_path / "stopped")

    assert stopped.first_signal(signal.SIGINT) == 128 + signal.SIGINT
    run = the_run(stopped)
    status = run.status()
    assert status.state == "stopped"
    assert run.checkpoint_steps() == [status.step]
    assert len(run.history()) == status.step > 0

    for number, code in ((signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 128 + signal.SIGINT)):
        assert stopped.second_signal(number) == code
        assert run.status().state == "interrupted"
        # The save that it broke off has not harmed the one before.
        assert run.checkpoint_steps() == [status.step]
        assert run.latest_checkpoint().step == status.step
        assert len(run.history()) > status.step
        assert readable(run)

    assert stopped.go_on().code == 0
    found = differences(run, the_run(whole))
    # Where it stopped there are samples and a checkpoint that the other one has not.
    assert [one for one in found if not one.startswith("files: ")] == []


def the_run(killed: KilledRun) -> Run:
    run = killed.run()
    assert run is not None
    return run
