"""Forks: new runs that go on from a checkpoint of another one, with other knobs.

A fork has its own copy of the past, so it reads as if it had made it itself: its curves and
samples begin at step 0, and it stays whole when the run that it comes from is deleted.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ganlib.config import RunConfig, metric_names
from ganlib.errors import RunError
from ganlib.events import Checkpoint
from ganlib.runs.blobs import Blob, read_blob, write_blob
from ganlib.runs.journal import DamagedError, JournalWriter, encode_rows
from ganlib.runs.run import Run
from ganlib.runs.status import Status
from ganlib.runs.store import RunStore
from ganlib.runs.view import History, Parent, Saved, encode_times

# Of a copied history: what a damaged byte costs.
_BLOCK_ROWS = 256


def fork_run(
    store: RunStore, run_id: str, step: int, config: RunConfig, *, in_queue: bool = False
) -> Run:
    """A new run that goes on from a checkpoint; like `RunStore.create` it is owned.

    Args:
        store: where both are.
        run_id: the run that it comes from, which may still be training.
        step: of the checkpoint.
        config: the knobs to go on with, which must keep the networks' shapes.
        in_queue: see `RunStore.create`.

    Raises:
        RunError: there is no such run or checkpoint, it cannot be read, or there is no step left
            to do.
    """
    run = store.open(run_id)
    if step not in run.checkpoint_steps():
        raise RunError(
            f"Run {run.id} can be forked at the steps of its checkpoints: "
            f"{', '.join(f'{one:,}' for one in run.checkpoint_steps()) or 'there are none yet'}. "
            f"Received: {step:,}."
        )
    check_steps(step, config.steps)
    return store.create(
        run.recipe, config, in_queue=in_queue, past=_Copied(run, run.checkpoint(step), config)
    )


def check_steps(step: int, steps: int) -> None:
    """Whether a fork has a step left to do.

    Args:
        step: of the checkpoint that it begins at.
        steps: the fork's total of steps.

    Raises:
        RunError: it has none.
    """
    if steps <= step:
        raise RunError(f"steps must be above {step:,}, where the fork begins. Received: {steps:,}.")


def usual_steps(step: int, steps: int) -> int:
    """The total of steps that a fork has unless another is given.

    That of the settings where it is above the checkpoint; otherwise the fork trains for as many
    more steps as the settings say, so that the last checkpoint of a finished run can be forked.

    Args:
        step: of the checkpoint that it begins at.
        steps: the total in the settings.
    """
    return steps if steps > step else step + steps


@dataclass(frozen=True)
class _Copied:
    """The past of a run up to a checkpoint.

    Args:
        run: the run.
        checkpoint: where it ends.
        config: what will be measured from there on.
    """

    run: Run
    checkpoint: Checkpoint
    config: RunConfig

    @property
    def parent(self) -> Parent:
        """For the new run's own record."""
        return Parent(self.run.id, self.checkpoint.step)

    def write(self, folder: Path, journal: JournalWriter, status: Status) -> Status:
        """See `store.Past`."""
        record, step = self.run.record(), self.checkpoint.step
        samples = [one for one in record.samples if one <= step]
        real = self._copied("samples/real.npz", folder, record.real)
        if real is not None:
            journal.append("started", 0, status.fields(), {"real": real.fields()})
        at = 0
        for sampled in [*samples, step]:
            self._write_metrics(journal, status, record.history, at, sampled)
            at = sampled
            blob = record.samples.get(sampled)
            copied = self._copied(f"samples/{sampled:08d}.npz", folder, blob)
            if copied is not None:
                scores = record.scores.at(sampled)
                fields = {**copied.fields(), "scores": scores}
                journal.append("samples", sampled, status.fields(), fields)
        # Last of all steps to go, for a fork of a fork, or another try from here.
        # What was changed before it is in the new run's own knobs.
        file = f"checkpoints/{step:08d}.npz"
        blob = write_blob(folder, file, self.checkpoint.state, sync=True)
        saved = Saved(step, blob, self.checkpoint.elapsed_s, milestone=True)
        status = replace(status, step=step, saved_step=step, elapsed_s=saved.elapsed_s)
        journal.append("checkpoint", step, status.fields(), saved.fields())
        return status

    def _copied(self, file: str, folder: Path, blob: Blob | None) -> Blob | None:
        """A file of the past in the new run's folder; None where there is none that is whole."""
        if blob is None:
            return None
        try:
            arrays = read_blob(self.run.path, blob)
        except DamagedError:
            return None
        return write_blob(folder, file, arrays, sync=False)

    def _write_metrics(
        self, journal: JournalWriter, status: Status, history: History, after: int, until: int
    ) -> None:
        """Writes the figures of the steps after one, up to another."""
        rows = np.flatnonzero((history.step > after) & (history.step <= until))
        names = metric_names(self.config)
        # What was not measured then is not known.
        unknown = np.full(len(history), np.nan)
        columns = [history[name] if name in history.names else unknown for name in names]
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = rows[start : start + _BLOCK_ROWS]
            # A block has consecutive steps, and the history may lack some.
            for part in np.split(block, np.flatnonzero(np.diff(history.step[block]) > 1) + 1):
                fields = {
                    "first_step": int(history.step[part[0]]),
                    "names": names,
                    "times": encode_times(history.time_s[part]),
                    **encode_rows(np.column_stack([column[part] for column in columns])),
                }
                journal.append("metrics", int(history.step[part[-1]]), status.fields(), fields)
