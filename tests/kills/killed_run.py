"""A run that is killed and gone on with, and what is left of it each time."""

from pathlib import Path
from typing import Any

from ganlib.errors import RunError
from ganlib.runs import Run, RunStore
from tests.kills.kill_child import Job
from tests.kills.kill_processes import Child, Moment, Session, session


class KilledRun:
    """A run that is begun, killed and gone on with, each time in a new process.

    Args:
        children: folder for the files of the processes.
        arguments: what follows `python -m ganlib train`.
        folder: of runs; nobody else's.
        job: more of the `Job`: what to ask for, what to forget.
    """

    def __init__(
        self, children: Path, arguments: list[str], folder: Path, job: dict[str, Any] | None = None
    ):
        self._children = children
        self._arguments = arguments
        self._store = RunStore(folder)
        self._job = job or {}

    def run(self) -> Run | None:
        """The run; None where no process has come so far as to make it."""
        ids = [row.id for row in self._store.list() if not row.damage]
        if len(ids) > 1:
            raise AssertionError(f"{len(ids)} runs were made, and 1 was begun.")
        return self._store.open(ids[0]) if ids else None

    @property
    def finished(self) -> bool:
        run = self.run()
        return run is not None and run.status().state == "finished"

    def go_on(self, moment: Moment | None = None) -> Session:
        """One more process.

        Raises:
            AssertionError: it has ended by itself, and not as it should.
        """
        points = dict(moment.points) if moment else {}
        child = self.begin(points=points, hold=bool(moment and moment.hold))
        found = session(child, moment)
        if found.code not in (0, -9):
            raise AssertionError(f"a process ended with {found.code}: {child.log()}")
        return found

    def begin(self, **more: Any) -> Child:
        """One more process, to be watched and ended by the caller.

        Args:
            more: of the `Job`: the points to look out for.
        """
        run = self.run()
        command = ["resume", run.id] if run else ["train", *self._arguments]
        argv = [*command, "--runs", str(self._store.root), "--json"]
        log = str(self._children / "children.log")
        return Child(self._children, Job(argv, log, **{**self._job, **more}))


def temporaries(folder: Path) -> list[str]:
    """Files under a folder that were begun and not finished."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(".*.tmp"))


def readable(run: Run) -> bool:
    """Whether all that a killed process left can be read, each checkpoint for itself."""
    try:
        run.status(), run.history(), run.scores(), run.changes()
        for step in run.checkpoint_steps():
            run.checkpoint(step)
        for step in run.sample_steps():
            run.samples(step)
    except RunError:
        return False
    return not run.record().gaps
