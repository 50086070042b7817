"""Columns of a user's own table, and how a run recognises them later."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.data.base import ArrayData, PreciseScaling
from ganlib.data.digest import DIGEST, digest_of
from ganlib.data.npy import short
from ganlib.data.table import SUFFIXES, Table, listed, read_table
from ganlib.errors import DataError, quote
from ganlib.events import DataReport
from ganlib.paths import regular_file, user_path

_MOST_BYTES = 2**30
# Networks and charts work with float32, whose squares must be finite, too.
_LARGEST = 1e30
_LEAST_SD = 1e-30
# Differences below this share of the values are rounding errors.
_ROUNDING = 1e-14
_SUMMARY = re.compile(DIGEST.pattern + r"( [^ :]+:[^ :]+)+")


@dataclass(frozen=True)
class Summary:
    """Digest and moments of a table's columns, which a run keeps in case the file disappears.

    Args:
        digest: of the file's content.
        means: of each column.
        sds: standard deviation of each column, above 0.
    """

    digest: str
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def text(self) -> str:
        """Returns the form that a run's settings keep: the digest, and mean:sd of each column."""
        pairs = zip(self.means, self.sds, strict=True)
        return " ".join([self.digest, *(f"{mean!r}:{sd!r}" for mean, sd in pairs)])

    def scaling(self) -> PreciseScaling:
        """Scales each column to mean 0 and standard deviation 1."""
        return PreciseScaling(self.means, self.sds)


@dataclass(frozen=True, eq=False)
class OwnColumns:
    """Columns of a file, side by side.

    Args:
        path: of the file, absolute.
        names: of the columns.
        values: (n, len(names)) float64, finite, n at least 2, not constant in any column.
        rows: number of rows in the file.
        left_out: what was left out, in words; may be empty.
        summary: what a run must know of them.
    """

    path: Path
    names: tuple[str, ...]
    values: np.ndarray
    rows: int
    left_out: str
    summary: Summary

    def report(self) -> DataReport:
        """Describes these data."""
        left_out = f" ({self.left_out})" if self.left_out else ""
        name = f"{' and '.join(self.names)} of {self.path.name}"
        return DataReport(name, f"your own table{left_out}", len(self.values), self.rows)

    def data(self) -> ArrayData:
        """Returns the values as data to draw from; loads TensorFlow."""
        return ArrayData(self.values, self.report())


def own_columns(path: str, columns: str, count: int) -> OwnColumns:
    """Reads columns, cached until the file changes.

    Args:
        path: of a table; see `read_table`.
        columns: their names; see `chosen`.
        count: number of columns.

    Raises:
        DataError: the file cannot be read, has no such columns, or one of them is constant or
            too large.
    """
    found = _file(path)
    return _columns(found, _changed_at(found), columns, count)


def own_table(path: str) -> Table:
    """Reads the whole table, cached likewise.

    Raises:
        DataError: the file cannot be read.
    """
    found = _file(path)
    return _read(found, _changed_at(found))[0]


def chosen(table: Table, columns: str, count: int) -> tuple[str, ...]:
    """Returns the names of the columns that a text lists.

    Args:
        table: that has the columns.
        columns: names separated by commas, with quotes around a name with a comma in it; empty
            for the first columns.
        count: number of columns.

    Raises:
        DataError: the table has no such columns.
    """
    known = list(table.columns)
    if not columns.strip():
        if len(known) < count:
            raise DataError(
                f"{table.name} has one column of numbers, {known[0]}, and two are needed."
            )
        return tuple(known[:count])
    alone = _one_line(columns)
    names = [alone] if count == 1 and alone in known else split_names(columns)
    by_name = {_one_line(name): name for name in reversed(known)}
    for name in names:
        if _one_line(name) not in by_name:
            raise DataError(
                f"{table.name} has no numeric column {short(name)!r}. Allowed: {listed(known)}."
            )
    if len(names) != count:
        wanted = "one name" if count == 1 else "two names, separated by a comma"
        raise DataError(f"own_columns must be {wanted}. Received: {short(columns)!r}.")
    return tuple(by_name[_one_line(name)] for name in names)


def _one_line(name: str) -> str:
    """Returns a name as `read_table` spells headings."""
    return " ".join(name.split())


def split_names(columns: str) -> list[str]:
    """Splits a text into names at its commas.

    Raises:
        DataError: the text has several lines, or a name is too long.
    """
    try:
        return next(csv.reader([columns], skipinitialspace=True), [])
    except csv.Error:
        raise DataError(
            "own_columns must be names of columns on one line, separated by commas. "
            f"Received: {quote(columns)}."
        ) from None


def join_names(names: Sequence[str]) -> str:
    """Returns the text from which `split_names` gets these names."""
    return ", ".join(
        f'"{quoted}"' if (quoted := name.replace('"', '""')) != name or "," in name else name
        for name in names
    )


def axis_names(values: Mapping[str, Any]) -> list[str]:
    """Returns the names of the columns that a run learns; empty for data other than a table.

    Args:
        values: of the run's knobs, by name.
    """
    if values.get("target") != "own":
        return []
    try:
        return split_names(str(values.get("own_columns", "")))
    except DataError:
        return []


def parse_summary(text: str, count: int) -> Summary:
    """Parses what `Summary.text` returned.

    Args:
        text: from a run's settings.
        count: number of columns.

    Raises:
        ValueError: it is another text, or of another number of columns; in one sentence.
    """
    refusal = ValueError(
        f"own_summary is filled in automatically and must be left empty. Received: {short(text)!r}."
    )
    if not _SUMMARY.fullmatch(text):
        raise refusal
    digest, *pairs = text.split(" ")
    try:
        means, sds = np.array([[float(x) for x in pair.split(":")] for pair in pairs]).T
    except ValueError:
        raise refusal from None
    fits = len(means) == count and np.isfinite([means, sds]).all() and (sds > 0).all()
    if not fits:
        raise refusal
    return Summary(digest, tuple(means.tolist()), tuple(sds.tolist()))


def _file(path: str) -> Path:
    if not path.strip():
        raise DataError(
            'The target "own" needs your table: own_table must be the path of a file '
            f"({', '.join(SUFFIXES)}). Received: {path!r}."
        )
    return user_path(path, "own_table").absolute()


def _changed_at(path: Path) -> tuple[int, int]:
    """Returns (time of the last change, size), by which a change is noticed."""
    found = regular_file(path, f"own_table {short(str(path))}")
    if found.st_size > _MOST_BYTES:
        raise DataError(
            f"A table of your own may have up to 1 GB. Received: {short(str(path))} of "
            f"{found.st_size / 2**30:.1f} GB."
        )
    return found.st_mtime_ns, found.st_size


# The whole table is needed to choose columns, the columns at every rerun of a page.
@lru_cache(maxsize=1)
def _read(path: Path, changed_at: tuple[int, int]) -> tuple[Table, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"own_table {path} cannot be read: {error.strerror}.") from None
    return read_table(path.name, content), digest_of(content)


@lru_cache(maxsize=8)
def _columns(path: Path, changed_at: tuple[int, int], columns: str, count: int) -> OwnColumns:
    table, digest = _read(path, changed_at)
    names = chosen(table, columns, count)
    values, left_out = table.select(names)
    if len(values) < 2:
        raise DataError(
            f"Only {'1 row' if len(values) == 1 else '0 rows'} of {table.name} "
            f"{'has' if len(values) == 1 else 'have'} a number in {' and '.join(names)}; at least "
            "2 are needed."
        )
    moments = [_moments(table.name, *one) for one in zip(names, values.T, strict=True)]
    means, sds = zip(*moments, strict=True)
    values.setflags(write=False)
    return OwnColumns(path, names, values, table.rows, left_out, Summary(digest, means, sds))


def _moments(file: str, name: str, values: np.ndarray) -> tuple[float, float]:
    """Returns (mean, standard deviation) of a column; refuses what cannot be learned."""
    largest = float(np.abs(values).max())
    if largest > _LARGEST:
        raise DataError(
            f"Column {name} of {file} has values as large as {largest:g}; from {-_LARGEST:g} to "
            f"{_LARGEST:g} is allowed."
        )
    # Differences first: the squares of large numbers would lose them.
    away = values - values[0]
    mean, sd = float(values[0] + away.mean()), float(away.std())
    if sd <= max(_ROUNDING * largest, _LEAST_SD):
        raise DataError(
            f"Column {name} of {file} is {values[0]:g} in every row; a distribution to learn "
            "needs values that differ."
        )
    return mean, sd
