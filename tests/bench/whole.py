"""Whether all files of a run that has ended say the same, down to the last step."""

from collections.abc import Iterator

import numpy as np

from ganlib.errors import RunError
from ganlib.runs import Run, RunStore

ENDED = ("stopped", "finished", "failed", "interrupted")


def faults(store: RunStore, run_id: str) -> list[str]:
    """What is wrong with a run, a sentence each; empty where nothing is.

    Args:
        store: where it is.
        run_id: of a run that has ended.
    """
    try:
        return [f"{run_id}: {found}" for found in _faults(store.open(run_id))]
    except RunError as error:
        return [str(error)]


def _faults(run: Run) -> Iterator[str]:
    status, history = run.status(), run.history()
    saved = run.checkpoint_steps()
    yield from (gap.sentence() for gap in run.record().gaps)
    if status.state not in ENDED:
        yield f"it is {status.state}"
    if not np.array_equal(history.step, np.arange(1, len(history) + 1)):
        yield "its history is not of one step after the other"
    if len(history) != status.step:
        yield f"it is at step {status.step}, and its history ends at {len(history)}"
    for step in saved:
        state = run.checkpoint(step).state
        if not all(np.isfinite(value).all() for value in state.values()):
            yield f"its checkpoint of step {step} holds what is not finite"
    for step in run.sample_steps():
        if not run.samples(step)["fixed"].size:
            yield f"its samples of step {step} are empty"
    if status.state in ("stopped", "finished") and saved[-1:] != [status.step] and status.step:
        yield f"it ended at step {status.step}, and its checkpoints are of {saved}"
    if status.state == "finished":
        if status.step != status.steps:
            yield f"it finished at step {status.step} of {status.steps}"
        if not status.weights_sha256 or not status.metrics:
            yield "it finished without its scores"
        if run.sample_steps()[-1:] != [status.step]:
            yield "it has no samples of its last step"
