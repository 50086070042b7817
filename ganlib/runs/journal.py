"""journal.jsonl: all events of a run in order, one line of JSON each.

    {"n": 17, "kind": "samples", "step": 100, "status": {...}, ..., "crc32": "0f1e2d3c"}

`n` counts the lines from 0, so that a reader notices lost lines. Every line has the `step` and the
`status` of the run, so that a table of runs only needs the last line. `crc32` is the CRC-32 of all
bytes of the line before `, "crc32"`. Lines that begin a run or a session also have a header: the
version of the format, the run's id, its recipe and its settings.

Lines are never changed or truncated. If a crash or a full disk leaves an incomplete line, the next
writer ends it with a newline; readers skip lines that are incomplete or damaged. A run that is
resumed from a checkpoint appends a line with the step of that checkpoint. It voids what earlier
lines say about later steps. `RunView` applies this rule.
"""

import base64
import errno
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from ganlib.errors import RunError
from ganlib.runs.durable import AppendOnlyFile

NAME = "journal.jsonl"
FORMAT = 1

Line = dict[str, Any]

_CRC = b', "crc32": "%08x"}'
_CRC_BYTES = len(_CRC % 0)
# Bytes that `last_line` reads first.
_TAIL_BYTES = 8 * 1024
# Without O_NONBLOCK, opening a named pipe waits until somebody writes to it.
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


class DamagedError(RunError):
    """A file of a run is missing, incomplete or damaged."""


class TooNewError(RunError):
    """A run has a format that this version of the program cannot read."""


def _complete_bytes(data: bytes) -> int:
    """Returns the number of bytes in complete lines. The last newline may be missing."""
    end = data.rfind(b"\n") + 1
    return len(data) if decode_line(data[end:]) else end


def name_of(path: Path) -> str:
    """Returns the name of a file for messages: its folder's name and its own."""
    return f"{path.parent.name}/{path.name}"


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Opens a file of a run for reading.

    Raises:
        DamagedError: the file is missing or cannot be read, or it is a folder, pipe or device.
    """
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "It is not a file")
            yield file
    except FileNotFoundError:
        raise DamagedError(f"{name_of(path)} is missing.") from None
    except OSError as error:
        message = f"{name_of(path)} cannot be read: {error.strerror or error}."
        raise DamagedError(message) from None


def encode_line(
    n: int, kind: str, step: int, status: Mapping[str, Any], fields: Mapping[str, Any]
) -> bytes:
    """Returns a line of the journal with its newline.

    Args:
        n: number of the line, counted from 0.
        kind: kind of the event.
        step: number of generator updates so far.
        status: fields of the run's status; see `Status.fields`.
        fields: other fields of the event; JSON values.
    """
    body = {"n": n, "kind": kind, "step": step, "status": status, **fields}
    start = json.dumps(body).encode("ascii")[:-1]
    return start + _CRC % zlib.crc32(start) + b"\n"


def decode_line(data: bytes) -> Line | None:
    """Returns the fields of a line without "crc32", or None if the line is damaged.

    Args:
        data: the line, with or without its newline.
    """
    data = data.rstrip(b"\n")
    start = data[:-_CRC_BYTES]
    if not start or data[-_CRC_BYTES:] != _CRC % zlib.crc32(start):
        return None
    try:
        line = json.loads(start + b"}")
    except (ValueError, RecursionError):
        return None
    valid = (
        isinstance(line, dict)
        and all(type(line.get(name)) is int and 0 <= line[name] < 2**63 for name in ("n", "step"))
        and isinstance(line.get("kind"), str)
        and isinstance(line.get("status"), dict)
    )
    return line if valid else None


def encode_rows(values: np.ndarray) -> dict[str, str]:
    """Returns the fields "dtype" and "rows" of a block of metrics.

    Args:
        values: (rows, metrics); stored as float32 if that is exact, otherwise as float64.
    """
    with np.errstate(over="ignore"):
        single = values.astype("<f4")
    exact = np.array_equal(single, values, equal_nan=True)
    rows = single if exact else values.astype("<f8")
    return {
        "dtype": "<f4" if exact else "<f8",
        "rows": base64.b64encode(np.ascontiguousarray(rows).tobytes()).decode("ascii"),
    }


def decode_rows(dtype: str, rows: str, columns: int) -> np.ndarray:
    """Decodes a block of metrics; see `encode_rows`.

    Args:
        dtype: "<f4" or "<f8".
        rows: the rows in base64.
        columns: number of metrics, at least 1.
    Returns:
        (rows, columns) float32 or float64.
    Raises:
        ValueError: the rows are not valid.
    """
    return np.frombuffer(base64.b64decode(rows, validate=True), dtype).reshape(-1, columns)


@dataclass(frozen=True)
class Gap:
    """Consecutive lines of a journal that cannot be read.

    Args:
        first: number of the first lost line.
        last: number of the last lost line.
        after_step: step of the line before the gap.
        before_step: step of the line after the gap.
    """

    first: int
    last: int
    after_step: int
    before_step: int

    def sentence(self) -> str:
        """Returns a message for the user."""
        count = self.last - self.first + 1
        lines = "1 line" if count == 1 else f"{count:,} lines"
        where = (
            f"at step {self.after_step:,}"
            if self.before_step <= self.after_step
            else f"between step {self.after_step:,} and step {self.before_step:,}"
        )
        return f"{lines} of {NAME} {where} cannot be read."


class JournalReader:
    """Reads a journal that may still grow; each call only reads the new lines.

    Args:
        path: the journal; need not exist yet.

    Attributes:
        next_n: number of the next line to be written.
        gaps: lost lines, in order.
    """

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0
        self._file: tuple[int, ...] = ()
        # The end of the last line read, to notice that the file has been replaced.
        self._mark = b""
        self._last = -1
        self._step = 0
        self._damaged = 0
        self.gaps: tuple[Gap, ...] = ()

    @property
    def next_n(self) -> int:
        return self._last + 1 + self._damaged

    def read(self) -> list[Line] | None:
        """Returns the new lines, or None if the file has been replaced.

        Raises:
            DamagedError: the file is missing or cannot be read.
        """
        with opened(self._path) as file:
            if not self._is_continuation(file):
                return None
            file.seek(self._offset)
            data = file.read()
        data = data[: _complete_bytes(data)]
        self._offset += len(data)
        self._mark = (self._mark + data)[-_CRC_BYTES:]
        return list(self._accepted(data))

    def _is_continuation(self, file: IO[bytes]) -> bool:
        """True if the file still begins with the bytes read before."""
        stat = os.fstat(file.fileno())
        before, self._file = self._file, (stat.st_dev, stat.st_ino)
        if stat.st_size < self._offset or before not in ((), self._file):
            return False
        file.seek(self._offset - len(self._mark))
        return file.read(len(self._mark)) == self._mark

    def _accepted(self, data: bytes) -> Iterator[Line]:
        for content in data.split(b"\n"):
            line = decode_line(content)
            if line is None:
                self._damaged += content != b""
            # After an error, the writer may append a line again.
            elif line["n"] > self._last:
                n, step = line["n"], line["step"]
                if n > self._last + 1:
                    self.gaps += (Gap(self._last + 1, n - 1, self._step, step),)
                self._last, self._step, self._damaged = n, step, 0
                yield line


class JournalWriter(AppendOnlyFile):
    """Appends lines to a journal. Only the holder of the run's lock may use one.

    Args:
        path: the journal; created when missing.
        next_n: number of the next line; see `JournalReader.next_n`.
    """

    def __init__(self, path: Path, next_n: int = 0):
        super().__init__(path)
        self._next = next_n

    def append(
        self,
        kind: str,
        step: int,
        status: Mapping[str, Any],
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        """Appends a line, which readers see at once; see `encode_line` for the arguments.

        Raises:
            OSError: the line cannot be written. Readers do not see it.
        """
        self.append_line(encode_line(self._next, kind, step, status, fields or {}))
        self._next += 1


def first_line(path: Path, kinds: tuple[str, ...]) -> Line | None:
    """Returns the first readable line of certain kinds, or None.

    Args:
        path: the journal.
        kinds: kinds of lines.
    Raises:
        DamagedError: the file is missing or cannot be read.
    """
    with opened(path) as file:
        for content in file:
            line = decode_line(content)
            if line is not None and line["kind"] in kinds:
                return line
    return None


def last_line(path: Path) -> Line | None:
    """Returns the last readable line, or None. Reads the end of the file first.

    Raises:
        DamagedError: the file is missing or cannot be read.
    """
    with opened(path) as file:
        size = file.seek(0, os.SEEK_END)
        length = _TAIL_BYTES
        while True:
            start = max(0, size - length)
            file.seek(start)
            # The first line may be incomplete, in which case it cannot be decoded.
            for content in reversed(file.read(size - start).split(b"\n")):
                line = decode_line(content)
                if line is not None:
                    return line
            if start == 0:
                return None
            length *= 4
