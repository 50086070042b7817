"""Executes a run: consumes its trainer's events until the end, whoever calls it."""

from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from typing import Any

from ganlib.errors import UserError
from ganlib.events import Event
from ganlib.runs.control import RunControl, Wish
from ganlib.runs.images import encode_grid
from ganlib.runs.run import Run
from ganlib.runs.samples import EncodeGrid
from ganlib.runs.status import State
from ganlib.runs.trainers import Trainer
from ganlib.runs.writer import RunWriter

AUTOSAVE_S = 20.0
# Between two steps in slow motion.
SLOW_S = 1.0
_LINE_CHARACTERS = 200


def execute(
    run: Run,
    trainer: Trainer,
    control: RunControl,
    on_event: Callable[[Event], None] | None = None,
    *,
    encode_grid: EncodeGrid = encode_grid,
    tensorboard: bool = True,
    autosave_s: float = AUTOSAVE_S,
) -> State:
    """Trains a run to its end, its stop or its failure, and then lets it go.

    What goes wrong in training is the run's end and not an exception: the status has
    one sentence about it, and traceback.txt the rest.

    Args:
        run: the run; this takes its lock, unless `run` has it already.
        trainer: yields the events; closed at the end, unless it failed.
        control: pauses and stops it, between two events.
        on_event: called after each event is written.
        encode_grid: draws grids of images as PNG.
        tensorboard: also write an event file for TensorBoard.
        autosave_s: seconds between checkpoints where the config's `checkpoint_every` is 0.

    Returns:
        finished, stopped or failed.

    Raises:
        RunError: somebody else writes the run, or it cannot be read.
    """
    with RunWriter(run, encode_grid=encode_grid, tensorboard=tensorboard) as writer:
        try:
            writer.begin()
            by_time = run.config.get("checkpoint_every", 0) == 0
            state = _consume(
                trainer, control, writer, on_event, autosave_s if by_time else float("inf")
            )
            trainer.close()
            return state
        except Exception as error:
            return _fail(writer, trainer, error)
        except BaseException:
            # Ctrl-C in the middle of an event: the networks are in no state to be saved.
            with suppress(OSError):
                writer.end("interrupted", message="It was interrupted; it can be resumed.")
            raise


def _consume(
    trainer: Trainer,
    control: RunControl,
    writer: RunWriter,
    on_event: Callable[[Event], None] | None,
    autosave_s: float,
) -> State:
    events = iter(trainer.events())

    def write_next() -> Event:
        event = next(events, None)
        if event is None:
            raise RuntimeError("the trainer ended before its last step")
        writer.write(event)
        if on_event is not None:
            on_event(event)
        return event

    def step_by_hand(wish: Wish) -> None:
        """One step, whose samples end it."""
        before = trainer.step
        change = trainer.change({}, wish.learns)
        # A usual step is made again by itself.
        if wish.learns != "both":
            writer.write(change)
        # Those of the step before may not have come yet.
        while not writer.finished and writer.sampled_step <= before:
            write_next()
        writer.show()

    turns = cycle(("discriminator", "generator"))
    while not writer.finished:
        if control.pause_requested:
            # First what was asked for; to save and to draw takes a while.
            if writer.status.state != "paused":
                writer.rest()
            _save(trainer, writer)
            _look(trainer, writer)
            # Before there are networks, no wish can be granted.
            control.wait_while_paused(wakeful=writer.started)
        for wish in control.wishes() if writer.started else ():
            if wish.knobs:
                _change(trainer, writer, wish.knobs)
            if wish.learns and not writer.finished:
                step_by_hand(wish)
        if control.stop_requested:
            writer.stopping()
            _save(trainer, writer)
            _look(trainer, writer)
            sha256 = trainer.weights_sha256() if writer.started else ""
            writer.end("stopped", weights_sha256=sha256)
            return "stopped"
        if control.pause_requested or writer.finished:
            continue
        if writer.status.state != "running":
            writer.go_on()
        if control.slow and writer.started:
            step_by_hand(Wish(learns=next(turns)))
            control.rest(SLOW_S)
        else:
            write_next()
        if writer.since_saved_s >= autosave_s:
            _save(trainer, writer)
    _save(trainer, writer)
    writer.end("finished")
    return "finished"


def _change(trainer: Trainer, writer: RunWriter, knobs: dict[str, Any]) -> None:
    """Changes knobs, or says why not: what was allowed when it was asked for may clash by now."""
    try:
        writer.write(trainer.change(knobs))
    except UserError as error:
        writer.tell(str(error))


def _look(trainer: Trainer, writer: RunWriter) -> None:
    """Has samples of the step at which a run rests."""
    if writer.started and writer.sampled_step != trainer.step:
        writer.write(trainer.look())


def _save(trainer: Trainer, writer: RunWriter) -> None:
    if writer.started:
        writer.save(trainer.checkpoint())


def _fail(writer: RunWriter, trainer: Trainer, error: Exception) -> State:
    # The folder may be what failed (full, or gone): then nothing can be told there, and
    # readers find the run interrupted once its lock is free.
    with suppress(OSError):
        writer.write_traceback(error)
    with suppress(OSError):
        writer.end("failed", message=failure_sentence(error, trainer.step))
    return "failed"


def failure_sentence(error: Exception, step: int) -> str:
    """What a user is told about a failure: one sentence, never the traceback.

    Args:
        error: what was raised.
        step: generator updates before it.
    """
    # By name, for a hot reload may have made the class anew meanwhile.
    if any(kind.__name__ == "UserError" for kind in type(error).__mro__):
        return str(error)
    lines = str(error).strip().splitlines()
    first = lines[0].strip() if lines else ""
    if len(first) > _LINE_CHARACTERS:
        first = first[: _LINE_CHARACTERS - 3] + "..."
    what = f"{type(error).__name__} at step {step:,}" + (f": {first}" if first else "")
    return f"{what.removesuffix('.')}. The traceback is in the run's folder."
