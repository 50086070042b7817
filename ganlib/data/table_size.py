"""Limits on the size of a table, which a small file may exceed once it is unpacked."""

from ganlib.errors import DataError

MOST_COLUMNS = 1_000
# Numbers that are read at all: as many as fit into a gigabyte.
MOST_CELLS = 125_000_000


def check_size(name: str, columns: int, rows: int) -> None:
    """Checks the size of a table before it is read.

    Args:
        name: the file's name.
        columns: number of columns.
        rows: number of rows, as far as they are known.

    Raises:
        DataError: it is too large.
    """
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{name} has {columns:,} columns; a table of at most {MOST_COLUMNS:,} was expected."
        )
    if columns * rows > MOST_CELLS:
        raise DataError(
            f"{name} has {rows:,} rows of {columns:,} columns; at most {MOST_CELLS:,} numbers "
            "are read."
        )
