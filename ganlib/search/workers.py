"""Starts workers as processes, and stops them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import ganlib
from ganlib.search.worker import Task, to_line

_POLL_S = 0.1


class Workers:
    """Processes that work on the same study.

    A worker that is stopped, or whose parent dies, saves a checkpoint of its run and ends.

    Args:
        task: what they work on.
        count: number of processes.
    """

    def __init__(self, task: Task, count: int):
        self.stopped = False
        folder = str(Path(ganlib.__file__).parents[1])
        path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "ganlib.search"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": path},
                # Ctrl-C in a terminal is for the parent, which passes it on once.
                start_new_session=True,
            )
            for _ in range(count)
        ]
        for process in self._processes:
            with suppress(BrokenPipeError):
                self._input(process).write(to_line(task))
                self._input(process).flush()

    def stop(self) -> None:
        """Asks all workers to stop; safe in signal handlers."""
        self.stopped = True
        for process in self._processes:
            with suppress(OSError):
                process.terminate()

    def wait(self, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Waits until all workers have ended.

        Args:
            meanwhile: called several times a second.
        Returns:
            True if none of them has died of an error.
        """
        try:
            while any(process.poll() is None for process in self._processes):
                meanwhile()
                time.sleep(_POLL_S)
        finally:
            for process in self._processes:
                # It also stops workers that are still there after an exception.
                with suppress(OSError):
                    self._input(process).close()
        return all(process.returncode == 0 for process in self._processes)

    @staticmethod
    def _input(process: "subprocess.Popen[str]") -> IO[str]:
        if process.stdin is None:
            raise RuntimeError("a worker has no standard input")
        return process.stdin
