"""Columns of numbers from a table that a user brings along: CSV, Parquet or .npy.

pandas and pyarrow parse the files, after separator, decimal mark and sizes have been checked
here: neither library detects decimal commas, nor limits what a small file may unpack to.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

import numpy as np

from ganlib.data.npy import HEADER_BYTES, NotNpy, first_line, read_header, short
from ganlib.errors import DataError

SUFFIXES = ("csv", "tsv", "txt", "parquet", "npy")
# Rows that are used; of a table with more, so many are drawn at random.
MOST_ROWS = 1_000_000
_MOST_COLUMNS = 1_000
# Numbers that are read at all: as many as fit into a gigabyte.
_MOST_CELLS = 125_000_000
_FIRST_LINE_BYTES = 1_000_000
_SEPARATORS = ",;\t|"
_FRACTION = re.compile(r"[-+]?\d+(?P<mark>[.,])\d+([eE][-+]?\d+)?")
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
    """

    name: str
    rows: int
    columns: dict[str, np.ndarray]

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
        if self.rows > len(values):
            left_out.append(f"{len(values):,} of {self.rows:,} rows, drawn at random")
        if dropped := int((~complete).sum()):
            left_out.append(f"{dropped:,} skipped for missing values")
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
    readers = {"parquet": _parquet, "npy": _npy}
    if suffix not in SUFFIXES:
        raise DataError(f"A table must be one of {', '.join(SUFFIXES)}. Received: {short(name)}.")
    if not len(content):
        raise DataError(f"{name} is empty.")
    with _sentence_for(name):
        columns = readers.get(suffix, _text)(name, content)
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
    return Table(name, rows, numeric)


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


def _text(name: str, content: bytes | memoryview) -> dict[str, np.ndarray]:
    import pandas as pd

    head = bytes(content[:_FIRST_LINE_BYTES])
    if b"\0" in head:
        raise DataError(f"{name} is not text; a CSV file was expected.")
    lines = head.splitlines()
    if len(content) > len(head) and len(lines) == 1:
        raise DataError(
            f"The first line of {name} is longer than a megabyte; a table of at most "
            f"{_MOST_COLUMNS:,} columns was expected."
        )
    # The last line may be cut.
    first_lines = b"\n".join(lines[: max(1, len(lines) - 1)][:50])
    sample = first_lines.decode("utf-8-sig", "replace").lstrip("\r\n")
    if not sample.strip():
        raise DataError(f"{name} begins with empty lines; a table was expected.")
    separator = _separator(sample)
    decimal = _decimal(sample, separator)
    # If the first row is longer than the heading, pandas takes its first cells for an index.
    rows = csv.reader(
        io.StringIO(head.decode("utf-8", "replace"), newline=None), delimiter=separator
    )
    try:
        width = max(len(row) for row in islice(filter(None, rows), 2))
    except csv.Error:
        raise DataError(
            f"{name} has a cell of more than {csv.field_size_limit():,} characters; a table of "
            "numbers was expected."
        ) from None
    _check_size(name, width, 1)
    table = pd.read_csv(
        io.BytesIO(content),
        sep=separator,
        decimal=decimal,
        header=0 if _has_header(sample, separator, decimal) else None,
        encoding_errors="replace",
        low_memory=False,
        on_bad_lines="skip",
        nrows=max(1, _MOST_CELLS // max(1, width)),
    )
    return {
        # A column without a name has a number.
        f"column {at + 1}" if isinstance(title, int) else short(str(title)): pd.to_numeric(
            table[title], errors="coerce"
        ).to_numpy(dtype=np.float64, na_value=np.nan)
        for at, title in enumerate(table.columns)
    }


def _separator(sample: str) -> str:
    """Returns what divides most lines into the same number of cells; a comma if nothing does.

    If a comma does, another separator may do so, too, between numbers with decimal commas. The
    sniffer of `csv` does not know these, and takes minutes for a megabyte of quotes.
    """
    found: dict[str, tuple[int, int]] = {}
    for separator in _SEPARATORS:
        rows = csv.reader(sample.splitlines(), delimiter=separator)
        try:
            ((width, lines),) = Counter(map(len, filter(None, rows))).most_common(1)
        except csv.Error:
            # With this separator, a cell would be too long.
            continue
        if width > 1:
            found[separator] = (lines, width)
    best = max(found, key=lambda separator: found[separator], default=_SEPARATORS[0])
    lines = found.get(best, (0, 0))[0]
    others = (one for one in found if found[one][0] >= lines and _decimal(sample, one) == ",")
    return next(others, best)


def _decimal(sample: str, separator: str) -> str:
    """Returns a comma if more numbers are written with a comma than with a point."""
    if separator == ",":
        return "."
    cells = [cell.strip(' "') for line in sample.splitlines() for cell in line.split(separator)]
    marks = [found["mark"] for cell in cells if (found := _FRACTION.fullmatch(cell))]
    return "," if marks.count(",") > marks.count(".") else "."


def _has_header(sample: str, separator: str, decimal: str) -> bool:
    """True if the first line names the columns: one of its cells is not a number."""
    first = next(csv.reader([sample.splitlines()[0]], delimiter=separator), [])
    try:
        for cell in filter(str.strip, first):
            float(cell.replace(decimal, "."))
    except ValueError:
        return True
    return False


def _parquet(name: str, content: bytes | memoryview) -> dict[str, np.ndarray]:
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
    _check_size(name, len(fields), file.metadata.num_rows)
    # In batches, because a small file can unpack to any size, whatever it claims.
    parts: dict[str, list[np.ndarray]] = {title: [] for title in fields}
    rows = 0
    for batch in file.iter_batches(batch_size=65_536, columns=fields):
        rows += len(batch)
        _check_size(name, len(fields), rows)
        for title in fields:
            parts[title].append(batch[title].to_numpy(zero_copy_only=False).astype(np.float64))
    return {
        title: np.concatenate(found) if found else np.zeros(0) for title, found in parts.items()
    }


def _npy(name: str, content: bytes | memoryview) -> dict[str, np.ndarray]:
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
    _check_size(name, width, rows)
    if header.size + rows * width * header.dtype.itemsize != len(content):
        raise DataError(f"{name} claims {rows:,} rows, but its size does not fit them.")
    flat = np.frombuffer(content, header.dtype, offset=header.size)
    array = flat.reshape(header.shape, order="F" if header.fortran_order else "C")
    columns = array.reshape(rows, width)
    return {f"column {at + 1}": columns[:, at].astype(np.float64) for at in range(width)}


def _check_size(name: str, columns: int, rows: int) -> None:
    if columns > _MOST_COLUMNS:
        raise DataError(
            f"{name} has {columns:,} columns; a table of at most {_MOST_COLUMNS:,} was expected."
        )
    if columns * rows > _MOST_CELLS:
        raise DataError(
            f"{name} has {rows:,} rows of {columns:,} columns; at most {_MOST_CELLS:,} numbers "
            "are read."
        )


def listed(names: Sequence[str]) -> str:
    """Returns the first names, fit for a sentence."""
    first = ", ".join(short(name) for name in names[:8])
    return f"{first} and {len(names) - 8:,} more" if len(names) > 8 else first or "none"
