"""Executes a run: consumes the events of its trainer and writes them to its folder."""

from collections.abc import Callable, Generator
from contextlib import suppress
from itertools import cycle
from typing import TYPE_CHECKING, Any

from ganlib.errors import RunError, UserError
from ganlib.events import Event, Phase
from ganlib.runs.control import ControlRequest, RunControl
from ganlib.runs.durable import SyncError, is_full
from ganlib.runs.mailbox import Mailbox
from ganlib.runs.run import Run
from ganlib.runs.status import State
from ganlib.runs.trainers import MakeTrainer
from ganlib.runs.webhook import Webhook
from ganlib.runs.writer import RunWriter

if TYPE_CHECKING:
    from ganlib.training import Trainer

# Time between checkpoints where the config's `checkpoint_every` is 0.
AUTOSAVE_S = 20.0
# Pause between two steps in slow motion.
SLOW_S = 1.0
_LINE_CHARACTERS = 200
_DISK_FULL_PAUSED = "The disk is full. Nothing is lost: free some space, then resume the run."
_DISK_FULL_ENDED = (
    "The disk is full. Free some space, then resume the run from its last checkpoint."
)


def execute(
    run: Run,
    make_trainer: MakeTrainer,
    control: RunControl,
    on_event: Callable[[Event], None] | None = None,
    *,
    on_error: Callable[[Exception], None] | None = None,
    tensorboard: bool = True,
) -> State:
    """Trains a run until it is finished, stopped or failed, then releases its lock.

    An error during training does not raise: it ends the run as failed. The status has a message and
    the journal has the traceback.

    Args:
        run: the run; its lock is acquired unless `run` holds it already.
        make_trainer: creates the trainer; see `ganlib.runs.make_trainer`. It is called after the
            run has begun, so that the time it takes and its errors are part of the run. The
            trainer is closed at the end unless it failed.
        control: pauses, stops and changes the run between two events.
        on_event: called after an event has been written.
        on_error: called with the exception that ends the run as failed.
        tensorboard: also write an event file for TensorBoard.

    Returns:
        "finished", "stopped", "interrupted" or "failed".

    Raises:
        RunError: another process writes the run, or the run cannot be read.
        UserError: GANLIB_WEBHOOK or GANLIB_URL is not an address; see `ganlib.runs.webhook`.
    """
    webhook = Webhook(run)
    with RunWriter(run, tensorboard=tensorboard) as writer:

        def observe(event: Event) -> None:
            webhook.observe(event, writer.status)
            if on_event is not None:
                on_event(event)

        session = _Session(run, make_trainer, control, writer, observe)
        try:
            state = session.consume()
            session.close()
            return state
        except _DiskFullError:
            session.close()
            return _end(writer, control.stopped_as, _DISK_FULL_ENDED)
        except Exception as error:
            if on_error is not None:
                on_error(error)
            return _end(writer, "failed", _failure(run, error, session.step), error)
        except BaseException:
            # Ctrl-C in the middle of an event: the networks may be inconsistent and are not saved.
            _end(writer, "interrupted", "The run was interrupted.")
            raise
        finally:
            session.close_events()
            webhook.ended(writer.status)


class _DiskFullError(Exception):
    """The run was stopped while it was paused because the disk was full."""


class _Session:
    """One session of a run: writes events and executes requests between two events."""

    def __init__(
        self,
        run: Run,
        make_trainer: MakeTrainer,
        control: RunControl,
        writer: RunWriter,
        on_event: Callable[[Event], None],
    ):
        self._created: Trainer | None = None
        self._control = control
        self._mailbox = Mailbox(run.path)
        self._writer = writer
        self._on_event = on_event
        self._saves_by_time = run.values.get("checkpoint_every", 0) == 0
        self._events = self._create_and_train(run, make_trainer)

    @property
    def step(self) -> int:
        """Generator updates so far."""
        return self._created.step if self._created else self._writer.status.step

    def close_events(self) -> None:
        """Ends what the trainer is doing, such as a download, which holds a lock."""
        # The run has ended, so an error here changes nothing.
        with suppress(Exception):
            self._events.close()

    def close(self) -> None:
        """Closes the trainer, if it has been created."""
        self.close_events()
        if self._created:
            self._created.close()

    @property
    def _trainer(self) -> "Trainer":
        if self._created is None:
            raise RuntimeError("the trainer has not started")
        return self._created

    def _create_and_train(
        self, run: Run, make_trainer: MakeTrainer
    ) -> Generator[Event, None, None]:
        yield Phase("loading TensorFlow")
        self._created = make_trainer(run)
        yield from self._created.events()

    def consume(self) -> State:
        """Runs until training is finished or stopped."""
        control, writer = self._control, self._writer
        self._mailbox.clear()
        self._retry_when_full(writer.begin)
        turns = cycle(("discriminator", "generator"))
        while not writer.finished:
            self._read_mail()
            if control.pause_requested:
                self._pause()
            for request in control.take_requests() if writer.started else ():
                if request.knobs:
                    self._change(request.knobs)
                if request.learns and not writer.finished:
                    self._single_step(request)
                if request.save:
                    self._save()
            if control.stop_requested:
                return self._stop()
            if control.pause_requested or writer.finished:
                continue
            if writer.status.state != "running":
                self._retry_when_full(writer.write_running)
            if control.slow and writer.started:
                self._single_step(ControlRequest(learns=next(turns)))
                control.wait(SLOW_S)
            else:
                self._write(self._next())
            if self._saves_by_time and writer.since_saved_s >= AUTOSAVE_S:
                self._save()
        self._save()
        self._retry_when_full(lambda: writer.end("finished"))
        return "finished"

    def _pause(self) -> None:
        # The status first, because saving and sampling take a while.
        if self._writer.status.state != "paused":
            self._retry_when_full(lambda: self._writer.write_status("paused", state="paused"))
        self._save()
        self._write_snapshot()
        # Requests need networks, which exist only once training has started.
        self._control.wait_while_paused(wake_on_request=self._writer.started, poll=self._read_mail)

    def _read_mail(self) -> None:
        """Passes on the requests of other processes."""
        for word in self._mailbox.take():
            self._control.send(word)

    def _stop(self) -> State:
        writer = self._writer
        stopping = {"phase": "stopping", "phase_share": writer.status.share}
        self._retry_when_full(lambda: writer.write_status("stopping", **stopping))
        self._save()
        self._write_snapshot()
        sha256 = self._trainer.weights_sha256() if writer.started else ""
        state = self._control.stopped_as
        self._retry_when_full(lambda: writer.end(state, weights_sha256=sha256))
        return state

    def _next(self) -> Event:
        event = next(self._events, None)
        if event is None:
            raise RuntimeError("the trainer ended before its last step")
        return event

    def _write(self, event: Event) -> None:
        self._retry_when_full(lambda: self._writer.write(event))
        self._on_event(event)

    def _single_step(self, request: ControlRequest) -> None:
        """Makes one step requested by the user, up to and including its samples."""
        writer = self._writer
        change = self._trainer.change({}, request.learns)
        # A step of both networks needs no line: a resumed run makes it anyway.
        if request.learns != "both":
            self._retry_when_full(lambda: writer.write(change))
        # The samples of an earlier step may still be due.
        while not writer.finished and writer.sampled_step <= change.step:
            self._write(self._next())

    def _change(self, knobs: dict[str, Any]) -> None:
        """Changes settings, or writes why that is not possible.

        A change that was valid when it was requested may conflict with a later one.
        """
        try:
            change = self._trainer.change(knobs)
        except UserError as error:
            sentence = str(error)
            self._retry_when_full(lambda: self._writer.write_status("message", message=sentence))
        else:
            self._retry_when_full(lambda: self._writer.write(change))

    def _write_snapshot(self) -> None:
        """Writes samples of the current step, if it has none yet."""
        if self._writer.started and self._writer.sampled_step != self._trainer.step:
            samples = self._trainer.snapshot()
            self._retry_when_full(lambda: self._writer.write(samples))

    def _save(self) -> None:
        if self._writer.started:
            checkpoint = self._trainer.checkpoint()
            self._retry_when_full(lambda: self._writer.save(checkpoint))

    def _retry_when_full(self, write: Callable[[], None]) -> None:
        """Calls `write`. If the disk is full, pauses the run and tries again once it is resumed."""
        control, writer = self._control, self._writer
        while True:
            try:
                return write()
            except OSError as error:
                # After a failed sync, lines may be lost, so the run must not continue from here.
                if isinstance(error, SyncError) or not (is_full(error) and control.attended):
                    raise
            if not control.stop_requested:
                control.send("pause")
                writer.write_paused_disk_full(_DISK_FULL_PAUSED)
                control.wait_while_paused(wake_on_request=False, poll=self._read_mail)
            if control.stop_requested:
                raise _DiskFullError


def _end(writer: RunWriter, state: State, message: str, error: Exception | None = None) -> State:
    # If this cannot be written, readers see the run as interrupted once its lock is free.
    with suppress(OSError, RunError):
        writer.end(state, message=message, error=error)
    return state


def _failure(run: Run, error: Exception, step: int) -> str:
    if isinstance(error, OSError) and is_full(error):
        return _DISK_FULL_ENDED
    message = failure_message(error, step)
    if type(error).__name__ == "DivergedError" and (good := run.checkpoint_steps()):
        message += (
            f" You can fork the run from its checkpoint of step {good[-1]:,}, before it diverged."
        )
    return message


def failure_message(error: Exception, step: int) -> str:
    """Returns a one-line message for the user, without the traceback.

    Args:
        error: the exception that ended the training.
        step: number of generator updates before the failure.
    """
    # Compared by name, because a hot reload may have replaced the class.
    if any(kind.__name__ == "UserError" for kind in type(error).__mro__):
        return str(error)
    lines = str(error).strip().splitlines()
    first = lines[0].strip() if lines else ""
    if len(first) > _LINE_CHARACTERS:
        first = first[: _LINE_CHARACTERS - 3] + "..."
    what = f"{type(error).__name__} at step {step:,}" + (f": {first}" if first else "")
    return f"{what.removesuffix('.')}. The traceback is in the run's journal.jsonl."
