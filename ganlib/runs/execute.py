"""Executes a run: consumes its trainer's events until the end, whoever calls it."""

from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from typing import Any

from ganlib.errors import RunError, UserError
from ganlib.events import Event
from ganlib.runs.control import RunControl, Wish
from ganlib.runs.durable import is_full
from ganlib.runs.run import Run
from ganlib.runs.status import State
from ganlib.runs.trainers import Trainer
from ganlib.runs.writer import RunWriter

AUTOSAVE_S = 20.0
# Between two steps in slow motion.
SLOW_S = 1.0
_LINE_CHARACTERS = 200
_FULL = "The disk of the runs is full. Nothing is lost: make room, then press Resume."
_NO_ROOM = "The disk of the runs is full. It goes on from its last checkpoint when there is room."


def execute(
    run: Run,
    trainer: Trainer,
    control: RunControl,
    on_event: Callable[[Event], None] | None = None,
    *,
    tensorboard: bool = True,
    autosave_s: float = AUTOSAVE_S,
) -> State:
    """Trains a run to its end, its stop or its failure, and then lets it go.

    What goes wrong in training is the run's end and not an exception: the status has
    one sentence about it, and the journal its traceback.

    Args:
        run: the run; this takes its lock, unless `run` has it already.
        trainer: yields the events; closed at the end, unless it failed.
        control: pauses and stops it, between two events.
        on_event: called after each event is written.
        tensorboard: also write an event file for TensorBoard.
        autosave_s: seconds between checkpoints where the config's `checkpoint_every` is 0.

    Returns:
        finished, stopped, interrupted or failed.

    Raises:
        RunError: somebody else writes the run, or it cannot be read.
    """
    with RunWriter(run, tensorboard=tensorboard) as writer:
        by_time = run.config.get("checkpoint_every", 0) == 0
        session = _Session(
            trainer, control, writer, on_event, autosave_s if by_time else float("inf")
        )
        try:
            state = session.consume()
            trainer.close()
            return state
        except _NoRoomError:
            trainer.close()
            return _end(writer, control.stopped_as, _NO_ROOM)
        except Exception as error:
            return _end(writer, "failed", _failure(run, error, trainer.step), error)
        except BaseException:
            # Ctrl-C in the middle of an event: the networks are in no state to be saved.
            _end(writer, "interrupted", "It was interrupted.")
            raise


class _NoRoomError(Exception):
    """The run was stopped while it waited for room on the disk."""


class _Session:
    """One session of a run: asks for the next event, and does what is wished for in between."""

    def __init__(
        self,
        trainer: Trainer,
        control: RunControl,
        writer: RunWriter,
        on_event: Callable[[Event], None] | None,
        autosave_s: float,
    ):
        self._trainer = trainer
        self._control = control
        self._writer = writer
        self._on_event = on_event
        self._autosave_s = autosave_s
        self._events = iter(trainer.events())

    def consume(self) -> State:
        """Everything until the run is finished or stopped."""
        control, writer = self._control, self._writer
        self._keep(writer.begin)
        turns = cycle(("discriminator", "generator"))
        while not writer.finished:
            if control.pause_requested:
                self._rest()
            for wish in control.wishes() if writer.started else ():
                if wish.knobs:
                    self._change(wish.knobs)
                if wish.learns and not writer.finished:
                    self._step_by_hand(wish)
            if control.stop_requested:
                return self._stop()
            if control.pause_requested or writer.finished:
                continue
            if writer.status.state != "running":
                self._keep(writer.go_on)
            if control.slow and writer.started:
                self._step_by_hand(Wish(learns=next(turns)))
                control.rest(SLOW_S)
            else:
                self._write(self._next())
            if writer.since_saved_s >= self._autosave_s:
                self._save()
        self._save()
        self._keep(lambda: writer.end("finished"))
        return "finished"

    def _rest(self) -> None:
        # First what was asked for; to save and to draw takes a while.
        if self._writer.status.state != "paused":
            self._keep(self._writer.rest)
        self._save()
        self._look()
        # Before there are networks, no wish can be granted.
        self._control.wait_while_paused(wakeful=self._writer.started)

    def _stop(self) -> State:
        writer = self._writer
        self._keep(writer.stopping)
        self._save()
        self._look()
        sha256 = self._trainer.weights_sha256() if writer.started else ""
        state = self._control.stopped_as
        self._keep(lambda: writer.end(state, weights_sha256=sha256))
        return state

    def _next(self) -> Event:
        event = next(self._events, None)
        if event is None:
            raise RuntimeError("the trainer ended before its last step")
        return event

    def _write(self, event: Event) -> None:
        self._keep(lambda: self._writer.write(event))
        if self._on_event is not None:
            self._on_event(event)

    def _step_by_hand(self, wish: Wish) -> None:
        """One step, whose samples end it."""
        writer = self._writer
        change = self._trainer.change({}, wish.learns)
        # A usual step is made again by itself.
        if wish.learns != "both":
            self._keep(lambda: writer.write(change))
        # Those of the step before may not have come yet.
        while not writer.finished and writer.sampled_step <= change.step:
            self._write(self._next())

    def _change(self, knobs: dict[str, Any]) -> None:
        """Changes knobs, or says why not: what was allowed when asked for may clash by now."""
        try:
            change = self._trainer.change(knobs)
        except UserError as error:
            sentence = str(error)
            self._keep(lambda: self._writer.tell(sentence))
        else:
            self._keep(lambda: self._writer.write(change))

    def _look(self) -> None:
        """Has samples of the step at which a run rests."""
        if self._writer.started and self._writer.sampled_step != self._trainer.step:
            samples = self._trainer.look()
            self._keep(lambda: self._writer.write(samples))

    def _save(self) -> None:
        if self._writer.started:
            checkpoint = self._trainer.checkpoint()
            self._keep(lambda: self._writer.save(checkpoint))

    def _keep(self, write: Callable[[], None]) -> None:
        """Writes. On a full disk the run rests until it is told to go on, and writes again."""
        control, writer = self._control, self._writer
        while True:
            try:
                return write()
            except OSError as error:
                if not (is_full(error) and control.attended):
                    raise
            if not control.stop_requested:
                control.pause()
                writer.rest_without_room(_FULL)
                control.wait_while_paused(wakeful=False)
            if control.stop_requested:
                raise _NoRoomError


def _end(writer: RunWriter, state: State, message: str, error: Exception | None = None) -> State:
    # Where nothing can be written, readers find the run interrupted once its lock is free.
    with suppress(OSError, RunError):
        writer.end(state, message=message, error=error)
    return state


def _failure(run: Run, error: Exception, step: int) -> str:
    if isinstance(error, OSError) and is_full(error):
        return _NO_ROOM
    said = failure_sentence(error, step)
    if type(error).__name__ == "DivergedError" and (good := run.checkpoint_steps()):
        said += f" The checkpoint of step {good[-1]:,} is from before; a fork from it can try."
    return said


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
