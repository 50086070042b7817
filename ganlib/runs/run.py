"""One run as a reader sees it, in whichever process it is written."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.errors import RunError
from ganlib.events import Arrays, Change, Checkpoint
from ganlib.runs.changes_log import NO_CHANGES, read_changes
from ganlib.runs.checkpoint import CheckpointFolder
from ganlib.runs.documents import DamagedError, damaged, foreign, read_document, read_file
from ganlib.runs.figures import is_count
from ganlib.runs.identity import checked_run_id, is_run_id, utc_now
from ganlib.runs.images import encode_grid
from ganlib.runs.lock import RunLock
from ganlib.runs.metrics_reader import History, MetricsReader
from ganlib.runs.samples import EncodeGrid, Kind, SampleFolder
from ganlib.runs.scores_log import Scores, ScoresReader
from ganlib.runs.status import ACTIVE, Status, read_status, write_status

_LOST = "The process that ran it ended without a word."
_LOST_QUEUE = "The process that had it in its queue ended before its turn."


@dataclass(frozen=True)
class Parent:
    """Where a forked run comes from.

    Args:
        run: the id of the run that it was forked from.
        step: of the checkpoint there.
    """

    run: str
    step: int


@dataclass(frozen=True)
class Label:
    """What the user may change about a run; shown as text, never as markup.

    Args:
        name: a short name.
        note: free text.
    """

    name: str
    note: str = ""


def _parent(body: Any, what: str) -> Parent | None:
    if body is None:
        return None
    run, step = (body.get("run"), body.get("step")) if isinstance(body, dict) else (None, None)
    if not (isinstance(run, str) and is_run_id(run) and is_count(step)):
        raise damaged(what)
    return Parent(run, step)


class Run:
    """One run, read from its folder. Cheap to make; any number may read the same run.

    Args:
        folder: the run's folder, whose name is its id.
        encode_grid: makes a picture anew where the stored one is damaged.

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

    def __init__(self, folder: Path, encode_grid: EncodeGrid = encode_grid):
        self.id = checked_run_id(folder.name)
        self.path = folder
        if not folder.is_dir():
            raise RunError(f"Run {self.id} does not exist.")
        body = read_document(folder / "run.json")
        found = body.get("recipe"), body.get("config"), body.get("created")
        if not all(map(isinstance, found, (str, dict, str))):
            raise damaged(f"{self.id}/run.json")
        if body.get("id") != self.id:
            raise foreign(f"{self.id}/run.json")
        self.recipe: str = body["recipe"]
        self.config: dict[str, Any] = body["config"]
        self.created: str = body["created"]
        self.parent = _parent(body.get("parent"), f"{self.id}/run.json")
        self.lock = RunLock(folder)
        self._encode_grid = encode_grid
        self._metrics = MetricsReader(folder / "metrics.log")
        self._scores = ScoresReader(folder / "scores.jsonl")
        self._samples = SampleFolder(folder / "samples")
        self._checkpoints = CheckpointFolder(folder / "checkpoints")

    def status(self) -> Status:
        """Where the run stands. One that nobody owns any more is marked as interrupted.

        A damaged status is taken as that of an interrupted run, for everything that a
        resume needs is in other files.

        Raises:
            RunError: the run is gone, or a later version wrote its status.
        """
        status = self._stored_status()
        if status.state not in ACTIVE or self.lock.held:
            return status
        lock = RunLock(self.path)
        try:
            if not lock.try_acquire():
                return status
        except RunError:
            # Gone is told as such; a folder that we may not write to we cannot judge.
            return self._stored_status()
        try:
            # Its owner may have ended it between our look and the lock.
            status = self._stored_status()
            if status.state in ACTIVE:
                lost = _LOST_QUEUE if status.state == "queued" else _LOST
                status = replace(
                    status, state="interrupted", phase="", message=lost, ended=utc_now()
                )
                with suppress(OSError):
                    status = write_status(self.path, status)
            return status
        finally:
            lock.release()

    def label(self) -> Label:
        """Name and note; the id stands in for a name that cannot be read."""
        try:
            return self.label_to_edit()
        except RunError:
            return Label(self.id)

    def label_to_edit(self) -> Label:
        """Name and note to be written anew; the id stands in for a damaged name.

        Raises:
            RunError: a later version wrote it, so it is left alone.
        """
        try:
            body = read_document(self.path / "label.json")
        except DamagedError:
            return Label(self.id)
        return Label(str(body.get("name", self.id)), str(body.get("note", "")))

    def history(self) -> History:
        """Every step's figures; each call reads only what is new.

        Raises:
            RunError: the log's first line is damaged, or it is another run's, or a later
                version wrote it.
        """
        return self._metrics.refresh()

    def scores(self) -> Scores:
        """The scores of the samples, step by step; each call parses only what is new.

        Raises:
            RunError: the log cannot be read, or a later version wrote it.
        """
        return self._scores.refresh()

    def changes(self) -> tuple[Change, ...]:
        """What was changed in the middle of the run, in order.

        Raises:
            RunError: a change is damaged, or a later version wrote it.
        """
        return read_changes(self.path / "changes.jsonl")

    def sample_steps(self) -> list[int]:
        """The steps that have samples, in order."""
        return self._samples.steps()

    def samples(self, step: int) -> Arrays:
        """Samples at a step: "fixed", "fresh" and, where they were kept, "noise" and views.

        Raises:
            RunError: there are none at that step, or they are damaged.
        """
        return self._samples.read(step)

    def sample_grid(self, step: int, kind: Kind = "fixed") -> bytes:
        """PNG of the samples at a step.

        Raises:
            RunError: there are none at that step, they are damaged, or not images.
        """
        return self._samples.grid(step, kind, self._encode_grid)

    def real(self) -> np.ndarray:
        """(n, *sample_shape) real samples to stand beside the generated ones.

        Raises:
            RunError: there are none yet, or they are damaged.
        """
        return self._samples.read_real()["real"]

    def real_views(self) -> Arrays:
        """What else there is to be seen of the real samples, by name; "real" among it.

        Raises:
            RunError: there are none yet, or they are damaged.
        """
        return self._samples.read_real()

    def real_grid(self) -> bytes:
        """PNG of the real samples.

        Raises:
            RunError: there are none yet, they are damaged, or not images.
        """
        return self._samples.real_grid(self._encode_grid)

    def checkpoint_steps(self) -> list[int]:
        """The steps that have a checkpoint file, in order."""
        return self._checkpoints.steps()

    def milestones(self) -> list[int]:
        """Those of them that are kept for good."""
        return self._checkpoints.milestones()

    def checkpoint(self, step: int) -> Checkpoint:
        """The checkpoint of a step.

        Raises:
            RunError: there is none, or it cannot be read.
        """
        return self._checkpoints.load(step)

    def latest_checkpoint(self) -> Checkpoint:
        """The newest checkpoint that can be read.

        Raises:
            RunError: there is none.
        """
        return self._checkpoints.latest()

    def resume_point(self) -> tuple[Checkpoint | None, tuple[Change, ...]]:
        """What a resume goes on from: a checkpoint, None before the first, and the changes.

        Raises:
            RunError: no checkpoint can be read, or the changes before it cannot.
        """
        saved, steps = self._stored_status().saved_step, self.checkpoint_steps()
        if saved and not steps:
            raise RunError(
                f"The checkpoints of run {self.id} are gone (the last was of step {saved:,}), so "
                "there is nothing to go on from. Start it anew."
            )
        checkpoint = self.latest_checkpoint() if steps else None
        mark = checkpoint.changes if checkpoint else NO_CHANGES
        return checkpoint, read_changes(self.path / "changes.jsonl", mark)

    def traceback(self) -> str:
        """What the last failure left for whoever mends it; empty where there was none.

        Raises:
            RunError: it cannot be read.
        """
        with suppress(FileNotFoundError):
            return read_file(self.path / "traceback.txt").decode("utf-8", "replace")
        return ""

    def _stored_status(self) -> Status:
        if not self.path.is_dir():
            raise RunError(f"Run {self.id} does not exist.")
        try:
            return read_status(self.path)
        except DamagedError as error:
            # Where a resume goes on from is all that is known.
            step = max(self.checkpoint_steps(), default=0)
            steps = self.config.get("steps")
            return Status(
                "interrupted",
                steps if is_count(steps) else step,
                step,
                message=f"{error} The run can be resumed.",
            )
