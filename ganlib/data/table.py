"""Columns of numbers out of a table that a user brings along: CSV, Parquet or .npy."""

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
# Rows of a column that are worked with; of more, so many are drawn at random.
MOST_ROWS = 1_000_000
_MOST_COLUMNS = 1_000
# Numbers that are read at all: as many as fit into a gigabyte.
_MOST_CELLS = 125_000_000
_FIRST_LINE_BYTES = 1_000_000
_SEPARATORS = ",;\t|"
_FRACTION = re.compile(r"[-+]?\d+(?P<mark>[.,])\d+([eE][-+]?\d+)?")
# A column with fewer numbers than this share of its rows is a column of words.
_NUMERIC_SHARE = 0.5


@dataclass(frozen=True)
class Column:
    """A column of numbers.

    Args:
        name: as the table has it; "column 1" where it has none.
        values: (n,) float64, finite, n at least 1.
        told: what was left out, in sentences; empty where nothing was.
        finite: (rows read,) bool, which of them the values are from.
    """

    name: str
    values: np.ndarray
    told: str
    finite: np.ndarray


@dataclass(frozen=True)
class Table:
    """What a file holds.

    Args:
        name: the file's name.
        rows: how many it has.
        columns: those of numbers, by name; at least one.
    """

    name: str
    rows: int
    columns: dict[str, Column]

    def together(self, titles: Sequence[str]) -> tuple[np.ndarray, str]:
        """Columns side by side, in those rows in which all of them are finite.

        Args:
            titles: of columns that there are.
        Returns:
            ((n, len(titles)) float64, what was left out as in `Column.told`); n may be 0.
        """
        chosen = [self.columns[title] for title in titles]
        whole = np.logical_and.reduce([column.finite for column in chosen])
        values = [column.values[whole[column.finite]] for column in chosen]
        return np.stack(values, axis=1), _told(self.rows, whole)


def read_table(name: str, content: bytes | memoryview) -> Table:
    """Reads a table without trusting it.

    Args:
        name: the file's name, whose end says what it is.
        content: all of the file.

    Raises:
        DataError: it is no table, has no column of numbers, or is too large.
    """
    suffix = PurePath(name).suffix.lower().lstrip(".")
    readers = {"parquet": _parquet, "npy": _npy}
    if suffix not in SUFFIXES:
        raise DataError(f"A table must be one of {', '.join(SUFFIXES)}. Received: {short(name)}.")
    if not len(content):
        raise DataError(f"{name} is empty.")
    with _sentence_for(name):
        raw = readers.get(suffix, _text)(name, content)
    rows = max((len(values) for values in raw.values()), default=0)
    if rows < 2:
        raise DataError(f"{name} has {rows} row of values; a distribution needs at least 2.")
    # One draw for all columns, so that what stands in a row stays in a row.
    drawn = None
    if rows > MOST_ROWS:
        drawn = np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False)
    columns = {}
    for title, values in raw.items():
        column = _column(title, values if drawn is None else values[drawn], rows)
        if column is not None:
            columns[title] = column
    if not columns:
        raise DataError(f"{name} has no column of numbers; it has {listed(list(raw))}.")
    return Table(name, rows, columns)


@contextmanager
def _sentence_for(name: str) -> Iterator[None]:
    """Whatever a library says of a damaged file, in one sentence."""
    try:
        yield
    except DataError:
        raise
    except MemoryError:
        raise DataError(f"{name} does not fit into memory.") from None
    except Exception as error:
        # pandas and pyarrow raise two dozen kinds for files that are not what they say.
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
    # The last of them may be cut.
    sample = (
        b"\n".join(lines[: max(1, len(lines) - 1)][:50])
        .decode("utf-8-sig", "replace")
        .lstrip("\r\n")
    )
    if not sample.strip():
        raise DataError(f"{name} begins with empty lines; a table was expected.")
    separator = _separator(sample)
    decimal = _decimal(sample, separator)
    # pandas takes what the first values have more cells than the heading for levels of an index.
    first_lines = io.StringIO(head.decode("utf-8", "replace"), newline=None)
    first_rows = csv.reader(first_lines, delimiter=separator)
    try:
        width = max(len(row) for row in islice(filter(None, first_rows), 2))
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
    return {_title(at, title): _numbers(table[title]) for at, title in enumerate(table.columns)}


def _separator(sample: str) -> str:
    """What divides most lines into the same number of cells; a comma where nothing does.

    Where a comma does, something else may do so too, between numbers with decimal commas. The
    sniffer of `csv` takes minutes for a megabyte of quotes.
    """
    found: dict[str, tuple[int, int]] = {}
    for separator in _SEPARATORS:
        rows = csv.reader(sample.splitlines(), delimiter=separator)
        try:
            ((width, lines),) = Counter(map(len, filter(None, rows))).most_common(1)
        except csv.Error:
            # Without it, a cell would be longer than any.
            continue
        if width > 1:
            found[separator] = (lines, width)
    best = max(found, key=lambda separator: found[separator], default=_SEPARATORS[0])
    lines = found.get(best, (0, 0))[0]
    others = (one for one in found if found[one][0] >= lines and _decimal(sample, one) == ",")
    return next(others, best)


def _decimal(sample: str, separator: str) -> str:
    """A comma where more numbers are written with one than with a point."""
    if separator == ",":
        return "."
    cells = [cell.strip(' "') for line in sample.splitlines() for cell in line.split(separator)]
    marks = [found["mark"] for cell in cells if (found := _FRACTION.fullmatch(cell))]
    return "," if marks.count(",") > marks.count(".") else "."


def _has_header(sample: str, separator: str, decimal: str) -> bool:
    """Whether the first line names the columns: some word in it is no number."""
    first = next(csv.reader([sample.splitlines()[0]], delimiter=separator), [])

    def is_number(text: str) -> bool:
        try:
            float(text.replace(decimal, "."))
        except ValueError:
            return False
        return True

    return not all(is_number(cell) for cell in first if cell.strip())


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
        raise DataError(
            f"{name} has no column of numbers; it has {listed(file.schema_arrow.names)}."
        )
    _check_size(name, len(fields), file.metadata.num_rows)
    # In batches, for a small file can unpack to any size, whatever it says of itself.
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
        raise DataError(f"{name} holds pickled Python objects, which are never loaded.")
    if header.dtype.kind not in "iufb" or len(header.shape) not in (1, 2):
        found = short(f"{header.dtype} of {header.shape}")
        raise DataError(f"{name} is {found}; expected numbers of (N,) or (N, columns).")
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


def _numbers(series: object) -> np.ndarray:
    """(n,) float64, NaN for what is no number."""
    import pandas as pd

    numbers = pd.to_numeric(series, errors="coerce")  # type: ignore[call-overload]
    found: np.ndarray = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    return found


def _column(title: str, values: np.ndarray, rows: int) -> Column | None:
    """The column's finite values; None where it is one of words."""
    finite = np.isfinite(values)
    if finite.mean() < _NUMERIC_SHARE:
        return None
    return Column(title, values[finite], _told(rows, finite), finite)


def _told(rows: int, finite: np.ndarray) -> str:
    told = []
    if rows > len(finite):
        told.append(f"{len(finite):,} of {rows:,} rows, drawn at random")
    if dropped := int((~finite).sum()):
        told.append(f"left out, as no finite numbers: {dropped:,}")
    return "; ".join(told)


def _title(at: int, title: object) -> str:
    """A column without a name has a number; of a long name the beginning will do."""
    return f"column {at + 1}" if isinstance(title, int) else short(str(title))


def listed(names: Sequence[str]) -> str:
    """The first names, fit for a sentence."""
    shown = ", ".join(short(name) for name in names[:8])
    return f"{shown} and {len(names) - 8:,} more" if len(names) > 8 else shown or "none"
