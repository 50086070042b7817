"""Columns of numbers from a text file.

pandas parses the file, after encoding, separator, headings and marks of numbers have been found
here: it does not detect decimal commas, and takes a separator at the end of each line for a column.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import numpy as np

from ganlib.data.number_marks import Marks, has_comma, is_number, marks_of, mostly_numbers
from ganlib.data.table_size import MOST_CELLS, MOST_COLUMNS, check_size
from ganlib.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_HEAD_BYTES = 1_000_000
_HEAD_ROWS = 1_000
_SEPARATORS = ",;\t|"
# Any number of blanks, as pandas spells it.
_BLANKS = r"\s+"
_CHUNK_BYTES = 2**20

_Row = list[str]


@dataclass(frozen=True)
class _Layout:
    """Where the values of a text file are.

    Args:
        skipped: number of rows, with empty ones, before the values.
        titles: of the columns; empty for a column without a name.
        unnamed: number of columns before them that have no heading at all, which are not read.
        widest: cells of the longest row of the sample.
    """

    skipped: int
    titles: list[str]
    unnamed: int
    widest: int


def read_text(name: str, content: bytes | memoryview) -> tuple[list[tuple[str, np.ndarray]], int]:
    """Reads a text file.

    Args:
        name: the file's name.
        content: all of the file.

    Returns:
        ([(title, (rows,) float64) of each column], number of rows left out because they have more
        cells than the others). Titles may be empty or equal; a cell that is no number is NaN.

    Raises:
        DataError: the file is not a table, or its numbers are ambiguous.
    """
    encoding = _encoding(content)
    head = bytes(content[:_HEAD_BYTES]).decode(encoding, "replace")
    is_cut = len(content) > _HEAD_BYTES
    if "\0" in head:
        raise DataError(f"{name} is not text; a CSV file was expected.")
    if is_cut and not any(mark in head.rstrip("\r\n") for mark in "\r\n"):
        raise DataError(
            f"The first line of {name} is longer than a megabyte; a table of at most "
            f"{MOST_COLUMNS:,} columns was expected."
        )
    if not head.strip():
        raise DataError(f"{name} begins with empty lines; a table was expected.")
    separator, rows = _separated(name, head)
    if is_cut and 1 < len(rows) < _HEAD_ROWS:
        # The last row is cut off.
        rows.pop()
    cells = [cell.strip() for row in rows for cell in row]
    marks = marks_of(name, cells, separator)
    layout = _layout(rows, marks)
    check_size(name, layout.widest, 1)
    frame, overlong = _parsed(content, encoding, separator, marks, layout)
    return [
        (title, _numbers(frame[layout.unnamed + at], marks))
        for at, title in enumerate(layout.titles)
    ], overlong


def _encoding(content: bytes | memoryview) -> str:
    """Returns UTF-16 if the file says so, UTF-8 if it is that, otherwise that of Windows."""
    if bytes(content[:2]) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(content), _CHUNK_BYTES):
            decoder.decode(bytes(content[at : at + _CHUNK_BYTES]))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _rows(lines: Iterable[str], separator: str) -> Iterator[_Row]:
    """Divides lines into cells; an empty line has none."""
    if separator != _BLANKS:
        return csv.reader(lines, delimiter=separator)
    # `numpy.savetxt` writes "# " before the headings.
    blanked = (line.lstrip("# \t").rstrip().replace("\t", " ") for line in lines)
    return csv.reader(blanked, delimiter=" ", skipinitialspace=True)


def _separated(name: str, head: str) -> tuple[str, list[_Row]]:
    """Returns the separator, and the first rows divided by it.

    It is what divides most lines into the same number of cells; a comma if nothing does. If a comma
    does, another separator may do so, too, between numbers with commas. The sniffer of `csv` does
    not know these, and takes minutes for a megabyte of quotes.
    """
    found: dict[str, list[_Row]] = {}
    for separator in (*_SEPARATORS, _BLANKS):
        rows = _rows(io.StringIO(head, newline=None), separator)
        try:
            found[separator] = list(islice(rows, _HEAD_ROWS))
        except csv.Error:
            # With this separator, a cell would be too long.
            continue
    proper = [separator for separator in found if separator != _BLANKS]
    if not proper:
        raise DataError(
            f"{name} has a cell of more than {csv.field_size_limit():,} characters; a table of "
            "numbers was expected."
        )
    shapes = {separator: _shape(rows) for separator, rows in found.items()}
    best = max(proper, key=lambda separator: (shapes[separator][1] > 1, shapes[separator]))
    if "," in found and _is_one_column(head, found[","]):
        best = next((one for one in proper if one != "," and shapes[one][1] == 1), best)
    elif shapes[best][1] > 1:
        others = [one for one in found if shapes[one][1] > 1 and shapes[one][0] >= shapes[best][0]]
        best = next((one for one in others if one != "," and _has_commas(found[one])), best)
    elif _BLANKS in found and shapes[_BLANKS][1] > 1 and mostly_numbers(found[_BLANKS][1:]):
        best = _BLANKS
    else:
        best = proper[0]
    return best, found[best]


def _shape(rows: Iterable[_Row]) -> tuple[int, int]:
    """Returns (number of rows with the most common number of cells, that number)."""
    ((width, count),) = Counter(map(len, filter(None, rows))).most_common(1) or [(0, 0)]
    return count, width


def _is_one_column(head: str, rows: Sequence[_Row]) -> bool:
    """True if the only commas are those of numbers, below a heading of one cell."""
    heading = next(filter(None, rows))
    lines = [line.strip() for line in head.splitlines()[:_HEAD_ROWS] if "," in line]
    return len(heading) == 1 and bool(lines) and all(map(has_comma, lines))


def _has_commas(rows: Iterable[_Row]) -> bool:
    """True if more than half of the cells with a comma are numbers."""
    cells = [cell.strip() for row in rows for cell in row if "," in cell]
    return 2 * sum(map(has_comma, cells)) > len(cells)


def _layout(rows: list[_Row], marks: Marks) -> _Layout:
    first = next(at for at, row in enumerate(rows) if row)
    heading, widest = rows[first], max(map(len, rows))
    if all(is_number(cell, marks) for cell in heading if cell.strip()):
        return _Layout(first, [""] * _shape(rows)[1], 0, widest)
    values = [row for row in rows[first + 1 :] if row]
    width = _shape(values)[1]
    usual = [row for row in values if len(row) == width]
    # Columns that are empty in all rows come from separators at the ends of lines.
    while width > len(heading) and not any(row[width - 1].strip() for row in usual):
        width -= 1
    # If rows are still longer than the heading, they begin with names of rows, as R writes them.
    return _Layout(first + 1, heading, max(0, width - len(heading)), widest)


def _parsed(
    content: bytes | memoryview, encoding: str, separator: str, marks: Marks, layout: _Layout
) -> tuple["pd.DataFrame", int]:
    """Returns the rows that have no more cells than columns, and the number of the others."""
    import pandas as pd

    columns = layout.unnamed + len(layout.titles)
    width = max(columns, layout.widest)

    def parse(on_bad_lines: Literal["error", "skip"]) -> pd.DataFrame:
        return pd.read_csv(
            io.BytesIO(content),
            sep=separator,
            decimal=marks.decimal,
            thousands=marks.thousands or None,
            header=None,
            names=range(width),
            index_col=False,
            skiprows=layout.skipped,
            encoding=encoding,
            encoding_errors="replace",
            low_memory=False,
            on_bad_lines=on_bad_lines,
            nrows=max(1, MOST_CELLS // max(1, width)),
        )

    overlong = 0
    try:
        frame = parse("error")
    except pd.errors.ParserError:
        # pandas counts no rows that it skips.
        frame = parse("skip")
        lines = io.TextIOWrapper(io.BytesIO(content), encoding, "replace", newline=None)
        overlong = sum(len(row) > width for row in _rows(lines, separator))
    longer = frame.iloc[:, columns:].notna().any(axis=1)
    return frame[~longer], overlong + int(longer.sum())


def _numbers(column: "pd.Series", marks: Marks) -> np.ndarray:
    """Returns the numbers of a column, (rows,) float64; NaN where there is none."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        # pandas leaves a whole column as text if one of its cells is no number.
        column = column.astype(str).map(marks.plain)
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)
