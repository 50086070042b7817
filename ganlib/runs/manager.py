"""The runs of this process: a queue, and a thread for each run that trains."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ganlib.config import RunConfig
from ganlib.errors import RunError, UserError
from ganlib.events import Change, Checkpoint
from ganlib.priority import step_aside
from ganlib.runs import room
from ganlib.runs.control import RunControl, Wish
from ganlib.runs.execute import execute
from ganlib.runs.fork import fork_run
from ganlib.runs.identity import utc_now
from ganlib.runs.resume import queue_again
from ganlib.runs.run import Run
from ganlib.runs.status import State
from ganlib.runs.store import RunStore
from ganlib.runs.trainers import (
    ConfigLoader,
    LateTrainer,
    Trainer,
    TrainerFactory,
    check_change,
    create_trainer,
    load_config,
)

MemoryCheck = Callable[[str, RunConfig, int], None]

_LOG = logging.getLogger(__name__)
_PUTS_AWAY_S = 5.0
_NO_TURN = "The server was shut down before its turn."


@dataclass(eq=False)
class _Job:
    """A run that this manager owns.

    Args:
        run: the run.
        config: its knobs.
        check_late: whether it is yet to be asked if it fits in memory.
        control: what it is asked to do.
        thread: where it trains; None while it is queued.
    """

    run: Run
    config: RunConfig
    check_late: bool = False
    control: RunControl = field(default_factory=RunControl)
    thread: threading.Thread | None = None


class Manager:
    """Trains runs in threads of this process, a few at a time, the others queued.

    All methods may be called from any thread. A paused run keeps its place: those in
    the queue wait until it has ended.

    Args:
        store: where the runs are.
        cap: how many runs may train (or be paused) at the same time. On a few cores one
            after the other is faster.
        trainer_factory: makes the trainers; None takes the real ones.
        config_loader: makes a config from stored values on resume; None takes the recipe's.
        check_memory: refuses what would not fit; None asks that of the real trainers only.
        tensorboard: also write event files for TensorBoard.
    """

    def __init__(
        self,
        store: RunStore,
        cap: int = 1,
        trainer_factory: TrainerFactory | None = None,
        config_loader: ConfigLoader | None = None,
        check_memory: MemoryCheck | None = None,
        *,
        tensorboard: bool = True,
    ):
        if cap < 1:
            raise RunError(f"At least one run must be allowed at a time. Received: {cap}.")
        self.store = store
        self.cap = cap
        self._trainer_factory = trainer_factory or create_trainer
        self._config_loader = config_loader or load_config
        self._check_memory = check_memory or (_fits if trainer_factory else room.check_memory)
        self._tensorboard = tensorboard
        self._lock = threading.RLock()
        # In the order in which they were started, then queued.
        self._jobs: dict[str, _Job] = {}
        self._closed = False

    def submit(self, recipe_name: str, config: RunConfig, *, check_late: bool = False) -> str:
        """Makes a run and queues it; it starts at once where there is room.

        Args:
            recipe_name: what to train.
            config: its knobs.
            check_late: asks only when the run begins whether it fits in memory, which may have to
                wait until TensorFlow is loaded. A run that does not fit then fails.

        Returns:
            The run's id.

        Raises:
            RunError: the run cannot be made, or the manager is shut down.
            ConfigError: it would not fit in memory.
        """
        if not check_late:
            self._check_memory(recipe_name, config, self.cap)
        with self._lock:
            self._check_open()
            run = self.store.create(recipe_name, config, in_queue=True)
            self._enqueue(_Job(run, config, check_late=check_late))
            return run.id

    def fork(self, run_id: str, step: int, config: RunConfig) -> str:
        """Makes a run that goes on from a checkpoint of another, and queues it; see `fork_run`.

        Returns:
            The new run's id.

        Raises:
            RunError: as `fork_run`, or the manager is shut down.
        """
        self._check_open()
        self._check_memory(self.store.open(run_id).recipe, config, self.cap)
        run = fork_run(self.store, run_id, step, config, in_queue=True)
        with self._lock:
            # Whoever shuts down meanwhile has it offered like all that wait.
            self._enqueue(_Job(run, config))
        return run.id

    def resume(self, run_id: str, steps: int | None = None) -> None:
        """Queues a run that has ended, to go on from its latest checkpoint under its own id.

        Args:
            run_id: the run.
            steps: the new total of steps; None keeps the old one.

        Raises:
            RunError: there is no such run, somebody owns it, or it has nothing left to do.
            ConfigError: the total of steps is not allowed, or it would not fit in memory.
        """
        self._check_open()
        # The folder may come from a larger machine.
        stored = self.store.open(run_id)
        self._check_memory(
            stored.recipe, self._config_loader(stored.recipe, stored.config), self.cap
        )
        self._check_ended(run_id, "only a run that has ended is resumed")
        # All of the run is read, which takes a while: not under the lock, for which pages wait.
        run = self.store.claim(run_id)
        try:
            config = queue_again(run, steps, self._config_loader, in_queue=True)
        except BaseException:
            run.lock.release()
            raise
        with self._lock:
            # Whoever shuts down meanwhile has it offered like all that wait.
            self._enqueue(_Job(run, config))

    def recover(self) -> list[str]:
        """Queues again, in its order, what waited for its turn when the process before ended.

        What that process has left half made or half deleted goes.

        Runs that somebody owns are left to them.

        Returns:
            The ids.
        """
        self.store.sweep()
        waited = [(run.status().queued, run.id) for run in self.store.interrupted()]
        queued = []
        for _, run_id in sorted(pair for pair in waited if pair[0]):
            try:
                self.resume(run_id)
                queued.append(run_id)
            except UserError as error:
                _LOG.warning("run %s stays where it is: %s", run_id, error)
        return queued

    def leave(self, run_id: str) -> None:
        """Has an interrupted run count as stopped, so that it is offered no more.

        Raises:
            RunError: there is no such run, or somebody owns it.
        """
        run = self.store.claim(run_id)
        _end_queued(run, "stopped")

    def pause(self, run_id: str) -> None:
        """Has a run rest between two events; see `RunControl`.

        Raises:
            RunError: this manager does not train it.
        """
        self._training(run_id).control.pause()

    def unpause(self, run_id: str) -> None:
        """Has a paused run go on.

        Raises:
            RunError: this manager does not train it.
        """
        self._training(run_id).control.unpause()

    def ask(self, run_id: str, wish: Wish) -> None:
        """Has a run change, or make one step, paused or not; see `RunControl.ask`.

        Raises:
            RunError: this manager does not train it.
            ConfigError: a knob cannot be changed in the middle of a run, or not to that.
        """
        job = self._training(run_id)
        if wish.knobs:
            check_change(job.run, wish.knobs)
        job.control.ask(wish)

    def set_slow(self, run_id: str, slow: bool) -> None:
        """Slow motion: one network at a time, a step a second.

        Raises:
            RunError: this manager does not train it.
        """
        self._training(run_id).control.slow = slow

    def is_slow(self, run_id: str) -> bool:
        """Whether a run of this manager goes in slow motion."""
        with self._lock:
            job = self._jobs.get(run_id)
        return job is not None and job.control.slow

    def stop(self, run_id: str) -> None:
        """Ends a run, with a checkpoint, between two events; a queued one at once.

        Raises:
            RunError: this manager does not own it.
        """
        with self._lock:
            job = self._owned(run_id)
            if job.thread is None:
                self._take_off(job)
            else:
                job.control.stop()

    def cancel(self, run_id: str) -> None:
        """Takes a run off the queue before its turn; it counts as stopped and can be resumed.

        Raises:
            RunError: it is not in the queue of this manager.
        """
        with self._lock:
            job = self._owned(run_id)
            if job.thread is not None:
                raise RunError(f"Run {run_id} has left the queue; it can be stopped instead.")
            self._take_off(job)

    def delete(self, run_id: str) -> None:
        """Deletes a run and all its files, readable or not; one that is queued leaves the queue.

        Raises:
            RunError: there is no such run, it trains or is paused, or another process owns it.
        """
        with self._lock:
            job = self._jobs.get(run_id)
            if job is not None and job.thread is None:
                self._take_off(job)
        self._check_ended(run_id, "stop it before you delete it")
        self.store.delete(run_id)

    def asked(self, run_id: str) -> Literal["", "pause", "stop"]:
        """Which of these a run of this manager was asked for last, done or yet to be done."""
        with self._lock:
            job = self._jobs.get(run_id)
        if job is None:
            return ""
        if job.control.stop_requested:
            return "stop"
        return "pause" if job.control.pause_requested else ""

    def owns(self, run_id: str) -> bool:
        """Whether this manager has the run queued, running or paused."""
        with self._lock:
            return run_id in self._jobs

    def active(self) -> list[str]:
        """Ids of the runs that train or are paused, in the order of their start, then the queue."""
        with self._lock:
            training = [run_id for run_id, job in self._jobs.items() if job.thread is not None]
            queued = [run_id for run_id, job in self._jobs.items() if job.thread is None]
            return training + queued

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until nothing is left to do; whether it came to that in time."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            with self._lock:
                threads = [job.thread for job in self._jobs.values() if job.thread is not None]
            if not threads:
                return True
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            threads[0].join(left)
            if threads[0].is_alive():
                return False

    def shutdown(self, timeout_s: float | None = None) -> bool:
        """Stops every run, with a checkpoint, and waits for that; takes no more.

        All end as interrupted, so that the next process offers to go on with them. Those still
        in the queue it queues again.

        Returns:
            Whether all have stopped in time.
        """
        with self._lock:
            self._closed = True
            for run_id, job in list(self._jobs.items()):
                if job.thread is None:
                    del self._jobs[run_id]
                    _end_queued(job.run, "interrupted", _NO_TURN)
                else:
                    job.control.interrupt()
        return self.wait(timeout_s)

    def _enqueue(self, job: _Job) -> None:
        if self._closed:
            _end_queued(job.run, "interrupted", _NO_TURN)
            return
        self._jobs[job.run.id] = job
        self._start_next()

    def _take_off(self, job: _Job) -> None:
        """Takes a run off the queue; the caller has the lock."""
        del self._jobs[job.run.id]
        _end_queued(job.run, "stopped")

    def _start_next(self) -> None:
        with self._lock:
            waiting = [job for job in self._jobs.values() if job.thread is None]
            room = self.cap - (len(self._jobs) - len(waiting))
            for job in waiting[: max(0, room)]:
                # A fresh thread each: Keras' name counters and dtype policy belong to a thread.
                job.thread = threading.Thread(
                    target=self._work, args=(job,), name=f"run {job.run.id}", daemon=True
                )
                job.thread.start()

    def _work(self, job: _Job) -> None:
        step_aside()
        try:
            factory = self._create_checked if job.check_late else self._trainer_factory
            trainer = LateTrainer(job.run, job.config, factory)
            execute(job.run, trainer, job.control, tensorboard=self._tensorboard)
        except BaseException:
            # The next run must start whatever became of this one.
            _LOG.exception("run %s ended without a status", job.run.id)
        finally:
            job.run.lock.release()
            with self._lock:
                self._jobs.pop(job.run.id, None)
                self._start_next()

    def _create_checked(
        self,
        recipe_name: str,
        config: RunConfig,
        checkpoint: Checkpoint | None,
        changes: Sequence[Change],
    ) -> Trainer:
        self._check_memory(recipe_name, config, self.cap)
        return self._trainer_factory(recipe_name, config, checkpoint, changes)

    def _owned(self, run_id: str) -> _Job:
        with self._lock:
            job = self._jobs.get(run_id)
        if job is None:
            state = self.store.open(run_id).status().state
            where = "by another process" if state in ("queued", "running", "paused") else "now"
            raise RunError(f"Run {run_id} is {state}; it is not run here {where}.")
        return job

    def _training(self, run_id: str) -> _Job:
        job = self._owned(run_id)
        if job.thread is None:
            raise RunError(f"Run {run_id} is still queued; it can be paused once it runs.")
        return job

    def _check_ended(self, run_id: str, rule: str) -> None:
        """Refuses what this manager still has, with a rule that says what must be done first."""
        with self._lock:
            job = self._jobs.get(run_id)
        if job is None:
            return
        status = job.run.status()
        if status.active or job.thread is None:
            raise RunError(f"Run {run_id} is {status.state}; {rule}.")
        # Its end is written before its thread has put everything away.
        job.thread.join(_PUTS_AWAY_S)

    def _check_open(self) -> None:
        if self._closed:
            raise RunError("The server is shutting down and takes no more runs.")


def _fits(recipe_name: str, config: RunConfig, share: int) -> None:
    """Whatever it is."""


def _end_queued(run: Run, state: State, message: str = "") -> None:
    try:
        status = run.status()
        queued = status.queued if state == "interrupted" else ""
        ended = replace(status, state=state, message=message, queued=queued, ended=utc_now())
        run.note("ended", ended)
    except (OSError, RunError):
        _LOG.exception("the end of run %s could not be written", run.id)
    finally:
        run.lock.release()
