"""changes.jsonl: what a user changed in the middle of a run, one checksummed JSON line each."""

import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganlib.events import Change
from ganlib.runs.documents import (
    DamagedError,
    ForeignError,
    damaged,
    decode,
    encode,
    name_of,
    read_file,
)
from ganlib.runs.durable import AppendFile, replace_bytes
from ganlib.runs.figures import is_count

# Bytes that a log begins with: how many, and their CRC-32.
Mark = tuple[int, int]
NO_CHANGES: Mark = (0, 0)


def read_changes(path: Path, mark: Mark = NO_CHANGES) -> tuple[Change, ...]:
    """All whole lines of the log, in order. A torn one at the end was never confirmed.

    Args:
        path: the log; may not exist, where nothing was changed.
        mark: what it must begin with.

    Raises:
        DamagedError: another line is damaged, or one of the marked ones is, or the log is
            another run's. A run that went on without one of its changes would be another run.
        TooNewError: a later version wrote it.
    """
    changes, content = _read(path)
    length, crc = mark
    if len(content) < length or zlib.crc32(content[:length]) != crc:
        raise DamagedError(f"{name_of(path)} lacks changes that the run was trained with.")
    return changes


class ChangesWriter:
    """Appends to a run's changes.jsonl, which the first change makes.

    Args:
        path: the log.
    """

    def __init__(self, path: Path):
        self._path = path
        self._file: AppendFile | None = None
        self._mark: Mark | None = None
        self._appended: Change | None = None

    @property
    def mark(self) -> Mark:
        """All that is in the log by now.

        Raises:
            DamagedError: as `read_changes`.
        """
        if self._mark is None:
            content = _read(self._path)[1]
            self._mark = len(content), zlib.crc32(content)
        return self._mark

    def append(self, change: Change) -> None:
        """Adds a change, and waits until the disk has it: it decides the run's future."""
        if self._file is None:
            if not self._path.exists():
                replace_bytes(self._path, b"", sync=True)
            self._file = AppendFile(self._path, self.mark[0])
        # A sync may fail, and then all is tried again.
        if change is not self._appended:
            length, crc = self.mark
            body = {"step": change.step, "knobs": change.knobs, "learns": change.learns}
            line = encode(body, name_of(self._path))
            self._file.append(line)
            self._appended = change
            self._mark = length + len(line), zlib.crc32(line, crc)
        self._file.sync()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _read(path: Path) -> tuple[tuple[Change, ...], bytes]:
    """The changes, and the log up to the last of them."""
    what = name_of(path)
    content = b""
    with suppress(FileNotFoundError):
        content = read_file(path)
    found, end = [], 0
    for line in content.splitlines(keepends=True):
        try:
            change = _change(decode(line, what), what)
            if not line.endswith(b"\n"):
                break
        except ForeignError:
            raise
        except DamagedError:
            if end + len(line) == len(content):
                break
            raise
        found.append(change)
        end += len(line)
    return tuple(found), content[:end]


def _change(body: dict[str, Any], what: str) -> Change:
    step, knobs, learns = body.get("step"), body.get("knobs"), body.get("learns")
    if not is_count(step) or not isinstance(knobs, dict) or not isinstance(learns, str):
        raise damaged(what)
    return Change(step, knobs, learns)
