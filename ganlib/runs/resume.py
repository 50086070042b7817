"""Queues runs that have ended, so that they continue."""

from dataclasses import replace

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.runs.identity import utc_now
from ganlib.runs.run import Run
from ganlib.runs.status import Status


def queue_again(run: Run, steps: int | None = None, *, in_queue: bool = False) -> RunConfig:
    """Queues a run that has ended, so that it continues from its latest checkpoint.

    Args:
        run: the run; its lock is acquired unless `run` holds it already.
        steps: new total of generator updates; None keeps the old one.
        in_queue: see `RunStore.create`.

    Returns:
        The config of the resumed run.

    Raises:
        RunError: the run is in use or has no steps left, no checkpoint can be read, a change made
            during training is lost, or the folder is read-only.
        ConfigError: the total steps or another knob has a value that is not allowed.
    """
    run.lock.acquire()
    # Raises before anything is written.
    run.resume_point()
    status = run.status()
    total = _checked_total(run, status, steps)
    config: RunConfig = recipes.get(run.recipe).parse({**run.values, "steps": total})
    queued = replace(
        status,
        state="queued",
        steps=total,
        phase="",
        message="",
        queued=utc_now() if in_queue else "",
        ended="",
    )
    try:
        run.note("queued", queued)
    except OSError as error:
        raise RunError(f"Run {run.id} cannot be changed: {error.strerror}.") from None
    return config


def _checked_total(run: Run, status: Status, steps: int | None) -> int:
    total = status.steps if steps is None else steps
    done = max([status.step if status.state == "finished" else 0, *run.checkpoint_steps()])
    if status.state == "finished" and total <= done:
        given = "none" if steps is None else f"{steps:,}"
        raise RunError(
            f"Run {run.id} has finished its {done:,} steps; give a higher total of steps to "
            f"continue. Received: {given}."
        )
    if total < done:
        raise RunError(
            f"Run {run.id} has a checkpoint at step {done:,}, so its total of steps must be "
            f"at least that. Received: {total:,}."
        )
    return total
