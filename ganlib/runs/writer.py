"""The write side of a run: what each event leaves in the folder."""

import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from ganlib.events import Change, Checkpoint, Event, Finished, Metrics, Phase, Samples, Started
from ganlib.runs.changes_log import ChangesWriter
from ganlib.runs.checkpoint import CheckpointFolder
from ganlib.runs.durable import remove, remove_temporaries, replace_bytes
from ganlib.runs.identity import utc_now
from ganlib.runs.images import encode_grid
from ganlib.runs.metrics_log import MetricsWriter
from ganlib.runs.rate import StepRate
from ganlib.runs.run import Run
from ganlib.runs.samples import EncodeGrid, SampleFolder
from ganlib.runs.scores_log import ScoresWriter
from ganlib.runs.status import State, Status, StatusFile
from ganlib.runs.tensorboard import TensorBoardLog, block_means

# Given up when the disk is full, so that the status can say so.
_RESERVE_BYTES = 64 * 1024


def _fell_back(damaged: list[int], step: int) -> str:
    which = ", ".join(f"{one:,}" for one in damaged)
    return f"The checkpoint of step {which} cannot be read, so the run goes on from step {step:,}."


class RunWriter:
    """Writes one session of a run, from its start or a resume to its end.

    Holds the run's lock until it is closed. To be used as a context manager.

    Args:
        run: the run.
        encode_grid: draws grids of images as PNG.
        tensorboard: also write an event file for TensorBoard.

    Attributes:
        started: whether training has begun, so that there is something to save.
        finished: whether the last step is done.
        sampled_step: the last step that has samples of this session; -1 for none.

    Raises:
        RunError: somebody else writes the run, or it cannot be read.
    """

    def __init__(
        self, run: Run, *, encode_grid: EncodeGrid = encode_grid, tensorboard: bool = True
    ):
        run.lock.acquire()
        self.started = False
        self.finished = False
        self.sampled_step = -1
        self._run = run
        self._encode_grid = encode_grid
        self._wants_tensorboard = tensorboard
        self._samples = SampleFolder(run.path / "samples")
        self._checkpoints = CheckpointFolder(run.path / "checkpoints")
        self._changes = ChangesWriter(run.path / "changes.jsonl")
        self._status = StatusFile(run.path, run.status())
        self._metrics: MetricsWriter | None = None
        self._scores: ScoresWriter | None = None
        self._tensorboard: TensorBoardLog | None = None
        self._names: tuple[str, ...] = ()
        self._rate = StepRate(0, 0.0)
        self._saved_step = -1
        self._appended: Metrics | None = None
        self._saved_at = time.monotonic()
        # By name, for a hot reload may have made the events' classes anew meanwhile.
        self._handlers: dict[str, Callable[[Any], None]] = {
            "Phase": self._write_phase,
            "Started": self._write_started,
            "Metrics": self._write_metrics,
            "Samples": self._write_samples,
            "Checkpoint": self.save,
            "Change": self._changes.append,
            "Finished": self._write_finished,
        }

    def __enter__(self) -> "RunWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def status(self) -> Status:
        """The latest status, written or about to be."""
        return self._status.status

    @property
    def since_saved_s(self) -> float:
        """Seconds since the last checkpoint, or since the session began."""
        return time.monotonic() - self._saved_at

    def begin(self) -> None:
        """The session begins: the run is running."""
        for folder in (self._run.path, self._run.path / "samples", self._run.path / "checkpoints"):
            # But that of label.json, which a page may be writing.
            remove_temporaries(folder, ".[!l]*.tmp")
        # A folder there (unlink says so, or on macOS that it may not) harms nothing.
        with suppress(IsADirectoryError, PermissionError):
            remove(self._traceback_path)
        self._keep_reserve()
        self._status.set(
            replace(
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
        )

    def write(self, event: Event | Change) -> None:
        """Keeps what an event says.

        Raises:
            OSError: the folder does not take it.
        """
        self._handlers[type(event).__name__](event)

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint, behind everything that belongs to the steps before it.

        When this returns, neither a crash nor a loss of power loses the run up to here.
        """
        if checkpoint.step != self._saved_step or checkpoint.milestone:
            if self._metrics is not None and self._scores is not None:
                self._metrics.sync()
                self._scores.sync()
            self._checkpoints.save(replace(checkpoint, changes=self._changes.mark))
            self._saved_step = checkpoint.step
            self._status.progress(replace(self.status, saved_step=checkpoint.step))
        self._saved_at = time.monotonic()

    def rest(self) -> None:
        """The run is paused."""
        self._status.set(replace(self.status, state="paused"))

    def rest_without_room(self, message: str) -> None:
        """The run is paused by a full disk, which takes one small file more: ours was kept."""
        remove(self._reserve_path)
        paused = replace(self.status, state="paused", message=message)
        with suppress(OSError):
            self._status.set(paused)

    def stopping(self) -> None:
        """Training has ended, and what there is will be saved now."""
        told = replace(self.status, phase="stopping", phase_share=self.status.share)
        self._status.set(told)

    def go_on(self) -> None:
        """The run is running again."""
        self._keep_reserve()
        self._status.set(replace(self.status, state="running", message=""))

    def show(self) -> None:
        """Readers see at once where the run stands: it may rest here for long."""
        self._status.set(self.status)

    def tell(self, message: str) -> None:
        """Something to say of a run that goes on."""
        self._status.set(replace(self.status, message=message))

    def end(self, state: State, *, message: str = "", weights_sha256: str = "") -> None:
        """The session is over.

        Args:
            state: how it ended.
            message: one sentence where there is something to say.
            weights_sha256: of the weights as they are, where they are known.
        """
        with suppress(OSError):
            remove(self._reserve_path)
        self._status.set(
            replace(
                self.status,
                state=state,
                phase="",
                message=message,
                steps_per_second=self._rate.overall,
                weights_sha256=weights_sha256 or self.status.weights_sha256,
                ended=utc_now(),
            )
        )

    def write_traceback(self, error: BaseException) -> None:
        """Keeps the whole story of a failure, for whoever mends it."""
        story = "".join(traceback.format_exception(error))
        replace_bytes(self._traceback_path, story.encode("utf-8", "replace"), sync=False)

    def close(self) -> None:
        """Closes all files and lets the run go."""
        try:
            for log in (self._metrics, self._scores, self._changes, self._tensorboard):
                if log is not None:
                    log.close()
        finally:
            self._samples.close()
            self._run.lock.release()

    @property
    def _traceback_path(self) -> Path:
        return self._run.path / "traceback.txt"

    @property
    def _reserve_path(self) -> Path:
        return self._run.path / "reserve"

    def _keep_reserve(self) -> None:
        if not self._reserve_path.exists():
            replace_bytes(self._reserve_path, bytes(_RESERVE_BYTES), sync=False)

    def _write_phase(self, event: Phase) -> None:
        told = replace(self.status, phase=event.text, phase_share=event.share or 0.0)
        # A download tells of itself several times a second.
        if event.share is None:
            self._status.set(told)
        else:
            self._status.progress(told)

    def _write_started(self, event: Started) -> None:
        # What lies behind the checkpoint is dropped; the trainer makes it anew.
        folder = self._run.path
        self._names = event.metric_names
        self._metrics = MetricsWriter(
            folder / "metrics.log", self._names, event.step, event.elapsed_s
        )
        self._scores = ScoresWriter(folder / "scores.jsonl", event.step)
        self._samples.drop_after(event.step)
        damaged = self._checkpoints.set_aside_after(event.step)
        self._samples.write_real(event.real, event.real_views, self._encode_grid)
        if self._wants_tensorboard:
            self._tensorboard = TensorBoardLog(folder, event.step)
        self._rate = StepRate(event.step, self._metrics.last_time_s)
        self._saved_at = time.monotonic()
        self.started = True
        self._status.set(
            replace(
                self.status,
                phase="",
                message=_fell_back(damaged, event.step) if damaged else self.status.message,
                step=event.step,
                elapsed_s=self._metrics.last_time_s,
                parameters=dict(event.parameters),
                device=event.device,
                data=event.data.sentence(),
                scores=dict(self._scores.last),
                best_scores=dict(self._scores.best),
            )
        )

    def _write_metrics(self, event: Metrics) -> None:
        if self._metrics is None:
            raise RuntimeError("metrics came before the start of training")
        # What comes after it may fail, and then all is tried again.
        if event is not self._appended:
            self._metrics.append(event.first_step, event.values, event.elapsed_s)
            self._rate.add(event.last_step, event.elapsed_s)
            self._appended = event
        means = block_means(self._names, event.values)
        if self._tensorboard is not None:
            self._tensorboard.scalars(event.last_step, means)
        # Whoever waits for the first step sees it at once.
        tell = self._status.progress if self.status.step else self._status.set
        tell(
            replace(
                self.status,
                step=event.last_step,
                elapsed_s=float(event.elapsed_s),
                steps_per_second=self._rate.recent,
                latest=means,
            )
        )

    def _write_samples(self, event: Samples) -> None:
        if self._scores is None:
            raise RuntimeError("samples came before the start of training")
        self._samples.write(event, self._encode_grid)
        self.sampled_step = event.step
        if not event.scores:
            return
        scores = {name: float(value) for name, value in event.scores.items()}
        self._scores.append(event.step, scores)
        if self._tensorboard is not None:
            self._tensorboard.scalars(event.step, scores)
        self._status.progress(
            replace(self.status, scores=scores, best_scores=dict(self._scores.best))
        )

    def _write_finished(self, event: Finished) -> None:
        self.finished = True
        metrics = {name: float(value) for name, value in event.metrics.items()}
        self._status.progress(
            replace(
                self.status,
                step=event.step,
                metrics=metrics,
                weights_sha256=event.weights_sha256,
            )
        )
