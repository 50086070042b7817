"""Manages the runs of this process: a queue, and a thread or process for each that trains."""

import logging
import os
import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import RunError, UserError, quote
from ganlib.priority import lower_thread_priority
from ganlib.runs.control import Order, RunControl
from ganlib.runs.execute import execute
from ganlib.runs.fork import fork_run
from ganlib.runs.gpus import GpuPool
from ganlib.runs.identity import utc_now
from ganlib.runs.mailbox import send
from ganlib.runs.process import SUPPORTED, execute_in_process
from ganlib.runs.resume import queue_again
from ganlib.runs.run import Run
from ganlib.runs.status import State
from ganlib.runs.store import RunStore
from ganlib.runs.trainers import MakeTrainer, check_memory, checked, config_at, make_trainer

_LOG = logging.getLogger(__name__)
# Time for a thread to finish after its run has ended.
_JOIN_TIMEOUT_S = 5.0
MAX_CAP = 100
_SHUT_DOWN = "The process ended before the run started."


@dataclass(eq=False)
class _Job:
    """A run that this manager owns.

    Args:
        run: the run.
        control: pauses and stops the run.
        check_late: check in the run's thread whether the training fits in memory.
        thread: trains the run, or waits for the process that does; None while it is queued.
        has_paused: the run has been seen paused since it was last asked to pause.
    """

    run: Run
    control: RunControl
    check_late: bool
    thread: threading.Thread | None = None
    has_paused: bool = False


class Manager:
    """Trains up to `cap` runs at a time, and queues the others.

    They train in threads of this process. If `processes` is True and `cap` is above 1, each run
    trains in its own process: runs use all processors, each gets one GPU, and a crash ends only its
    own run.

    All methods may be called from any thread. A paused run counts as training: queued runs wait
    until it has ended.

    Args:
        store: contains the runs.
        cap: maximum number of runs that train or are paused at the same time.
        trainer_factory: creates the trainer of a run that trains in a thread.
        processes: train in processes while `cap` is above 1.
        attended: True if a user can resume runs that pause because the disk is full; otherwise
            they fail.
        tensorboard: also write event files for TensorBoard.
    """

    def __init__(
        self,
        store: RunStore,
        cap: int = 1,
        trainer_factory: MakeTrainer = make_trainer,
        *,
        processes: bool = False,
        attended: bool = True,
        tensorboard: bool = True,
    ):
        self.store = store
        self._cap = _checked_cap(cap)
        self._processes = processes and SUPPORTED
        self._trainer_factory = trainer_factory
        self._attended = attended
        self._tensorboard = tensorboard
        self._lock = threading.RLock()
        # In the order in which they were queued.
        self._jobs: dict[str, _Job] = {}
        self._gpus = GpuPool()
        self._closed = False

    @staticmethod
    def default_cap() -> int:
        """Returns the number in GANLIB_MAX_RUNS, or else 1.

        Raises:
            UserError: it is not a whole number from 1 to 100.
        """
        text = os.environ.get("GANLIB_MAX_RUNS", "1")
        whole = text.isdecimal() and len(text) <= len(str(MAX_CAP))
        if not whole or not 1 <= int(text) <= MAX_CAP:
            raise UserError(
                f"GANLIB_MAX_RUNS must be a whole number from 1 to {MAX_CAP}. "
                f"Received: {quote(text)}."
            )
        return int(text)

    @property
    def cap(self) -> int:
        """Maximum number of runs that train or are paused at the same time.

        If it is raised, the next queued runs begin; if it is lowered, no run ends.
        """
        return self._cap

    @cap.setter
    def cap(self, cap: int) -> None:
        self._cap = _checked_cap(cap)
        self._start_next()

    def submit(
        self, recipe_name: str, config: RunConfig, *, group: str = "", check_late: bool = False
    ) -> str:
        """Creates a run and queues it. It starts at once unless `cap` runs are training.

        Args:
            recipe_name: name of the recipe.
            config: its config.
            group: name of the group that it belongs to; see `RunStore.create`.
            check_late: check when the run starts whether it fits in memory, because the check may
                have to wait until TensorFlow is loaded. If it does not fit, the run fails.

        Returns:
            The run's id.

        Raises:
            RunError: the run cannot be created, or the manager is shut down.
            ConfigError: the training would not fit in memory.
        """
        if not check_late:
            check_memory(recipe_name, config, self.cap)
        self._check_open()
        # Not under the lock, because a slow disk takes a while and pages need the lock.
        run = self.store.create(recipe_name, config, in_queue=True, group=group)
        self._enqueue(run, check_late=check_late)
        return run.id

    def fork(self, run_id: str, step: int, config: RunConfig) -> str:
        """Creates a run from a checkpoint of another run and queues it.

        Args:
            run_id: id of the original run.
            step: step of the checkpoint.
            config: config of the new run.

        Returns:
            The new run's id.

        Raises:
            RunError: see `fork_run`; or the manager is shut down.
            ConfigError: the training would not fit in memory.
        """
        self._check_open()
        check_memory(self.store.open(run_id).recipe, config, self.cap)
        run = fork_run(self.store, run_id, step, config, in_queue=True)
        self._enqueue(run)
        return run.id

    def resume(self, run_id: str, steps: int | None = None) -> None:
        """Queues a run that has ended, so that it continues from its latest checkpoint.

        Args:
            run_id: id of the run, which stays the same.
            steps: new total of steps; None keeps the old one.

        Raises:
            RunError: the run does not exist, is in use, or has no steps left.
            ConfigError: the total of steps is not allowed, or the training would not fit in memory.
        """
        self._check_open()
        # The run may have been copied from a machine with more memory.
        stored = self.store.open(run_id)
        check_memory(stored.recipe, stored.config, self.cap)
        self._check_ended(run_id, "only a run that has ended can be resumed")
        # Not under the lock, because reading the entire run takes a while and pages need the lock.
        run = self.store.claim(run_id)
        try:
            queue_again(run, steps, in_queue=True)
        except BaseException:
            run.lock.release()
            raise
        self._enqueue(run)

    def recover(self) -> list[str]:
        """Queues the runs that were still queued when the previous process ended, in that order.

        Also removes runs whose creation or deletion was not completed. Runs owned by other
        processes stay as they are.

        Returns:
            The ids of the queued runs.
        """
        self.store.sweep()
        waited = [(run.status().queued, run.id) for run in self.store.interrupted()]
        queued = []
        for _, run_id in sorted(pair for pair in waited if pair[0]):
            try:
                self.resume(run_id)
                queued.append(run_id)
            except UserError as error:
                _LOG.warning("run %s was not queued again: %s", run_id, error)
        return queued

    def mark_stopped(self, run_id: str) -> None:
        """Marks an interrupted run as stopped, so that pages no longer offer to resume it.

        Does nothing if the run has ended in another way.

        Raises:
            RunError: the run does not exist or is in use.
        """
        run = self.store.claim(run_id)
        status = run.status()
        if status.active or status.state == "interrupted":
            _end_queued(run, "stopped")
        else:
            # Another process has continued it meanwhile, and it has ended in its own way.
            run.lock.release()

    def command(self, run_id: str, order: Order) -> None:
        """Gives an order to a run; see `RunControl.send`. "stop" also ends a queued run, at once.

        Args:
            run_id: id of the run, which another process may train.
            order: the order; another process takes words only.

        Raises:
            RunError: no process trains the run, or it cannot take the order.
            ConfigError: a knob cannot be changed during training, or not to that value.
        """
        if isinstance(order, str) and not self.owns(run_id):
            send(self.store.open(run_id), order)
            return
        if not isinstance(order, str) and order.knobs:
            # Not under the lock, because reading the run takes a while.
            run = self._owned(run_id).run
            recipes.get(run.recipe).changed(config_at(run), order.knobs)
        with self._lock:
            job = self._owned(run_id)
            if job.thread is not None:
                job.has_paused &= order != "pause"
                job.control.send(order)
            elif order == "stop":
                self._dequeue(job)
            else:
                raise RunError(
                    f"Run {run_id} is still queued; it can be controlled once it has started."
                )

    def is_slow(self, run_id: str) -> bool:
        """True if this manager trains the run in slow motion."""
        job = self._jobs.get(run_id)
        return job is not None and job.control.slow

    def cancel(self, run_id: str) -> None:
        """Removes a run from the queue. It counts as stopped and can be resumed.

        Raises:
            RunError: the run is not in the queue of this manager.
        """
        with self._lock:
            self._dequeue(self._waiting(run_id, "stop it instead"))

    def move_up(self, run_id: str) -> None:
        """Moves a queued run one place ahead; does nothing if it is the next one.

        The new order is also that of `recover`.

        Raises:
            RunError: the run is not in the queue of this manager, or its folder is read-only.
        """
        with self._lock:
            job = self._waiting(run_id, "it cannot be moved")
            waiting = [one for one in self._jobs.values() if one.thread is None]
            at = waiting.index(job)
            if at == 0:
                return
            _swap_places(waiting[at - 1].run, job.run)
            waiting[at - 1 : at + 1] = job, waiting[at - 1]
            training = [one for one in self._jobs.values() if one.thread is not None]
            # A new dictionary, because other threads read the old one without the lock.
            self._jobs = {one.run.id: one for one in [*training, *waiting]}

    def delete(self, run_id: str, *, undo_s: float = 0.0) -> None:
        """Deletes a run and all its files, damaged or not. A queued run is removed from the queue.

        Args:
            run_id: id of the run.
            undo_s: see `RunStore.delete`.

        Raises:
            RunError: the run does not exist, is training or paused, or is in use elsewhere.
        """
        with self._lock:
            job = self._jobs.get(run_id)
            if job is not None and job.thread is None:
                self._dequeue(job)
        self._check_ended(run_id, "stop it before you delete it")
        self.store.delete(run_id, undo_s=undo_s)

    def requested(self, run_id: str) -> Literal["", "pause", "stop"]:
        """Returns the last request to pause or stop a run; "" if there is none.

        A request may have been executed, but not have been undone, also by another process.
        """
        job = self._jobs.get(run_id)
        if job is None:
            return ""
        if job.control.stop_requested:
            return "stop"
        if not job.control.pause_requested:
            return ""
        # A run that has been paused as asked may have been resumed by another process.
        paused = job.run.status().state == "paused"
        job.has_paused |= paused
        return "pause" if paused or not job.has_paused else ""

    def owns(self, run_id: str) -> bool:
        """True if the run is queued, training or paused in this manager."""
        return run_id in self._jobs

    def active(self) -> list[str]:
        """Returns the ids of all training and paused runs, then of the queued ones, in order."""
        with self._lock:
            # Sorting keeps the order among equals.
            return sorted(self._jobs, key=lambda run_id: self._jobs[run_id].thread is None)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until no run is left; returns False after the timeout."""
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
        """Stops all runs with a checkpoint and waits for them; accepts no new runs.

        All runs end as interrupted, so that the next process offers to resume them. It queues those
        again that were still in the queue.

        Returns:
            False if some have not stopped within the timeout.
        """
        with self._lock:
            self._closed = True
            for run_id, job in list(self._jobs.items()):
                if job.thread is None:
                    del self._jobs[run_id]
                    _end_queued(job.run, "interrupted", _SHUT_DOWN)
                else:
                    job.control.send("interrupt")
        return self.wait(timeout_s)

    def _enqueue(self, run: Run, *, check_late: bool = False) -> None:
        with self._lock:
            # The manager may have been shut down meanwhile.
            if self._closed:
                _end_queued(run, "interrupted", _SHUT_DOWN)
                return
            self._jobs[run.id] = _Job(run, RunControl(attended=self._attended), check_late)
            self._start_next()

    def _dequeue(self, job: _Job) -> None:
        """Removes a run from the queue. The caller must hold the lock."""
        del self._jobs[job.run.id]
        _end_queued(job.run, "stopped")

    def _start_next(self) -> None:
        with self._lock:
            waiting = [job for job in self._jobs.values() if job.thread is None]
            free = self.cap - (len(self._jobs) - len(waiting))
            for job in waiting[: max(0, free)]:
                # A new thread for each run: Keras has name counters and a dtype policy per thread.
                job.thread = threading.Thread(
                    target=self._work, args=(job,), name=f"run {job.run.id}", daemon=True
                )
                job.thread.start()

    def _work(self, job: _Job) -> None:
        lower_thread_priority()
        try:
            if self._processes and self.cap > 1:
                needs_gpu = job.run.values.get("devices") != "cpu"
                with self._gpus.one(needed=needs_gpu) as environment:
                    execute_in_process(
                        job.run,
                        job.control,
                        memory_share=self.cap,
                        tensorboard=self._tensorboard,
                        environment=environment,
                    )
            else:
                factory = self._trainer_factory
                if job.check_late:
                    factory = checked(factory, self.cap)
                execute(job.run, factory, job.control, tensorboard=self._tensorboard)
        except BaseException:
            # The next run must start even if this one failed unexpectedly.
            _LOG.exception("run %s ended without a status", job.run.id)
        finally:
            job.run.lock.release()
            with self._lock:
                self._jobs.pop(job.run.id, None)
                self._start_next()

    def _owned(self, run_id: str) -> _Job:
        job = self._jobs.get(run_id)
        if job is None:
            status = self.store.open(run_id).status()
            where = "in another process" if status.active else "and not training"
            raise RunError(f"Run {run_id} is {status.state} {where}.")
        return job

    def _waiting(self, run_id: str, rule: str) -> _Job:
        """Returns a job of the queue; `rule` ends the message if it is training already."""
        job = self._owned(run_id)
        if job.thread is not None:
            raise RunError(f"Run {run_id} has left the queue; {rule}.")
        return job

    def _check_ended(self, run_id: str, rule: str) -> None:
        """Raises an error if this manager still trains the run.

        Args:
            run_id: id of the run.
            rule: end of the message: what to do first.
        """
        job = self._jobs.get(run_id)
        if job is None:
            return
        status = job.run.status()
        if status.active or job.thread is None:
            raise RunError(f"Run {run_id} is {status.state}; {rule}.")
        # The run has ended, but its thread may not have finished.
        job.thread.join(_JOIN_TIMEOUT_S)

    def _check_open(self) -> None:
        if self._closed:
            raise RunError("The server is shutting down and accepts no more runs.")


def _checked_cap(cap: int) -> int:
    if cap < 1:
        raise RunError(f"At least one run must be allowed at a time. Received: {cap}.")
    return cap


def _swap_places(first: Run, second: Run) -> None:
    """Swaps the times since when two runs are queued, which decide the order of `recover`."""
    before, after = first.status(), second.status()
    try:
        second.note("queued", replace(after, queued=before.queued))
        first.note("queued", replace(before, queued=after.queued))
    except OSError as error:
        raise RunError(f"Run {second.id} cannot be moved: {error.strerror}.") from None


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
