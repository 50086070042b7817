"""Forks: new runs that continue from a checkpoint of another run with other settings.

A fork gets a copy of the history up to that checkpoint. Its curves and samples therefore begin at
step 0, and deleting the original run does not affect it.
"""

import base64
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ganlib.config import RunConfig, metric_names
from ganlib.errors import RunError
from ganlib.events import Checkpoint
from ganlib.runs.blobs import Blob, read_blob, write_blob
from ganlib.runs.durable import sync_files
from ganlib.runs.journal import DamagedError, JournalWriter, encode_rows
from ganlib.runs.run import Run
from ganlib.runs.status import Status
from ganlib.runs.store import RunStore
from ganlib.runs.view import History, Parent, SavedCheckpoint

# Rows in a block of copied metrics. A damaged byte loses one block.
_BLOCK_ROWS = 256


def fork_run(
    store: RunStore, run_id: str, step: int, config: RunConfig, *, in_queue: bool = False
) -> Run:
    """Creates a run that continues from a checkpoint of another run.

    Args:
        store: contains the original run and gets the new one.
        run_id: id of the original run, which may still be training.
        step: step of the checkpoint.
        config: config of the new run. The shapes of the networks must not change.
        in_queue: see `RunStore.create`.
    Returns:
        The new run, which the caller owns; see `RunStore.create`.
    Raises:
        RunError: the run or the checkpoint does not exist or cannot be read, or no steps remain.
    """
    store.check_not_example(run_id)
    run = store.open(run_id)
    if step not in run.checkpoint_steps():
        raise RunError(
            f"Run {run.id} can be forked at the steps of its checkpoints: "
            f"{', '.join(f'{one:,}' for one in run.checkpoint_steps()) or 'there are none yet'}. "
            f"Received: {step:,}."
        )
    check_steps(step, config.steps)
    return store.create(
        run.recipe,
        config,
        in_queue=in_queue,
        parent=Parent(run.id, step),
        copy_history=_History(run, run.checkpoint(step), config).copy,
    )


def check_steps(step: int, steps: int) -> None:
    """Checks that a fork has steps left.

    Args:
        step: step of the checkpoint where the fork begins.
        steps: total steps of the fork.

    Raises:
        RunError: no steps remain.
    """
    if steps <= step:
        raise RunError(f"steps must be above {step:,}, where the fork begins. Received: {steps:,}.")


@dataclass(frozen=True)
class _History:
    """The history of a run up to a checkpoint.

    Args:
        run: the original run.
        checkpoint: the checkpoint.
        config: config of the new run, which decides the metrics to copy.
    """

    run: Run
    checkpoint: Checkpoint
    config: RunConfig

    def copy(self, folder: Path, journal: JournalWriter, status: Status) -> Status:
        """Copies the history to a new run; see `store.CopyHistory`."""
        record, step = self.run.record(), self.checkpoint.step
        samples = [one for one in record.samples if one <= step]
        real = self._copied(record.real, folder)
        if real is not None:
            journal.append("started", 0, status.fields(), {"real": asdict(real)})
        at, steps = 0, record.history.step
        for sampled in sorted({*samples, step}):
            rows = slice(*np.searchsorted(steps, [at, sampled], side="right"))
            self._write_metrics(journal, status, record.history, steps, rows)
            at = sampled
            copied = self._copied(record.samples.get(sampled), folder)
            if copied is not None:
                fields = {**asdict(copied), "scores": record.scores.at(sampled)}
                journal.append("samples", sampled, status.fields(), fields)
        sync_files(list(folder.glob("samples/*.npz")))
        # A milestone is never removed, so that the fork can be repeated or forked again from here.
        # Changes made before this step are part of the new run's config.
        state = self.checkpoint.state
        blob = write_blob(folder, f"checkpoints/{step:08d}.npz", state, sync=True)
        elapsed_s = self.checkpoint.elapsed_s
        saved = SavedCheckpoint(blob.file, blob.file_crc32, step, elapsed_s, milestone=True)
        status = replace(status, step=step, saved_step=step, elapsed_s=elapsed_s)
        journal.append("checkpoint", step, status.fields(), asdict(saved))
        return status

    def _copied(self, blob: Blob | None, folder: Path) -> Blob | None:
        """Copies a file to the new run's folder; returns None if it is missing or damaged."""
        if blob is None:
            return None
        try:
            arrays = read_blob(self.run.path, blob)
        except DamagedError:
            return None
        return write_blob(folder, blob.file, arrays, sync=False)

    def _write_metrics(
        self,
        journal: JournalWriter,
        status: Status,
        history: History,
        steps: np.ndarray,
        rows: slice,
    ) -> None:
        """Writes the metrics of some rows; `steps` are those of all rows."""
        names = metric_names(self.config)
        # Metrics that the original run did not measure.
        unknown = np.full(len(history), np.nan)
        columns = [history[name] if name in history.names else unknown for name in names]
        for start in range(rows.start, rows.stop, _BLOCK_ROWS):
            block = np.arange(start, min(start + _BLOCK_ROWS, rows.stop))
            # The steps of a block must be consecutive, but the history may have gaps.
            for part in np.split(block, np.flatnonzero(np.diff(steps[block]) > 1) + 1):
                times_s = history.time_s[part].astype("<f8")
                fields = {
                    "first_step": int(steps[part[0]]),
                    "names": names,
                    "times": base64.b64encode(times_s.tobytes()).decode("ascii"),
                    **encode_rows(np.column_stack([column[part] for column in columns])),
                }
                journal.append("metrics", int(steps[part[-1]]), status.fields(), fields)
