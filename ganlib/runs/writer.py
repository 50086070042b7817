"""Writes a run: its journal, samples, checkpoints and event files."""

import math
import time
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.events import Change, Checkpoint, Event, Finished, Metrics, Phase, Samples, Started
from ganlib.runs.blobs import write_blob
from ganlib.runs.durable import remove, replaced, sync_files
from ganlib.runs.identity import utc_now
from ganlib.runs.journal import NAME, JournalWriter, encode_rows
from ganlib.runs.rate import StepRate
from ganlib.runs.run import Run
from ganlib.runs.status import State, Status
from ganlib.runs.tensorboard import TensorBoardLog
from ganlib.runs.view import Record, SavedCheckpoint, checkpoints_to_keep

# Size of a file that is removed when the disk is full, so that the journal can still say so.
_RESERVE_BYTES = 64 * 1024
# Minimum time between two lines about the progress of a phase, such as a download.
_PHASE_INTERVAL_S = 0.25


class RunWriter:
    """Writes one session of a run, from its start or resume to its end.

    A context manager that holds the run's lock.

    Args:
        run: the run.
        tensorboard: also write an event file for TensorBoard.

    Attributes:
        started: True once training has begun, so that checkpoints can be saved.
        finished: True after the last step.
        sampled_step: last step whose samples this session has written; -1 if there is none.
        status: the latest status; may not have been written yet.

    Raises:
        RunError: the run is in use or cannot be read.
    """

    def __init__(self, run: Run, *, tensorboard: bool = True):
        run.lock.acquire()
        self.started = False
        self.finished = False
        self.sampled_step = -1
        self._run = run
        self._wants_tensorboard = tensorboard
        self.status: Status = run.status()
        self._journal = JournalWriter(run.path / NAME, run.record().next_n)
        self._tensorboard: TensorBoardLog | None = None
        recipe = recipes.all_recipes().get(run.recipe)
        self._score = recipe.score if recipe else ""
        self._names: tuple[str, ...] = ()
        self._rate = StepRate(0, 0.0)
        self._saved: dict[int, SavedCheckpoint] = {}
        self._saved_step = -1
        self._saved_at = time.monotonic()
        # Files of samples that a loss of power could still take.
        self._unsynced: set[Path] = set()
        self._phase_due = 0.0

    def __enter__(self) -> "RunWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def since_saved_s(self) -> float:
        """Seconds since the last checkpoint, or since the session began."""
        return time.monotonic() - self._saved_at

    def begin(self) -> None:
        """Begins the session: the run is running."""
        # Except those of label.json, which a page may be writing.
        for path in self._run.path.rglob(".[!l]*.tmp"):
            remove(path)
        self._keep_reserve()
        status = replace(
            self.status,
            state="running",
            phase="",
            message="",
            queued="",
            latest={},
            metrics={},
            weights_sha256="",
            started=self.status.started or utc_now(),
            ended="",
        )
        self._append("began", status, self._run.header.fields())

    def write(self, event: Event | Change) -> None:
        """Writes an event.

        Raises:
            OSError: the event cannot be written.
        """
        # By name, because a hot reload may have replaced the classes of the events.
        getattr(self, f"_write_{type(event).__name__.lower()}")(event)

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint and everything before it to the disk.

        After this call, neither a crash nor a loss of power can lose the run up to this step.
        """
        step = checkpoint.step
        if step != self._saved_step:
            state = {name: np.asarray(value) for name, value in checkpoint.state.items()}
            blob = write_blob(self._run.path, f"checkpoints/{step:08d}.npz", state, sync=True)
            rest = step, checkpoint.elapsed_s, checkpoint.milestone
            self._announce(SavedCheckpoint(blob.file, blob.file_crc32, *rest))
        elif checkpoint.milestone and not self._saved[step].milestone:
            # It was saved before it became a milestone.
            self._announce(replace(self._saved[step], milestone=True))
        self._saved_at = time.monotonic()

    _write_checkpoint = save

    def write_status(self, kind: str, **changes: Any) -> None:
        """Writes a line with a changed status.

        Args:
            kind: kind of the line.
            changes: new values of fields of the status, by name.
        """
        self._append(kind, replace(self.status, **changes))

    def write_running(self) -> None:
        """Writes that the run is running again."""
        self._keep_reserve()
        self.write_status("running", state="running", message="")

    def write_paused_disk_full(self, message: str) -> None:
        """Writes that the run is paused because the disk is full; frees the reserve first."""
        remove(self._reserve_path)
        self.status = replace(self.status, state="paused", message=message)
        with suppress(OSError):
            self.write_status("paused")

    def end(
        self,
        state: State,
        *,
        message: str = "",
        weights_sha256: str = "",
        error: BaseException | None = None,
    ) -> None:
        """Ends the session.

        Args:
            state: final state.
            message: message for the user; may be empty.
            weights_sha256: hash of the current weights; empty if it is not known.
            error: exception that ended the run; its traceback is written to the journal.
        """
        remove(self._reserve_path)
        status = replace(
            self.status,
            state=state,
            phase="",
            message=message,
            steps_per_second=self._rate.overall,
            weights_sha256=weights_sha256 or self.status.weights_sha256,
            ended=utc_now(),
        )
        fields = {"traceback": "".join(traceback.format_exception(error))} if error else {}
        self._append("ended", status, fields, sync=True)

    def close(self) -> None:
        """Closes all files and releases the run's lock."""
        try:
            self._journal.close()
            if self._tensorboard is not None:
                self._tensorboard.close()
        finally:
            self._run.lock.release()

    @property
    def _reserve_path(self) -> Path:
        return self._run.path / "reserve"

    def _keep_reserve(self) -> None:
        if not self._reserve_path.exists():
            with replaced(self._reserve_path, sync=False) as file:
                file.write(bytes(_RESERVE_BYTES))

    def _append(
        self, kind: str, status: Status, fields: dict[str, Any] | None = None, *, sync: bool = False
    ) -> None:
        """Appends a line to the journal, and updates `status` if that succeeds."""
        status = replace(status, heartbeat=utc_now())
        self._journal.append(kind, status.step, status.fields(), fields)
        self.status = status
        if sync:
            self._sync()

    def _sync(self) -> None:
        """Waits until samples and lines are on the disk."""
        sync_files(self._unsynced)
        self._unsynced.clear()
        self._journal.sync()

    def _announce(self, saved: SavedCheckpoint) -> None:
        """Adds a checkpoint to the journal, then removes older ones."""
        # Otherwise a loss of power could keep the checkpoint's line, and lose samples and lines
        # before it.
        self._sync()
        status = replace(self.status, saved_step=saved.step)
        self._append("checkpoint", status, asdict(saved), sync=True)
        before, self._saved = self._saved, checkpoints_to_keep({**self._saved, saved.step: saved})
        self._saved_step = saved.step
        for step in before.keys() - self._saved.keys():
            remove(self._run.path / before[step].file)

    def _write_phase(self, event: Phase) -> None:
        self.status = replace(self.status, phase=event.text, phase_share=event.share or 0.0)
        if event.share is None or time.monotonic() >= self._phase_due:
            self._append("phase", self.status)
            self._phase_due = time.monotonic() + _PHASE_INTERVAL_S

    def _write_started(self, event: Started) -> None:
        record, step = self._run.record(), event.step
        names = record.history.names
        if names and names != event.metric_names:
            raise RunError(
                f"The run cannot be resumed: it has the metrics {', '.join(names)}, but the "
                f"recipe now has {', '.join(event.metric_names)}."
            )
        real = {"real": event.real, **event.real_views}
        blob = write_blob(self._run.path, "samples/real.npz", real, sync=False)
        self._unsynced.add(self._run.path / blob.file)
        # The time at the step, or the trainer's if the journal has lost it.
        rows = record.history.rows_until(step)
        known = rows > 0 and record.history.step[rows - 1] == step
        elapsed_s = float(record.history.time_s[rows - 1]) if known else event.elapsed_s
        scores = {int(one): record.scores.at(one) for one in record.scores.step if one <= step}
        status = replace(
            self.status,
            phase="",
            message=" ".join([self.status.message, *_losses(record, step)]).strip(),
            step=step,
            elapsed_s=elapsed_s,
            parameters=dict(event.parameters),
            device=event.device,
            data=event.data.sentence(),
            scores=scores[max(scores)] if scores else {},
            **_best(self._score, scores.items()),
        )
        kind = "resumed" if step or len(record.history) else "started"
        self._append(kind, status, {"real": asdict(blob)})
        self._names = event.metric_names
        self._saved = {one: saved for one, saved in record.checkpoints.items() if one <= step}
        # The trainer has just loaded this checkpoint.
        self._saved_step = step if step in self._saved else -1
        self._remove_outdated(record, step)
        if self._wants_tensorboard:
            self._tensorboard = TensorBoardLog(self._run.path, step)
        self._rate = StepRate(step, elapsed_s)
        self._saved_at = time.monotonic()
        self.started = True

    def _remove_outdated(self, record: Record, step: int) -> None:
        """Removes samples of later steps, and checkpoints that are not in the journal."""
        for path in self._run.path.glob("samples/*.npz"):
            if path.stem.isdecimal() and int(path.stem) > step:
                remove(path)
        named = {saved.file for saved in record.checkpoints.values()}
        for path in self._run.path.glob("checkpoints/*.npz") if not record.gaps else ():
            if f"checkpoints/{path.name}" not in named:
                remove(path)

    def _write_metrics(self, event: Metrics) -> None:
        count, step = len(event.values), self.status.step
        if event.first_step <= step or event.values.shape != (count, len(self._names)):
            raise ValueError(
                f"rows of {len(self._names)} metrics after step {step} expected. "
                f"Received: shape {event.values.shape} from step {event.first_step}."
            )
        if count == 0:
            return
        self._rate.add(event.last_step, event.elapsed_s)
        means = event.values.mean(axis=0, dtype=np.float64).tolist()
        latest = dict(zip(self._names, means, strict=True))
        fields = {
            "first_step": event.first_step,
            "names": self._names,
            "since_s": self.status.elapsed_s,
            "elapsed_s": float(event.elapsed_s),
            **encode_rows(event.values),
        }
        status = replace(
            self.status,
            step=event.last_step,
            elapsed_s=float(event.elapsed_s),
            steps_per_second=self._rate.recent,
            latest=latest,
        )
        self._append("metrics", status, fields)
        if self._tensorboard is not None:
            self._tensorboard.scalars(event.last_step, latest)

    def _write_samples(self, event: Samples) -> None:
        arrays = {"fixed": event.fixed, "fresh": event.fresh, **event.views}
        if event.noise is not None:
            arrays["noise"] = event.noise
        blob = write_blob(self._run.path, f"samples/{event.step:08d}.npz", arrays, sync=False)
        self._unsynced.add(self._run.path / blob.file)
        scores = {name: float(value) for name, value in event.scores.items()}
        status = replace(self.status, step=event.step)
        if scores:
            before = status.best_steps.get(self._score, 0), status.best_scores
            best = _best(self._score, [before, (event.step, scores)])
            status = replace(status, scores=scores, **best)
        self._append("samples", status, {**asdict(blob), "scores": scores})
        self.sampled_step = event.step
        if scores and self._tensorboard is not None:
            self._tensorboard.scalars(event.step, scores)

    def _write_change(self, event: Change) -> None:
        """Writes a change and waits until it is on the disk: a resume must repeat it."""
        status = replace(self.status, changes=self.status.changes + 1)
        # The trainer may be ahead of the last step that has been written.
        fields = {"at": event.step, "knobs": event.knobs, "learns": event.learns}
        self._append("change", status, fields, sync=True)

    def _write_finished(self, event: Finished) -> None:
        self.finished = True
        metrics = {name: float(value) for name, value in event.metrics.items()}
        status = replace(
            self.status, step=event.step, metrics=metrics, weights_sha256=event.weights_sha256
        )
        self._append("scored", status)


def _losses(record: Record, step: int) -> list[str]:
    """Returns messages about parts of the run that cannot be read."""
    damaged = [one for one in record.checkpoints if one > step]
    messages = [gap.sentence() for gap in record.gaps if gap.after_step < step]
    if damaged:
        which = ", ".join(f"{one:,}" for one in damaged)
        messages.append(
            f"The checkpoint of step {which} cannot be read, so the run continues from "
            f"step {step:,}."
        )
    return messages


def _best(score: str, rows: Iterable[tuple[int, Mapping[str, float]]]) -> dict[str, Any]:
    """Returns the fields of the status that say which step has the lowest score.

    Args:
        score: name of the recipe's score.
        rows: (step, scores by name); NaN is ignored. The earlier of two equal steps is the best.
    """
    found = [(row[score], step) for step, row in rows if not math.isnan(row.get(score, math.nan))]
    if not found:
        return {"best_scores": {}, "best_steps": {}}
    value, step = min(found)
    return {"best_scores": {score: value}, "best_steps": {score: step}}
