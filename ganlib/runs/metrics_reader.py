"""Reads metrics.log while somebody else appends to it."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from ganlib.runs.documents import name_of, unreadable
from ganlib.runs.metrics_log import (
    BLOCK_HEADER_BYTES,
    LEADING_COLUMNS,
    blocks_from,
    read_columns,
)
from ganlib.runs.regular import open_regular


@dataclass(frozen=True, eq=False)
class History:
    """Every step's figures so far.

    Args:
        columns: "step", "time_s" and the metrics' names.
        values: (len(columns), rows) float64, read-only; does not change as the run goes on.
        log: the same for two histories of which the longer goes on where the shorter ends.
    """

    columns: tuple[str, ...] = LEADING_COLUMNS
    values: np.ndarray = field(default_factory=lambda: np.empty((len(LEADING_COLUMNS), 0)))
    log: object = field(default_factory=object)

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics' names."""
        return self.columns[len(LEADING_COLUMNS) :]

    @property
    def step(self) -> np.ndarray:
        """(rows,) int64, counted from 1."""
        return self.values[0].astype(np.int64)

    @property
    def time_s(self) -> np.ndarray:
        """(rows,) seconds of training, pauses not counted."""
        return self.values[1]

    def __getitem__(self, name: str) -> np.ndarray:
        """(rows,) of one column.

        Raises:
            KeyError: there is no such column.
        """
        if name not in self.columns:
            raise KeyError(name)
        return self.values[self.columns.index(name)]

    def __len__(self) -> int:
        return self.values.shape[1]


class MetricsReader:
    """The history in a metrics.log, of which each refresh reads only what is new.

    Any number of threads may share one reader.

    Args:
        path: the log; may not exist yet.
    """

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        self._history = History()
        self._forget()

    def refresh(self) -> History:
        """All whole blocks of the log. A torn or damaged one ends it until it is mended.

        Raises:
            DamagedError: the log is no file, or the names of its columns cannot be read.
            Or it is another run's.
            TooNewError: a later version wrote the log.
        """
        with self._lock:
            try:
                with open_regular(self._path) as file:
                    # Not asked of the file's time: a clock that was set back would fool us.
                    if not self._goes_on(file):
                        self._forget()
                    self._read_new(file)
            except FileNotFoundError:
                self._forget()
            except OSError as error:
                raise unreadable(name_of(self._path), error) from None
            return self._history

    def _forget(self) -> None:
        self._first_line = b""
        # Header of the last block read, and where it stands.
        self._mark_at, self._mark = 0, b""
        self._end = 0
        self._crc = 0
        self._rows = 0
        # A new buffer and not the old one: pages may still hold views of that.
        self._buffer = np.empty((len(LEADING_COLUMNS), 0))
        self._history = History()

    def _goes_on(self, file: IO[bytes]) -> bool:
        """Whether what was read is still what the log begins with."""
        if file.read(len(self._first_line)) != self._first_line:
            return False
        file.seek(self._mark_at)
        return file.read(len(self._mark)) == self._mark

    def _read_new(self, file: IO[bytes]) -> None:
        file.seek(self._end)
        data = file.read()
        if not data:
            return
        start = 0
        columns = self._history.columns
        if not self._first_line:
            found = read_columns(data, name_of(self._path))
            if found is None:
                return
            columns, start = found
            self._first_line = data[:start]
            self._buffer = np.empty((len(columns), 0))
        base, self._end = self._end, self._end + start
        for block in blocks_from(data, start, len(columns), self._crc):
            self._grow(len(block.rows))
            self._buffer[:, self._rows : self._rows + len(block.rows)] = block.rows.T
            self._rows += len(block.rows)
            self._crc = block.crc
            self._end = base + block.end
            self._mark_at = base + block.start
            self._mark = data[block.start : block.start + BLOCK_HEADER_BYTES]
        values = self._buffer[:, : self._rows]
        values.flags.writeable = False
        self._history = History(columns, values, self._history.log)

    def _grow(self, rows: int) -> None:
        needed, capacity = self._rows + rows, self._buffer.shape[1]
        if needed > capacity:
            grown = np.empty((len(self._buffer), max(needed, 2 * capacity, 1024)))
            grown[:, : self._rows] = self._buffer[:, : self._rows]
            self._buffer = grown
