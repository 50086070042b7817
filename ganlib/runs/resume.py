"""Which runs may go on, and how far."""

from dataclasses import replace

from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.runs.identity import utc_now
from ganlib.runs.run import Run
from ganlib.runs.status import Status
from ganlib.runs.trainers import ConfigLoader, load_config


def queue_again(
    run: Run,
    steps: int | None = None,
    config_loader: ConfigLoader = load_config,
    *,
    in_queue: bool = False,
) -> RunConfig:
    """Queues a run that has ended, to go on from its latest checkpoint.

    Args:
        run: the run; this takes its lock, unless `run` has it already.
        steps: the new total of generator updates; None keeps the old one.
        config_loader: makes the recipe's config from stored values.
        in_queue: whether it may have to wait, so that the next process is to go on with it.

    Returns:
        The config to go on with.

    Raises:
        RunError: somebody owns the run, or it has nothing left to do, or its files cannot
            be gone on with: no checkpoint can be read, a change that was made in its middle
            is lost, or the folder takes nothing.
        ConfigError: the total, or another knob, has a value that is not allowed.
    """
    run.lock.acquire()
    # Before anything is written.
    run.resume_point()
    status = run.status()
    # Held by us and yet queued, running or paused: its owner died and nobody has looked since.
    total = _checked_total(run, status, steps)
    config = config_loader(run.recipe, {**run.config, "steps": total})
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
            f"Run {run.id} has finished its {done:,} steps; it goes on when a higher total "
            f"of steps is given. Received: {given}."
        )
    if total < done:
        raise RunError(
            f"Run {run.id} has a checkpoint at step {done:,}, so its total of steps must be "
            f"at least that. Received: {total:,}."
        )
    return total
