"""metrics.log: every step's figures, append-only. Format and writer; see also metrics_reader.

The first line is a JSON document with the names of the columns. Blocks follow, one
for each call of the compiled step: magic, number of rows, the CRC-32 of the block
before, the CRC-32 of this one, and the rows as little-endian float64. The chain of
checksums shows a reader at once that what it has read before was replaced by
another history (a resume cuts the log back) even where the sizes are the same.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.errors import RunError
from ganlib.runs.documents import DamagedError, damaged, decode, encode, name_of, read_file
from ganlib.runs.durable import AppendFile, replace_bytes, set_aside

# What every log starts with, before the trainer's own metrics.
LEADING_COLUMNS = ("step", "time_s")

_MAGIC = b"GMB1"
_HEADER = struct.Struct("<4sIII")
BLOCK_HEADER_BYTES = _HEADER.size
# Of a log that is written at once: what a damaged byte costs.
_BLOCK_ROWS = 256


@dataclass(frozen=True, eq=False)
class Block:
    """One valid block.

    Args:
        start: its first byte in the log.
        end: the byte after its last.
        previous: the CRC-32 of the block that it was written behind; 0 for the first.
        crc: its own CRC-32.
        rows: (rows, columns) float64.
    """

    start: int
    end: int
    previous: int
    crc: int
    rows: np.ndarray


def encode_block(rows: np.ndarray, previous: int) -> bytes:
    """A block of (rows, columns) to stand behind one with CRC-32 `previous`."""
    payload = np.ascontiguousarray(rows, "<f8").tobytes()
    crc = zlib.crc32(payload, zlib.crc32(struct.pack("<II", len(rows), previous)))
    return _HEADER.pack(_MAGIC, len(rows), previous, crc) + payload


def block_at(data: bytes, start: int, columns: int) -> Block | None:
    """The block that starts at a byte of `data`, or None when there is no whole valid one."""
    if len(data) - start < _HEADER.size:
        return None
    magic, count, previous, crc = _HEADER.unpack_from(data, start)
    end = start + _HEADER.size + count * columns * 8
    if magic != _MAGIC or count == 0 or end > len(data):
        return None
    seed = zlib.crc32(struct.pack("<II", count, previous))
    payload = memoryview(data)[start + _HEADER.size : end]
    if zlib.crc32(payload, seed) != crc:
        return None
    rows = np.frombuffer(payload, "<f8").reshape(count, columns)
    return Block(start, end, previous, crc, rows)


def blocks_from(data: bytes, start: int, columns: int, previous: int) -> Iterator[Block]:
    """The unbroken chain of valid blocks from a byte of `data` on.

    Args:
        data: bytes of a log.
        start: where the first block starts.
        columns: columns of a row.
        previous: the CRC-32 of the block before it; 0 where there is none.
    """
    while (block := block_at(data, start, columns)) and block.previous == previous:
        yield block
        start, previous = block.end, block.crc


def read_columns(data: bytes, what: str) -> tuple[tuple[str, ...], int] | None:
    """The columns of a log that starts with `data`, and the byte its blocks start at.

    Returns:
        None where the first line is not complete yet.

    Raises:
        DamagedError: the first line is not what was written, or another log's.
        TooNewError: a later version wrote it.
    """
    length = data.find(b"\n") + 1
    if length == 0:
        return None
    columns = decode(data[:length], what).get("columns")
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise damaged(what)
    if tuple(columns[:2]) != LEADING_COLUMNS:
        raise damaged(what)
    return tuple(columns), length


def write_log(path: Path, metric_names: tuple[str, ...], rows: np.ndarray) -> None:
    """Writes a whole log, and waits until the disk has it.

    Args:
        path: the log to make or replace.
        metric_names: the columns after step and time_s.
        rows: (steps, 2 + len(metric_names)), in the order of their steps.
    """
    columns = [*LEADING_COLUMNS, *metric_names]
    content = bytearray(encode({"columns": columns}, name_of(path)))
    crc = 0
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = encode_block(rows[start : start + _BLOCK_ROWS], crc)
        crc = _HEADER.unpack_from(block)[3]
        content += block
    replace_bytes(path, bytes(content), sync=True)


class MetricsWriter:
    """Appends to a run's metrics.log.

    Opening cuts what is behind `keep_to_step`, and what a crash left torn. Rows up to
    that step are never at risk: where a cut is not at the end of a block, or there is
    damage in the middle, the log is written anew beside the old one and then replaces it.

    Args:
        path: the log; created when missing.
        metric_names: the columns after step and time_s.
        keep_to_step: the step of the checkpoint that the run goes on from; 0 for a new run.
        elapsed_s: seconds of training at that step, for a log that has lost its row.

    Raises:
        RunError: the log was written with other metrics.
    """

    def __init__(
        self,
        path: Path,
        metric_names: tuple[str, ...],
        keep_to_step: int,
        elapsed_s: float = 0.0,
    ):
        self.columns = (*LEADING_COLUMNS, *metric_names)
        self.last_step = 0
        self.last_time_s = 0.0
        self._crc = 0
        end = self._recover(path, keep_to_step)
        if self.last_step < keep_to_step:
            self.last_time_s = elapsed_s
        self._file = AppendFile(path, end)

    def append(self, first_step: int, values: np.ndarray, elapsed_s: float) -> None:
        """Adds the figures of consecutive steps.

        Args:
            first_step: the step of the first row; after every step in the log.
            values: (rows, len(metric_names)), any float dtype.
            elapsed_s: seconds of training at the last row. Those of the rows before
                lie evenly between the last row of the log and this one.

        Raises:
            ValueError: the rows do not go on from the log.
        """
        count = len(values)
        if first_step <= self.last_step or values.shape != (count, len(self.columns) - 2):
            raise ValueError(
                f"rows of {len(self.columns) - 2} metrics after step {self.last_step} expected. "
                f"Received: shape {values.shape} from step {first_step}."
            )
        if count == 0:
            return
        rows = np.empty((count, len(self.columns)))
        rows[:, 0] = np.arange(first_step, first_step + count)
        rows[:, 1] = np.linspace(self.last_time_s, elapsed_s, count + 1)[1:]
        rows[:, 2:] = values
        block = encode_block(rows, self._crc)
        self._file.append(block)
        self._crc = _HEADER.unpack_from(block)[3]
        self.last_step, self.last_time_s = first_step + count - 1, float(elapsed_s)

    def sync(self) -> None:
        """Waits until the disk has every row."""
        self._file.sync()

    def close(self) -> None:
        self._file.close()

    def _recover(self, path: Path, keep_to_step: int) -> int:
        data = b""
        try:
            with suppress(FileNotFoundError):
                data = read_file(path)
            found = read_columns(data, name_of(path))
        except DamagedError:
            # Without the names of its columns nobody can read it, but somebody may want to try.
            set_aside(path)
            found = None
        if found is None:
            line = encode({"columns": list(self.columns)}, name_of(path))
            replace_bytes(path, line, sync=True)
            return len(line)
        columns, start = found
        if columns != self.columns:
            raise RunError(
                f"The run's figures are {', '.join(columns[2:])}, so it cannot go on with "
                f"{', '.join(self.columns[2:])}."
            )
        return self._recover_blocks(path, data, start, keep_to_step)

    def _recover_blocks(self, path: Path, data: bytes, start: int, keep_to_step: int) -> int:
        end = start
        for block in blocks_from(data, start, len(self.columns), 0):
            if block.rows[-1, 0] > keep_to_step:
                break
            end = block.end
            self._remember(block.crc, block.rows)
        rest = self._salvage(data, end, keep_to_step)
        if len(rest) == 0:
            return end
        # As few blocks as possible: the whole kept prefix stays as it is, byte for byte.
        tail = encode_block(rest, self._crc)
        replace_bytes(path, data[:end] + tail, sync=True)
        self._remember(_HEADER.unpack_from(tail)[3], rest)
        return end + len(tail)

    def _salvage(self, data: bytes, start: int, keep_to_step: int) -> np.ndarray:
        """Rows to keep behind the last block that could be kept whole: (rows, columns)."""
        found = [np.empty((0, len(self.columns)))]
        last_step: float = self.last_step
        while (start := data.find(_MAGIC, start)) >= 0:
            block = block_at(data, start, len(self.columns))
            if block is None:
                start += 1
                continue
            steps = block.rows[:, 0]
            rows = block.rows[(steps > last_step) & (steps <= keep_to_step)]
            if len(rows):
                found.append(rows)
                last_step = rows[-1, 0]
            start = block.end
        return np.concatenate(found)

    def _remember(self, crc: int, rows: np.ndarray) -> None:
        self._crc = crc
        self.last_step, self.last_time_s = int(rows[-1, 0]), float(rows[-1, 1])
