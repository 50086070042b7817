"""A training process that can be killed at a point that is known.

It carries out the command line of a `Job` like `python -m ganlib`, and sends a message at every
point it passes, before what the point names is done: (point, seconds since the job came, whether
the point is one that was asked for).

Points are the trainer's events ("event Metrics"), its phases ("phase scoring the generator"), and
what the run's files are made with: "append journal.jsonl" comes before each line; "open", "fsync",
"rename" and "remove" with the folder "samples" or "checkpoints", or else the file; "sync
checkpoints" is the folder's own, and "write checkpoints" comes before each array in a file.
"""

import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{8}\.tmp")
_FOLDERS = ("samples", "checkpoints")


@dataclass(frozen=True)
class Job:
    """What a child is to do.

    Args:
        argv: what follows `python -m ganlib`.
        log: file for what it prints.
        points: the points that are asked for, each with how often it is to come by; the first
            of them counts.
        hold: whether to wait there, and at each of them, to be killed or for a message.
        asks: wishes by the step after which they are asked for, unless the run has them already:
            {"12": {"knobs": {...}, "learns": ""}}.
        evaluates: samples that the final scores are made from; 0: as many as the recipe says.
    """

    argv: list[str]
    log: str
    points: Mapping[str, int] = field(default_factory=dict)
    hold: bool = False
    asks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    evaluates: int = 0


class Watch:
    """Tells of every point that is passed, and waits at the one that is asked for.

    Args:
        channel: where the messages go.
        job: names the points.
    """

    def __init__(self, channel: Connection, job: Job):
        self._channel = channel
        self._job = job
        self._passed: Counter[str] = Counter()
        self._opened = ""
        self._began = time.monotonic()

    def at(self, point: str) -> None:
        """The process is about to do what the point names."""
        self._passed[point] += 1
        reached = self._passed[point] == self._job.points.get(point)
        self._channel.send((point, time.monotonic() - self._began, reached))
        if reached and self._job.hold:
            self._channel.recv()

    def files(self) -> None:
        """Tells of files from now on."""
        from ganlib.runs import durable

        fsync, write_array = os.fsync, np.lib.format.write_array
        append = durable.AppendOnlyFile.append_line

        def told_fsync(descriptor: int) -> None:
            path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
            self.at(f"sync {path.name}" if path.is_dir() else f"fsync {_what(path)}")
            fsync(descriptor)

        def told_write_array(*arguments: Any, **options: Any) -> None:
            self.at(f"write {self._opened}")
            write_array(*arguments, **options)

        def told_append(itself: Any, line: bytes) -> None:
            self.at("append journal.jsonl")
            append(itself, line)

        os.fsync, np.lib.format.write_array = told_fsync, told_write_array
        durable.AppendOnlyFile.append_line = told_append  # type: ignore[method-assign]
        sys.addaudithook(self._heard)

    def events(self, trainer: Any) -> None:
        """Tells of the events of such trainers from now on."""
        events = trainer.events

        def told_events(itself: Any) -> Iterator[Any]:
            for event in events(itself):
                kind = type(event).__name__
                self.at(f"phase {event.text}" if kind == "Phase" else f"event {kind}")
                yield event

        trainer.events = told_events

    def _heard(self, happening: str, arguments: tuple[Any, ...]) -> None:
        if happening == "open" and str(arguments[0]).endswith(".tmp"):
            self._opened = _what(Path(arguments[0]))
            self.at(f"open {self._opened}")
        elif happening == "os.rename" and str(arguments[0]).endswith(".tmp"):
            self.at(f"rename {_what(Path(arguments[1]))}")
        elif happening == "os.remove" and (path := Path(arguments[0])).parent.name in _FOLDERS:
            self.at(f"remove {path.parent.name}")


def _what(path: Path) -> str:
    """The folder of files of which there are many, the name of others."""
    if path.parent.name in _FOLDERS:
        return path.parent.name
    temporary = _TEMPORARY.fullmatch(path.name)
    return temporary[1] if temporary else path.name


def _ask(commands: Any, asks: Mapping[str, Mapping[str, Any]]) -> None:
    """Has the command line ask for changes, as a page would."""
    from ganlib.runs.control import ControlRequest

    execute = commands.execute

    def asking(run: Any, make_trainer: Any, control: Any, on_event: Any, **options: Any) -> Any:
        def on(event: Any) -> None:
            on_event(event)
            step = getattr(event, "last_step", None)
            if str(step) in asks and all(change.step != step for change in run.changes()):
                control.send(ControlRequest(**asks[str(step)]))

        return execute(run, make_trainer, control, on, **options)

    commands.execute = asking


def run_job(channel: Connection, variables: dict[str, str], job: Job) -> None:
    """Does a job, and exits with the code of its command.

    Args:
        channel: where the messages go.
        variables: the environment.
        job: the job.
    """
    from ganlib import recipes
    from ganlib.cli import commands, main
    from ganlib.training import Trainer

    # As in a terminal: who was started in the background ignores Ctrl-C, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(variables)
    log = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    watch = Watch(channel, job)
    watch.events(Trainer)
    if job.asks:
        _ask(commands, job.asks)
    if job.evaluates:
        for recipe in recipes.all_recipes().values():
            type(recipe).evaluation_count = job.evaluates
    watch.files()
    sys.exit(main(job.argv))
