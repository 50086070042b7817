"""Processes that train, and that are killed at a moment."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.kills.kill_child import Job
from tests.support import ROOT
from tests.support.server import environment

# A process that says nothing for so long hangs.
_PATIENCE_S = 300.0


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
    """A process that waits for a job; see `kill_child`.

    Args:
        folder: for its runs, cache and log.
    """

    def __init__(self, folder: Path):
        self._log = folder / "children.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.kills.kill_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                # TensorFlow leaves files in the folder for temporary ones when it is killed.
                env={**environment(folder), "TF_CPP_MIN_LOG_LEVEL": "2", "TMPDIR": str(folder)},
            )
        assert self._process.stdin and self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._rest = b""
        self._lines: deque[bytes] = deque()

    def begin(self, job: dict[str, Any]) -> None:
        """Gives it its job, as soon as it has imported all it needs.

        Args:
            job: of a `Job`, all but the log.
        """
        ready = self.mark(_PATIENCE_S)
        if ready is None or ready.point != "ready":
            raise AssertionError(f"a process did not start: {self.log()}")
        self._say(json.dumps(asdict(Job(**job, log=str(self._log)))))

    def mark(self, timeout_s: float) -> Mark | None:
        """The next point that it passes; None where it has ended.

        Raises:
            TimeoutError: it has passed none in that time.
        """
        until = time.monotonic() + timeout_s
        while not self._lines:
            if not self._selector.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            content = os.read(self._stdout.fileno(), 65_536)
            if not content:
                return None
            *lines, self._rest = (self._rest + content).split(b"\n")
            self._lines.extend(lines)
        return Mark(**json.loads(self._lines.popleft()))

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
        self._process.send_signal(number)

    def release(self) -> None:
        """It need not wait any longer at the point that it holds at."""
        self._say("")

    def _say(self, line: str) -> None:
        self._stdin.write(line.encode() + b"\n")
        self._stdin.flush()

    def end(self) -> int:
        """Kills it, unless it has ended; its exit code."""
        self._process.kill()
        code = self._process.wait()
        for stream in (self._stdin, self._stdout):
            stream.close()
        self._selector.close()
        return code

    def wait(self) -> int:
        """Its exit code, once it has ended by itself."""
        try:
            return self._process.wait(_PATIENCE_S)
        finally:
            self.end()

    def log(self) -> str:
        """What all children have printed, the end of it."""
        return self._log.read_text("utf-8", "replace")[-3_000:]


class Pool:
    """Children that import TensorFlow ahead, while another one trains.

    Args:
        folder: for all of them.
        spare: how many wait.
    """

    def __init__(self, folder: Path, spare: int = 2):
        self.folder = folder
        self._waiting = deque(Child(folder) for _ in range(spare))

    def take(self) -> Child:
        """One that nobody has used."""
        self._waiting.append(Child(self.folder))
        return self._waiting.popleft()

    def close(self) -> None:
        for child in self._waiting:
            child.end()
        self._waiting.clear()


@contextmanager
def pool(folder: Path, spare: int = 2) -> Iterator[Pool]:
    """Children until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Pool(folder, spare)
    try:
        yield made
    finally:
        made.close()


def session(child: Child, job: dict[str, Any], moment: Moment | None = None) -> Session:
    """Has a child do its job, and kills it at a moment.

    Args:
        child: the process.
        job: see `Child.begin`.
        moment: when; None: it is left alone. It may also end before.
    """
    points = dict(moment.points) if moment else {}
    child.begin({**job, "points": points, "hold": bool(moment and moment.hold)})
    began = time.monotonic()
    due = began + moment.delay_s if moment and not points else None
    marks: list[Mark] = []
    try:
        while True:
            wait_s = _PATIENCE_S if due is None else max(0.0, due - time.monotonic())
            try:
                mark = child.mark(wait_s)
            except TimeoutError:
                if due is None:
                    raise AssertionError(f"a process hangs: {child.log()}") from None
                break
            if mark is None:
                return Session(child.wait(), tuple(marks), time.monotonic() - began)
            marks.append(mark)
            if mark.reached and moment:
                due = time.monotonic() + moment.delay_s
    finally:
        code = child.end()
    return Session(code, tuple(marks), time.monotonic() - began)
