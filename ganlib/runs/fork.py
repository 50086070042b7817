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
from ganlib.runs.changes_log import NO_CHANGES
from ganlib.runs.checkpoint import CheckpointFolder
from ganlib.runs.metrics_log import write_log
from ganlib.runs.run import Parent, Run
from ganlib.runs.samples import SampleFolder
from ganlib.runs.scores_log import copy_scores
from ganlib.runs.store import RunStore


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

    def write(self, folder: Path) -> float:
        """See `store.Past`."""
        step = self.checkpoint.step
        # Last of all steps to go, for a fork of a fork, or another try from here.
        # What was changed before it is in the new run's own knobs.
        kept = replace(self.checkpoint, milestone=True, changes=NO_CHANGES)
        CheckpointFolder(folder / "checkpoints").save(kept)
        self._write_metrics(folder / "metrics.log")
        copy_scores(self.run.path / "scores.jsonl", folder / "scores.jsonl", step)
        samples = SampleFolder(folder / "samples")
        samples.copy_from(SampleFolder(self.run.path / "samples"), step)
        return self.checkpoint.elapsed_s

    def _write_metrics(self, path: Path) -> None:
        history = self.run.history()
        kept = history.step <= self.checkpoint.step
        names = metric_names(self.config)
        # What was not measured then is not known.
        unknown = np.full(len(history), np.nan)
        columns = [history[name] if name in history.names else unknown for name in names]
        rows = np.column_stack([history.values[0], history.time_s, *columns])
        write_log(path, names, rows[kept])
