"""Columns of numbers from a table that a user brings along: CSV, Parquet or .npy.

pandas and pyarrow parse the files, after sizes have been checked here: neither library limits what
a small file may unpack to. See `text_table` for CSV.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from ganlib.data.npy import HEADER_BYTES, NotNpy, first_line, read_header, short
from ganlib.data.table_size import check_size
from ganlib.data.text_table import read_text
from ganlib.errors import DataError

SUFFIXES = ("csv", "tsv", "txt", "parquet", "npy")
# Rows that are used; of a table with more, so many are drawn at random.
MOST_ROWS = 1_000_000
# A column with a smaller share of numbers is a column of words.
_NUMERIC_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of numbers of a file.

    Args:
        name: the file's name.
        rows: number of rows in the file.
        columns: (rows used,) float64 of each column by name; at least one. A cell that is not
            a number is NaN or infinite.
        overlong: number of rows that were not read because they have too many cells.
    """

    name: str
    rows: int
    columns: dict[str, np.ndarray]
    overlong: int = 0

    def select(self, names: Sequence[str]) -> tuple[np.ndarray, str]:
        """Returns columns side by side, with the rows in which all of them are finite.

        Args:
            names: of columns that exist.
        Returns:
            ((n, len(names)) float64, what was left out, in words); n may be 0.
        """
        values = np.stack([self.columns[name] for name in names], axis=1)
        complete = np.isfinite(values).all(axis=1)
        left_out = []
        if self.overlong:
            left_out.append(f"{_rows(self.overlong)} skipped: too many cells")
        if (read := self.rows - self.overlong) > len(values):
            left_out.append(f"{len(values):,} of {read:,} rows, drawn at random")
        if dropped := int((~complete).sum()):
            left_out.append(f"{_rows(dropped)} skipped: a value is missing or not a number")
        return values[complete], "; ".join(left_out)


def read_table(name: str, content: bytes | memoryview) -> Table:
    """Reads a table without trusting it.

    Args:
        name: the file's name, which ends in one of `SUFFIXES`.
        content: all of the file.

    Raises:
        DataError: it is not a table, has no column of numbers, or is too large.
    """
    suffix = PurePath(name).suffix.lower().lstrip(".")
    overlong = 0
    if suffix not in SUFFIXES:
        raise DataError(f"A table must be one of {', '.join(SUFFIXES)}. Received: {short(name)}.")
    if not len(content):
        raise DataError(f"{name} is empty.")
    with _sentence_for(name):
        if suffix == "parquet":
            found = _parquet(name, content)
        elif suffix == "npy":
            found = _npy(name, content)
        else:
            found, overlong = read_text(name, content)
        columns = _with_unique_titles(found)
    rows = max(map(len, columns.values()), default=0)
    if rows < 2:
        raise DataError(f"{name} must have at least 2 rows of values. Received: {rows}.")
    if rows > MOST_ROWS:
        # One draw for all columns keeps rows together.
        drawn = np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False)
        columns = {title: values[drawn] for title, values in columns.items()}
    numeric = {
        title: values
        for title, values in columns.items()
        if np.isfinite(values).mean() >= _NUMERIC_SHARE
    }
    if not numeric:
        raise DataError(f"{name} has no numeric column; it has {listed(list(columns))}.")
    return Table(name, rows + overlong, numeric, overlong)


@contextmanager
def _sentence_for(name: str) -> Iterator[None]:
    """Turns whatever a library says of a damaged file into one sentence."""
    try:
        yield
    except DataError:
        raise
    except MemoryError:
        raise DataError(f"{name} does not fit into memory.") from None
    except Exception as error:
        # pandas and pyarrow raise two dozen kinds of exceptions.
        raise DataError(f"{name} cannot be read as a table: {first_line(error)}.") from error


def _with_unique_titles(found: Iterable[tuple[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Returns columns by titles on one line, which fit into a sentence."""
    columns: dict[str, np.ndarray] = {}
    for at, (given, values) in enumerate(found, 1):
        title = base = short(" ".join(given.split())) or f"column {at}"
        number = 0
        while title in columns:
            number += 1
            title = f"{base}.{number}"
        columns[title] = values
    return columns


def _parquet(name: str, content: bytes | memoryview) -> list[tuple[str, np.ndarray]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content))
    fields = [
        field.name
        for field in file.schema_arrow
        if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    ]
    if not fields:
        raise DataError(f"{name} has no numeric column; it has {listed(file.schema_arrow.names)}.")
    check_size(name, len(fields), file.metadata.num_rows)
    # In batches, because a small file can unpack to any size, whatever it claims.
    parts: dict[str, list[np.ndarray]] = {title: [] for title in fields}
    rows = 0
    for batch in file.iter_batches(batch_size=65_536, columns=fields):
        rows += len(batch)
        check_size(name, len(fields), rows)
        for title in fields:
            parts[title].append(batch[title].to_numpy(zero_copy_only=False).astype(np.float64))
    return [
        (title, np.concatenate(found) if found else np.zeros(0)) for title, found in parts.items()
    ]


def _npy(name: str, content: bytes | memoryview) -> list[tuple[str, np.ndarray]]:
    try:
        header = read_header(bytes(content[:HEADER_BYTES]))
    except NotNpy as error:
        raise DataError(f"{name} {error}.") from error
    if header.dtype.hasobject:
        raise DataError(f"{name} contains pickled Python objects, which are never loaded.")
    if header.dtype.kind not in "iufb" or len(header.shape) not in (1, 2):
        found = short(f"{header.dtype} of {header.shape}")
        raise DataError(f"{name} is {found}; expected numbers of shape (N,) or (N, columns).")
    rows, width = header.shape[0], math.prod(header.shape[1:])
    check_size(name, width, rows)
    if header.size + rows * width * header.dtype.itemsize != len(content):
        raise DataError(
            f"{name} is damaged: its header says {rows:,} rows, but its size does not match."
        )
    flat = np.frombuffer(content, header.dtype, offset=header.size)
    array = flat.reshape(header.shape, order="F" if header.fortran_order else "C")
    columns = array.reshape(rows, width)
    return [("", columns[:, at].astype(np.float64)) for at in range(width)]


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def listed(names: Sequence[str]) -> str:
    """Returns the first names, fit for a sentence."""
    first = ", ".join(short(name) for name in names[:8])
    return f"{first} and {len(names) - 8:,} more" if len(names) > 8 else first or "none"
