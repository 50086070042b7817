"""Requests to a run that another process trains."""

import json
import os
from contextlib import suppress
from pathlib import Path

from ganlib.errors import RunError
from ganlib.runs.control import WORDS, Word


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
                    lines = file.read().splitlines(keepends=True)
                # A line that is still being written is read next time.
                whole = [line for line in lines if line.endswith(b"\n")]
                self._read_bytes += sum(map(len, whole))
                return [word for word in map(_parsed, whole) if word]
        return []

    def clear(self) -> None:
        """Removes all requests, such as those to an earlier process."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._read_bytes = 0


def _parsed(line: bytes) -> Word | None:
    with suppress(ValueError):
        word = json.loads(line)
        return word if word in WORDS else None
    return None
