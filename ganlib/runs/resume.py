"""Which runs may go on, and how far."""

from contextlib import suppress
from dataclasses import replace

from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.runs.documents import DamagedError
from ganlib.runs.identity import utc_now
from ganlib.runs.run import Run
from ganlib.runs.status import Status, write_status
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
            be gone on with: a later version wrote one, what was changed in its middle is
            damaged, or the folder takes nothing.
        ConfigError: the total, or another knob, has a value that is not allowed.
    """
    run.lock.acquire()
    _check_readable(run)
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
        write_status(run.path, queued)
    except OSError as error:
        raise RunError(f"Run {run.id} cannot be changed: {error.strerror}.") from None
    return config


def _check_readable(run: Run) -> None:
    """Before anything is written, for what a later version wrote is left alone."""
    run.resume_point()
    # What else is damaged, a resume makes anew.
    for read in (run.history, run.scores, run.label_to_edit, run.real_views):
        with suppress(DamagedError):
            read()


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
