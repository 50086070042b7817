"""Controls a run from a script or a notebook."""

import time

from ganlib.api.progress import ProgressBar, progress_bar, show_in_background
from ganlib.api.recorded import RecordedRun
from ganlib.errors import RunError
from ganlib.runs import Manager, State, Status
from ganlib.runs.control import Command
from ganlib.runs.mailbox import wait_for_answer
from ganlib.runs.trainers import check_surroundings

_POLL_S = 0.05


class RunHandle(RecordedRun):
    """A run, whichever process trains it. In a notebook it shows its curves and samples.

    `ganlib.train`, `ganlib.open_run` and `ganlib.runs` return handles. A handle reads the run's
    folder again whenever it is used, so its values are always current.

    Args:
        manager: trains the run, or its folder of runs contains the run.
        run_id: id of the run.
    """

    def __init__(self, manager: Manager, run_id: str):
        super().__init__(manager.store, run_id)
        self._manager = manager
        self._shown: ProgressBar | None = None

    def wait(self, timeout_s: float | None = None, *, progress: bool | None = None) -> State:
        """Waits until the run has ended. A paused run has not ended.

        Ctrl-C, or interrupting the kernel, only ends the waiting. The run continues until `stop` is
        called or its process ends.

        Args:
            timeout_s: maximum time; None waits without limit.
            progress: show a progress bar; see `ganlib.train`. There is never a second one.

        Returns:
            The state: "finished", "stopped" or "interrupted". After the timeout, that of a run
            which still trains.

        Raises:
            RunError: the run failed; the message says why.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        status = self.status
        new = status.active and self._shown is None
        bar = progress_bar(self.name, status, progress) if new else self._shown
        try:
            status = self._poll(deadline, bar)
        finally:
            if new and bar:
                bar.close()
        if status.state == "failed":
            raise RunError(f"Run {self.id} failed. {status.message}".rstrip())
        return status.state

    def pause(self) -> None:
        """Pauses the run with a checkpoint. Returns once it is paused, or has ended meanwhile.

        Raises:
            RunError: the run does not train, is queued, or has not answered for 30 seconds.
        """
        self._command("pause")

    def resume(self, steps: int | None = None) -> None:
        """Continues a paused run, or a run that has ended from its newest checkpoint.

        A paused run goes on in the process that trains it, an ended one in this process.

        Args:
            steps: new total of steps of a run that has ended; None keeps the old one.

        Raises:
            RunError: the run is queued or trains already, has no steps left or no checkpoint, or
                is an example; or `steps` is given for a paused run.
            ConfigError: `steps` is not allowed, or the training would not fit in memory.
        """
        state = self.state
        if state == "paused" and steps is not None:
            raise RunError(
                f"Run {self.id} is paused; steps can be changed once it has ended. "
                f"Received: {steps:,}."
            )
        if state in ("queued", "running"):
            raise RunError(f"Run {self.id} is {state}; only a paused or ended run can be resumed.")
        if state == "paused":
            self._command("unpause")
        else:
            check_surroundings(self._run.config)
            self._manager.resume(self.id, steps)

    def stop(self) -> None:
        """Stops the run with a checkpoint and returns once it has ended; see `resume`.

        A queued run of this process leaves the queue.

        Raises:
            RunError: the run does not train, is queued in another process, or has not answered for
                30 seconds.
        """
        self._command("stop")

    def show_progress(self, progress: bool | None = None) -> None:
        """Shows a progress bar until the run ends, and returns at once.

        Args:
            progress: see `ganlib.train`.
        """
        bar = progress_bar(self.name, self.status, progress)
        if bar and self._shown is None:
            self._shown = bar
            show_in_background(bar, self._run.status, self._hidden)

    def _command(self, command: Command) -> None:
        self._manager.command(self.id, command)
        wait_for_answer(self._run, command)

    def _poll(self, deadline: float | None, bar: ProgressBar | None) -> Status:
        """Returns the status at the end of the run, or at the deadline."""
        while True:
            status = self.status
            if bar:
                bar.show(status)
            left = _POLL_S if deadline is None else deadline - time.monotonic()
            if not status.active or left <= 0:
                return status
            time.sleep(min(left, _POLL_S))

    def _hidden(self) -> None:
        self._shown = None
