"""Requests to a run that another process trains."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ganlib.errors import RunError
from ganlib.runs.control import WORDS, Word
from ganlib.runs.run import Run
from ganlib.runs.status import Status

# An answer takes about a second, or longer during a long first step or while TensorFlow loads.
_ANSWER_S = 30.0
_POLL_S = 0.1
# Words by their lines.
_WORDS = {json.dumps(word).encode(): word for word in WORDS}


class Mailbox:
    """Requests to the process that trains a run: a file in the run's folder, a line each.

    Any process may post requests. The one that holds the run's lock reads them between two events.

    Args:
        folder: the run's folder.
    """

    def __init__(self, folder: Path):
        self._path = folder / "requests.jsonl"
        self._read_bytes = 0

    def post(self, word: Word) -> None:
        """Adds a request.

        Raises:
            RunError: the folder is read-only or the disk is full.
        """
        try:
            # One write at the end of the file, so that requests of several processes do not mix.
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(file, json.dumps(word).encode() + b"\n")
            finally:
                os.close(file)
        except OSError as error:
            run_id = self._path.parent.name
            raise RunError(f"Run {run_id} cannot be changed: {error.strerror}.") from None

    def take(self) -> list[Word]:
        """Returns the requests since the last call, oldest first; unknown ones are left out."""
        with suppress(OSError):
            if os.stat(self._path).st_size > self._read_bytes:
                with self._path.open("rb") as file:
                    file.seek(self._read_bytes)
                    data = file.read()
                # A line that is still being written is read next time.
                whole = data[: data.rfind(b"\n") + 1]
                self._read_bytes += len(whole)
                lines = map(bytes.strip, whole.splitlines())
                return [_WORDS[line] for line in lines if line in _WORDS]
        return []

    def clear(self) -> None:
        """Removes all requests, such as those to an earlier process."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._read_bytes = 0


def send(run: Run, word: Word) -> None:
    """Asks the process that trains a run to do something.

    Args:
        run: a run that some process trains.
        word: what to do; see `RunControl.send`.

    Raises:
        RunError: no process trains the run, it is queued, or its folder is read-only.
    """
    status = run.status()
    if status.state == "queued":
        raise RunError(f"Run {run.id} is queued in another process; cancel it there.")
    if not status.active:
        raise RunError(f"Run {run.id} is {status.state}; no process trains it.")
    Mailbox(run.path).post(word)


def wait_for_answer(run: Run, word: Word, step: int = 0) -> Status:
    """Waits until a request to a run has been carried out, or the run has ended.

    Args:
        run: the run.
        word: the request: "pause", "unpause", "stop" or "checkpoint".
        step: step of the run at the time of the request; only for "checkpoint". A checkpoint at
            step 0 does not count.

    Returns:
        The status afterwards.

    Raises:
        RunError: the run has not answered for 30 seconds.
    """
    done: dict[Word, Callable[[Status], bool]] = {
        "pause": lambda now: now.state == "paused",
        "unpause": lambda now: now.state != "paused",
        "stop": lambda now: not now.active,
        "checkpoint": lambda now: now.saved_step >= max(1, step),
    }
    deadline = time.monotonic() + _ANSWER_S
    while (status := run.status()).active and not done[word](status):
        if time.monotonic() > deadline:
            raise RunError(
                f"Run {run.id} has not answered for {_ANSWER_S:.0f} seconds. It carries out the "
                "request after its current step."
            )
        time.sleep(_POLL_S)
    return status
