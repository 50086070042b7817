"""One run as a reader sees it, in whichever process it is written."""

import json
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ganlib.errors import RunError
from ganlib.events import Arrays, Change, Checkpoint
from ganlib.runs.blobs import read_blob
from ganlib.runs.identity import checked_run_id, utc_now
from ganlib.runs.images import encode_grid, is_images
from ganlib.runs.journal import NAME, DamagedError, JournalWriter
from ganlib.runs.lock import RunLock
from ganlib.runs.regular import open_regular
from ganlib.runs.status import Status
from ganlib.runs.view import (
    HEADED,
    History,
    Parent,
    Record,
    Scores,
    read_header,
    read_status,
    view_of,
)

__all__ = ["Kind", "Label", "Parent", "Run"]

Kind = Literal["fixed", "fresh"]

_LOST = "The process that ran it ended without a word."
_LOST_QUEUE = "The process that had it in its queue ended before its turn."
# Two threads that ask at once whether a run has an owner would take each other for that owner.
_asking = threading.Lock()


@dataclass(frozen=True)
class Label:
    """What the user may change about a run; shown as text, never as markup.

    Args:
        name: a short name.
        note: free text.
    """

    name: str
    note: str = ""


class Run:
    """One run, read from its folder. Cheap to make; any number may read the same run.

    Args:
        folder: the run's folder, whose name is its id.

    Attributes:
        id: the run's id.
        path: its folder.
        recipe: the recipe's name.
        config: every knob by name, as the run was made. A resume may have raised the
            total of steps; that one is in the status.
        created: when it was made, ISO UTC.
        parent: what it was forked from; None where it began by itself.
        lock: held by the `Run` that its owner has, and by no other.

    Raises:
        RunError: there is no such run, or it cannot be read.
    """

    def __init__(self, folder: Path):
        self.id = checked_run_id(folder.name)
        self.path = folder
        self._check_exists()
        header = read_header(folder)
        self.recipe = header.recipe
        self.config = header.config
        self.created = header.created
        self.parent = header.parent
        self.header = header
        self.lock = RunLock(folder)
        self._view = view_of(folder)

    def record(self) -> Record:
        """Everything that the journal says now; each call reads only what is new.

        Raises:
            RunError: the run is gone, or its journal cannot be read.
        """
        return self._view.refresh()

    def status(self) -> Status:
        """Where the run stands. One that nobody owns any more counts as interrupted.

        Raises:
            RunError: the run is gone, or its journal cannot be read.
        """
        status = self._written_status()
        if not status.active or self._is_owned():
            return status
        # Its owner may have ended it between our look and the lock.
        status = self._written_status()
        if not status.active:
            return status
        lost = _LOST_QUEUE if status.state == "queued" else _LOST
        ended = status.heartbeat
        return replace(status, state="interrupted", phase="", message=lost, ended=ended)

    def label(self) -> Label:
        """Name and note; the id stands in for a name that cannot be read."""
        try:
            with open_regular(self.path / "label.json") as file:
                body = json.loads(file.read())
            return Label(str(body["name"]), str(body.get("note", "")))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Label(self.id)

    def history(self) -> History:
        """Every step's figures; see `record`."""
        return self.record().history

    def scores(self) -> Scores:
        """The scores of the samples, step by step; see `record`."""
        return self.record().scores

    def changes(self) -> tuple[Change, ...]:
        """What was changed in the middle of the run, in order; see `record`."""
        return self.record().changes

    def damage(self) -> list[str]:
        """A sentence for each part of the journal that cannot be read; see `record`."""
        return [gap.sentence() for gap in self.record().gaps]

    def sample_steps(self) -> list[int]:
        """The steps that have samples, in order; see `record`."""
        return list(self.record().samples)

    def samples(self, step: int) -> Arrays:
        """Samples at a step: "fixed", "fresh" and, where they were kept, "noise" and views.

        Raises:
            RunError: there are none at that step, or they are damaged.
        """
        blob = self.record().samples.get(step)
        if blob is None:
            raise RunError(f"Run {self.id} has no samples of step {step:,}.")
        return _with(read_blob(self.path, blob), blob.file, "fixed", "fresh")

    def sample_grid(self, step: int, kind: Kind = "fixed") -> bytes:
        """PNG of the samples at a step.

        Raises:
            RunError: there are none at that step, they are damaged, or not images.
        """
        return _grid(self.samples(step)[kind], f"samples/{step:08d}.npz")

    def real(self) -> np.ndarray:
        """(n, *sample_shape) real samples to stand beside the generated ones.

        Raises:
            RunError: there are none yet, or they are damaged.
        """
        return self.real_views()["real"]

    def real_views(self) -> Arrays:
        """What else there is to be seen of the real samples, by name; "real" among it.

        Raises:
            RunError: there are none yet, or they are damaged.
        """
        blob = self.record().real
        if blob is None:
            raise RunError(f"Run {self.id} has no real samples yet.")
        return _with(read_blob(self.path, blob), blob.file, "real")

    def real_grid(self) -> bytes:
        """PNG of the real samples.

        Raises:
            RunError: there are none yet, they are damaged, or not images.
        """
        return _grid(self.real(), "samples/real.npz")

    def checkpoint_steps(self) -> list[int]:
        """The steps that have a checkpoint file, in order; see `record`."""
        saved = self.record().checkpoints.values()
        return [one.step for one in saved if (self.path / one.blob.file).is_file()]

    def milestones(self) -> list[int]:
        """Those of them that are kept for good."""
        saved = self.record().checkpoints
        return [step for step in self.checkpoint_steps() if saved[step].milestone]

    def checkpoint(self, step: int) -> Checkpoint:
        """The checkpoint of a step. Its arrays cannot be written to.

        Raises:
            RunError: there is none, or it cannot be read.
        """
        saved = self.record().checkpoints.get(step)
        if saved is None:
            raise RunError(f"Run {self.id} has no checkpoint of step {step:,}.")
        state = read_blob(self.path, saved.blob)
        return Checkpoint(step, saved.elapsed_s, state, saved.milestone)

    def latest_checkpoint(self) -> Checkpoint:
        """The newest checkpoint that can be read.

        Raises:
            RunError: there is none.
        """
        steps = self.checkpoint_steps()
        for step in reversed(steps):
            try:
                return self.checkpoint(step)
            except DamagedError:
                continue
        if not steps:
            raise RunError(f"Run {self.id} has no checkpoint yet.")
        raise RunError(f"None of the {len(steps)} checkpoints of run {self.id} can be read.")

    def resume_point(self) -> tuple[Checkpoint | None, tuple[Change, ...]]:
        """What a resume goes on from: a checkpoint, None before the first, and the changes.

        Raises:
            RunError: no checkpoint can be read, or a change is lost: without it, the run would
                become another run.
        """
        record, steps = self.record(), self.checkpoint_steps()
        if len(record.changes) < record.status.changes:
            raise DamagedError(
                f"{self.id}/{NAME} lacks changes that the run was trained with, so it cannot go on."
            )
        if record.status.saved_step and not steps:
            raise RunError(
                f"The checkpoints of run {self.id} are gone (the last was of step "
                f"{record.status.saved_step:,}), so there is nothing to go on from. Start it anew."
            )
        return self.latest_checkpoint() if steps else None, record.changes

    def traceback(self) -> str:
        """What the last failure left for whoever mends it; empty where there was none."""
        return self.record().traceback

    def note(self, kind: str, status: Status) -> None:
        """Appends a line to the journal, for the owner of a run that does not train.

        Args:
            kind: of the line.
            status: where the run stands now.

        Raises:
            OSError: the disk does not take it.
            RunError: the journal cannot be read.
        """
        writer = JournalWriter(self.path / NAME, self.record().next_n)
        with closing(writer):
            now = replace(status, heartbeat=utc_now())
            header = self.header.fields() if kind in HEADED else {}
            writer.append(kind, now.step, now.fields(), header)
            writer.sync()

    def _written_status(self) -> Status:
        self._check_exists()
        return read_status(self.path)

    def _check_exists(self) -> None:
        if not self.path.is_dir():
            raise RunError(f"Run {self.id} does not exist.")

    def _is_owned(self) -> bool:
        """Whether somebody holds the run's lock; True too where we cannot know."""
        if self.lock.held:
            return True
        lock = RunLock(self.path)
        with _asking:
            try:
                return not lock.try_acquire()
            except RunError:
                # In a folder that we may not write to we cannot judge.
                return True
            finally:
                lock.release()


def _with(arrays: Arrays, what: str, *names: str) -> Arrays:
    """Arrays that must have certain names, with a sample each at least."""
    if not all(name in arrays and arrays[name].ndim > 0 and len(arrays[name]) for name in names):
        raise DamagedError(f"{what} is damaged.")
    return arrays


def _grid(samples: np.ndarray, what: str) -> bytes:
    if not is_images(samples):
        raise RunError(f"The samples in {what} are not images, so there is no picture of them.")
    return encode_grid(samples)
