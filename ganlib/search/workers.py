"""Starts workers as processes, and stops them."""

import time
from collections.abc import Callable
from contextlib import suppress

from ganlib.runs.child import start_module
from ganlib.runs.gpus import shared_out
from ganlib.search.worker import Task, to_line

_POLL_S = 0.1


class Workers:
    """Processes that work on the same study.

    If there are several GPUs, each sees one. A worker that is stopped, or whose parent dies, saves
    a checkpoint of its run and ends.

    Args:
        task: what they work on, and how many they are.
    """

    def __init__(self, task: Task):
        self.stopped = False
        self._started = [
            start_module("ganlib.search", environment=environment)
            for environment in shared_out(task.workers)
        ]
        for _, lines in self._started:
            with suppress(BrokenPipeError):
                lines.write(to_line(task).encode())
                lines.flush()

    def stop(self) -> None:
        """Asks all workers to stop; safe in signal handlers."""
        self.stopped = True
        for process, _ in self._started:
            with suppress(OSError):
                process.terminate()

    def wait(self, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Waits until all workers have ended.

        Args:
            meanwhile: called several times a second.

        Returns:
            True if all of them exited with code 0.
        """
        try:
            while any(process.poll() is None for process, _ in self._started):
                meanwhile()
                time.sleep(_POLL_S)
        finally:
            for _, lines in self._started:
                # It also stops workers that are still there after an exception.
                with suppress(OSError):
                    lines.close()
        return all(process.returncode == 0 for process, _ in self._started)
