"""Reads one run, whichever process writes it."""

from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.events import Arrays, Change, Checkpoint
from ganlib.runs.blobs import read_blob
from ganlib.runs.identity import checked_run_id, utc_now
from ganlib.runs.journal import NAME, DamagedError, JournalWriter, opened
from ganlib.runs.lock import RunLock, is_owned
from ganlib.runs.status import Status
from ganlib.runs.view import (
    HEADER_KINDS,
    History,
    Parent,
    Record,
    Scores,
    read_header,
    read_status,
    view_of,
)

__all__ = ["Label", "Parent", "Run"]

_OWNER_GONE = "The process that trained it ended unexpectedly."
_QUEUE_GONE = "The process ended while this run was waiting in its queue."


@dataclass(frozen=True)
class Label:
    """Name, note, tags and group, which users may change; shown as text, never as markup.

    Args:
        name: a short name.
        note: free text.
        tags: short words to find runs by; see `RunStore.tag`.
        group: name of the group that the run belongs to; empty if there is none. All runs with the
            same name are one group.
    """

    name: str
    note: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""


_LABEL = TypeAdapter(Label)


def read_label(folder: Path) -> Label:
    """Returns the label of the run in a folder; see `Run.label`."""
    try:
        with opened(folder / "label.json") as file:
            return _LABEL.validate_json(file.read())
    except (RunError, ValueError):
        return Label(folder.name)


class Run:
    """Reads a run from its folder. Several objects may read the same run.

    Args:
        folder: the run's folder; its name is the run's id.
        is_example: True for a run that ships with the program, which cannot be changed.

    Attributes:
        id: the run's id.
        path: the run's folder.
        recipe: name of the recipe.
        values: value of each knob by name when the run was created. `status().steps` is the current
            total of steps, which a resume may have raised.
        created: time of creation, ISO UTC.
        parent: the run and step that it was forked from; None if it is not a fork.
        lock: lock of the run; held if this object owns the run.

    Raises:
        RunError: the run does not exist or cannot be read.
    """

    def __init__(self, folder: Path, *, is_example: bool = False):
        self.id = checked_run_id(folder.name)
        self.path = folder
        self.is_example = is_example
        self._check_exists()
        header = read_header(folder)
        self.recipe = header.recipe
        self.values = header.config
        self.created = header.created
        self.parent = header.parent
        self.header = header
        self.lock = RunLock(folder)
        self._view = view_of(folder)

    @cached_property
    def config(self) -> RunConfig:
        """The config with which the run was created; see `values`.

        Raises:
            ConfigError: the recipe no longer exists, or no longer allows a value.
        """
        config: RunConfig = recipes.get(self.recipe).parse(self.values)
        return config

    def record(self) -> Record:
        """Returns the contents of the journal; each call only reads the new lines.

        Raises:
            RunError: the run has been deleted, or its journal cannot be read.
        """
        return self._view.refresh()

    def status(self) -> Status:
        """Returns the current status. An active run without an owner counts as interrupted.

        Raises:
            RunError: the run has been deleted, or its journal cannot be read.
        """
        self._check_exists()
        status = read_status(self.path)
        if not status.active or self.lock.held or is_owned(self.path):
            return status
        # The owner may have ended the run between the two checks.
        status = read_status(self.path)
        if not status.active:
            return status
        message = _QUEUE_GONE if status.state == "queued" else _OWNER_GONE
        ended = status.heartbeat
        return replace(status, state="interrupted", phase="", message=message, ended=ended)

    def label(self) -> Label:
        """Returns name, note, tags and group. If they cannot be read, the name is the run's id."""
        return read_label(self.path)

    def history(self) -> History:
        """Returns the metrics of every step; see `record`."""
        return self.record().history

    def scores(self) -> Scores:
        """Returns the scores of the samples by step; see `record`."""
        return self.record().scores

    def changes(self) -> tuple[Change, ...]:
        """Returns the changes made during training, in order; see `record`."""
        return self.record().changes

    def sample_steps(self) -> list[int]:
        """Returns the steps that have samples, in order; see `record`."""
        return list(self.record().samples)

    def samples(self, step: int) -> Arrays:
        """Returns the arrays saved at a step, by name.

        "fixed" and "fresh" are the samples of the fixed and of new latents; there may also be
        "noise" and views.

        Raises:
            RunError: the samples are missing or damaged.
        """
        blob = self.record().samples.get(step)
        if blob is None:
            raise RunError(f"Run {self.id} has no samples of step {step:,}.")
        return _with(read_blob(self.path, blob), blob.file, "fixed", "fresh")

    def real(self) -> np.ndarray:
        """Returns (n, *sample_shape) real samples to compare with the generated ones.

        Raises:
            RunError: the samples are missing or damaged.
        """
        return self.real_views()["real"]

    def real_views(self) -> Arrays:
        """Returns the real samples ("real") and views of them, by name.

        Raises:
            RunError: the samples are missing or damaged.
        """
        blob = self.record().real
        if blob is None:
            raise RunError(f"Run {self.id} has no real samples yet.")
        return _with(read_blob(self.path, blob), blob.file, "real")

    def checkpoint_steps(self) -> list[int]:
        """Returns the steps that have a checkpoint file, in order; see `record`."""
        saved = self.record().checkpoints.values()
        return [one.step for one in saved if (self.path / one.file).is_file()]

    def checkpoint(self, step: int) -> Checkpoint:
        """Returns the checkpoint of a step, with read-only arrays.

        Raises:
            RunError: the checkpoint is missing or damaged.
        """
        saved = self.record().checkpoints.get(step)
        if saved is None:
            raise RunError(f"Run {self.id} has no checkpoint of step {step:,}.")
        state = read_blob(self.path, saved)
        return Checkpoint(step, saved.elapsed_s, state, saved.milestone)

    def latest_checkpoint(self) -> Checkpoint:
        """Returns the newest checkpoint that can be read.

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
        """Returns what a resumed run continues from.

        Returns:
            (checkpoint, changes): the newest readable checkpoint, None if none has been saved yet,
            and all changes made during training.
        Raises:
            RunError: no checkpoint can be read, or a change is lost, so that the run could not
                continue with the same settings.
        """
        record, steps = self.record(), self.checkpoint_steps()
        if len(record.changes) < record.status.changes:
            raise DamagedError(
                f"Run {self.id} cannot be resumed: {NAME} has lost changes to its settings."
            )
        if record.status.saved_step and not steps:
            raise RunError(
                f"The checkpoints of run {self.id} are gone (the last was of step "
                f"{record.status.saved_step:,}), so it cannot be resumed. Start a new run."
            )
        return self.latest_checkpoint() if steps else None, record.changes

    def traceback(self) -> str:
        """Returns the traceback of the last failure; empty if there was none."""
        return self.record().traceback

    def note(self, kind: str, status: Status) -> None:
        """Appends a line with a new status to the journal. Only for the owner of an idle run.

        Args:
            kind: kind of the line.
            status: the new status.

        Raises:
            OSError: the line cannot be written.
            RunError: the journal cannot be read.
        """
        writer = JournalWriter(self.path / NAME, self.record().next_n)
        with closing(writer):
            now = replace(status, heartbeat=utc_now())
            header = self.header.fields() if kind in HEADER_KINDS else {}
            writer.append(kind, now.step, now.fields(), header)
            writer.sync()

    def _check_exists(self) -> None:
        if not self.path.is_dir():
            raise RunError(f"Run {self.id} does not exist.")


def _with(arrays: Arrays, what: str, *names: str) -> Arrays:
    """Returns the arrays if those with the given names exist and are not empty."""
    if not all(name in arrays and arrays[name].ndim > 0 and len(arrays[name]) for name in names):
        raise DamagedError(f"{what} is damaged.")
    return arrays
