"""journal.jsonl: everything that happened to a run, one line of JSON for each event, in order.

    {"n": 17, "kind": "samples", "step": 100, "status": {...}, ..., "crc32": "0f1e2d3c"}

`n` counts the lines from 0, so that a reader notices a lost line. `step` and `status` say where
the run stood, so that the last line alone is enough for a table of runs. `crc32` is the CRC-32 of
all bytes of the line before `, "crc32"`. Lines that begin a run or a session also carry a header:
the version of the format, the run's id, its recipe and its settings.

No line is ever changed or cut. A line that a crash or a full disk has torn is closed by a newline
before the next line; readers skip whatever is not a whole line. A run that goes on from a
checkpoint appends a line with that checkpoint's step: what lines before it say about later steps
is void. `RunView` applies this rule.
"""

import base64
import binascii
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from ganlib.errors import RunError
from ganlib.runs.durable import AppendOnlyFile
from ganlib.runs.figures import is_count
from ganlib.runs.regular import open_regular

NAME = "journal.jsonl"
FORMAT = 1

Line = dict[str, Any]

_CRC = b', "crc32": "%08x"}'
_CRC_BYTES = len(_CRC % 0)
# A reader that asks for the last line reads so many bytes at first.
_TAIL_BYTES = 8 * 1024
_DTYPES = ("<f4", "<f8")


class DamagedError(RunError):
    """A file of a run is missing, cut short, or not what was written."""


class TooNewError(RunError):
    """A run was written in a format that this version does not read."""


def _whole_bytes(data: bytes) -> int:
    """Bytes of whole lines. The last one may lack its newline: its checksum says it is whole."""
    end = data.rfind(b"\n") + 1
    return len(data) if decode_line(data[end:]) else end


def name_of(path: Path) -> str:
    """A file's name in messages: the name of its folder and its own."""
    return f"{path.parent.name}/{path.name}"


def unreadable(path: Path, error: OSError) -> DamagedError:
    """The error for a file that the system refuses to read."""
    return DamagedError(f"{name_of(path)} cannot be read: {error.strerror or error}.")


def encode_line(
    n: int, kind: str, step: int, status: Mapping[str, Any], fields: Mapping[str, Any]
) -> bytes:
    """A line of the journal with its newline.

    Args:
        n: number of the line, counted from 0.
        kind: kind of the event.
        step: generator updates so far.
        status: where the run stands; see `ganlib.runs.status.Status`.
        fields: what else the event says; values that JSON takes.
    """
    body = {"n": n, "kind": kind, "step": step, "status": status, **fields}
    start = json.dumps(body).encode("ascii")[:-1]
    return start + _CRC % zlib.crc32(start) + b"\n"


def decode_line(data: bytes) -> Line | None:
    """The line without its "crc32"; None where it is not a line that was written.

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
    sound = (
        isinstance(line, dict)
        and is_count(line.get("n"))
        and is_count(line.get("step"))
        and isinstance(line.get("kind"), str)
        and isinstance(line.get("status"), dict)
    )
    return line if sound else None


def encode_rows(values: np.ndarray) -> dict[str, str]:
    """The fields "dtype" and "rows" of a block of metrics.

    Args:
        values: (rows, metrics); kept as float32 where that loses nothing, else as float64.
    """
    with np.errstate(over="ignore"):
        single = values.astype("<f4")
    exact = np.array_equal(single, values, equal_nan=True)
    rows = single if exact else values.astype("<f8")
    return {
        "dtype": "<f4" if exact else "<f8",
        "rows": base64.b64encode(np.ascontiguousarray(rows).tobytes()).decode("ascii"),
    }


def decode_rows(line: Mapping[str, Any], columns: int) -> np.ndarray:
    """(rows, columns) float32 or float64 of a block of metrics.

    Raises:
        ValueError: the line has no such block.
    """
    dtype, rows = line.get("dtype"), line.get("rows")
    if dtype not in _DTYPES or not isinstance(rows, str) or columns < 1:
        raise ValueError("no block of metrics")
    try:
        content = base64.b64decode(rows, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    return np.frombuffer(content, dtype).reshape(-1, columns)


@dataclass(frozen=True)
class Gap:
    """Lines of a journal that cannot be read.

    Args:
        first: number of the first lost line.
        last: number of the last.
        after_step: step of the line before them.
        before_step: step of the line behind them.
    """

    first: int
    last: int
    after_step: int
    before_step: int

    def sentence(self) -> str:
        """One sentence for a user."""
        count = self.last - self.first + 1
        lines = "1 line" if count == 1 else f"{count:,} lines"
        where = (
            f"at step {self.after_step:,}"
            if self.before_step <= self.after_step
            else f"between step {self.after_step:,} and step {self.before_step:,}"
        )
        return f"{lines} of {NAME} {where} cannot be read."


class JournalReader:
    """Reads a journal that may still grow; each call reads only what is new.

    Args:
        path: the journal; may not exist yet.

    Attributes:
        next_n: number of the next line to be written.
        gaps: lines that are lost, in order.
    """

    def __init__(self, path: Path):
        self._path = path
        self.restart()

    def restart(self) -> None:
        """Forgets everything, so that the next call reads from the start."""
        self._offset = 0
        self._file: tuple[int, ...] = ()
        # The end of the last line read, to notice that another file has taken its place.
        self._mark = b""
        self._last = -1
        self._step = 0
        self._damaged = 0
        self.gaps: tuple[Gap, ...] = ()

    @property
    def next_n(self) -> int:
        return self._last + 1 + self._damaged

    def read(self) -> tuple[bool, list[Line]]:
        """Reads what is new.

        Returns:
            Whether the lines are those of another file than before, and the new whole lines.

        Raises:
            DamagedError: the file is missing, or cannot be read.
        """
        with _opened(self._path) as file:
            restarted = not self._goes_on(file)
            if restarted:
                self.restart()
            file.seek(self._offset)
            data = file.read()
        data = data[: _whole_bytes(data)]
        self._offset += len(data)
        self._mark = (self._mark + data)[-_CRC_BYTES:]
        return restarted, list(self._accepted(data))

    def _goes_on(self, file: IO[bytes]) -> bool:
        """Whether what was read before is still what the file begins with."""
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
            elif line["n"] > self._last or self._was_lost(line["n"]):
                self._count(line)
                yield line

    def _count(self, line: Line) -> None:
        n, step = line["n"], line["step"]
        if self._was_lost(n):
            # Lines that the disk had not taken were written once more, with all that followed.
            parts = [
                part
                for gap in self.gaps
                for part in (
                    replace(gap, last=min(gap.last, n - 1)),
                    replace(gap, first=max(gap.first, n + 1)),
                )
            ]
            self.gaps = tuple(dict.fromkeys(part for part in parts if part.first <= part.last))
        elif n > self._last + 1:
            self.gaps += (Gap(self._last + 1, n - 1, self._step, step),)
        self._last, self._step, self._damaged = n, step, 0

    def _was_lost(self, n: int) -> bool:
        return bool(self.gaps) and any(gap.first <= n <= gap.last for gap in self.gaps)


class JournalWriter:
    """Appends to a journal. Only the holder of the run's lock may have one.

    Args:
        path: the journal; created when missing.
        next_n: number of the next line; see `JournalReader.next_n`.
    """

    def __init__(self, path: Path, next_n: int = 0):
        self._file = AppendOnlyFile(path)
        self._next = next_n

    def append(
        self,
        kind: str,
        step: int,
        status: Mapping[str, Any],
        fields: Mapping[str, Any] | None = None,
    ) -> int:
        """Adds a line, which readers see at once; see `encode_line`.

        Returns:
            The line's number.

        Raises:
            OSError: the disk does not take it. Nothing has been added.
        """
        n = self._next
        self._file.append(encode_line(n, kind, step, status, fields or {}))
        self._next += 1
        return n

    def sync(self) -> None:
        """Waits until the disk has every line.

        Raises:
            OSError: it does not take them; the next call tries again.
        """
        self._file.sync()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def first_line(path: Path, kinds: tuple[str, ...]) -> Line | None:
    """The first readable line of certain kinds; None where there is none.

    Raises:
        DamagedError: the file is missing, or cannot be read.
    """
    with _opened(path) as file:
        for content in file:
            line = decode_line(content)
            if line is not None and line["kind"] in kinds:
                return line
    return None


def last_line(path: Path) -> Line | None:
    """The last readable line; None where there is none. Reads the end of the file first.

    Raises:
        DamagedError: the file is missing, or cannot be read.
    """
    with _opened(path) as file:
        size = file.seek(0, os.SEEK_END)
        length = _TAIL_BYTES
        while True:
            start = max(0, size - length)
            file.seek(start)
            # The first of these lines may have begun before, and is damaged then.
            for content in reversed(file.read(size - start).split(b"\n")):
                line = decode_line(content)
                if line is not None:
                    return line
            if start == 0:
                return None
            length *= 4


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with open_regular(path) as file:
            yield file
    except FileNotFoundError:
        raise DamagedError(f"{name_of(path)} is missing.") from None
    except OSError as error:
        raise unreadable(path, error) from None
