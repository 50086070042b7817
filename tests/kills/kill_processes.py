"""Processes that train, and that are killed at a moment."""

import multiprocessing
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.kills.kill_child import Job, run_job
from tests.support.server import environment

# A process that says nothing for so long hangs.
_PATIENCE_S = 300.0
# Importing TensorFlow takes longest, so all processes are forked from one that has imported it.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.kills.kill_preload"])


@dataclass(frozen=True)
class Mark:
    """A point that a process has passed; see `kill_child`.

    Args:
        point: its name.
        s: seconds since the process got its job.
        reached: whether it is the one that was asked for.
    """

    point: str
    s: float
    reached: bool


@dataclass(frozen=True)
class Moment:
    """When a process is killed.

    Args:
        kind: what is to be hit, for the table.
        points: the first of these to be passed so often is it; none: the time decides.
        hold: the process waits at the point until it is dead.
        delay_s: between the point, or the job's begin, and the kill.
    """

    kind: str
    points: Mapping[str, int] = field(default_factory=dict)
    hold: bool = False
    delay_s: float = 0.0


@dataclass(frozen=True)
class Session:
    """What became of one process.

    Args:
        code: its exit code; negative: the signal that ended it.
        marks: the points it has passed, in order.
        seconds: from its job to its end.
    """

    code: int
    marks: tuple[Mark, ...]
    seconds: float

    @property
    def killed(self) -> bool:
        return self.code < 0


class Child:
    """A process that does a job; see `kill_child`.

    Args:
        folder: for its cache and its temporary files.
        job: what it does.
    """

    def __init__(self, folder: Path, job: Job):
        self._log = Path(job.log)
        self._channel, theirs = _CONTEXT.Pipe()
        # TensorFlow leaves files in the folder for temporary ones when it is killed.
        variables = {**environment(folder), "TMPDIR": str(folder)}
        self._process = _CONTEXT.Process(target=run_job, args=(theirs, variables, job), daemon=True)
        self._process.start()
        theirs.close()

    def mark(self, timeout_s: float) -> Mark | None:
        """The next point that it passes; None where it has ended.

        Raises:
            TimeoutError: it has passed none in that time.
        """
        if not self._channel.poll(timeout_s):
            raise TimeoutError
        try:
            return Mark(*self._channel.recv())
        except (EOFError, OSError):
            return None

    def pass_by(self, point: str, *, reached: bool = False) -> Mark | None:
        """Waits until it passes a point; None where it has ended before.

        Args:
            point: its name.
            reached: not before it is the one that was asked for.
        """
        while mark := self.mark(_PATIENCE_S):
            if mark.point == point and mark.reached >= reached:
                break
        return mark

    def send(self, number: int) -> None:
        """Sends it a signal."""
        if self._process.pid is not None:
            os.kill(self._process.pid, number)

    def release(self) -> None:
        """It need not wait any longer at the point that it holds at."""
        self._channel.send(None)

    def end(self) -> int:
        """Kills it, unless it has ended; its exit code."""
        self._process.kill()
        return self.wait()

    def wait(self) -> int:
        """Its exit code, once it has ended by itself."""
        self._process.join(_PATIENCE_S)
        code = self._process.exitcode
        if code is None:
            raise AssertionError(f"a process hangs: {self.log()}")
        self._channel.close()
        return code

    def log(self) -> str:
        """What all children have printed, the end of it."""
        return self._log.read_text("utf-8", "replace")[-3_000:]


def session(child: Child, moment: Moment | None = None) -> Session:
    """Waits until a child has done its job, or kills it at a moment.

    Args:
        child: the process.
        moment: when; None: it is left alone. It may also end before.
    """
    began = time.monotonic()
    due = began + moment.delay_s if moment and not moment.points else None
    marks: list[Mark] = []
    while True:
        wait_s = _PATIENCE_S if due is None else max(0.0, due - time.monotonic())
        try:
            mark = child.mark(wait_s)
        except TimeoutError:
            code = child.end()
            if due is None:
                raise AssertionError(f"a process hangs: {child.log()}") from None
            break
        if mark is None:
            code = child.wait()
            break
        marks.append(mark)
        if mark.reached and moment:
            due = time.monotonic() + moment.delay_s
    return Session(code, tuple(marks), time.monotonic() - began)
