"""Tells decimal marks from separators of thousands."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ganlib.errors import DataError

_ONE_MARK = re.compile(r"[-+]?\d*(?P<mark>[.,])\d+([eE][-+]?\d+)?")
_GROUPS = re.compile(
    r"[-+]?[1-9]\d{0,2}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*((?!(?P=mark))[.,]\d*)?"
)
_OTHER = {".": ",", ",": "."}


@dataclass(frozen=True)
class Marks:
    """How the numbers of a file are written.

    Args:
        decimal: the decimal mark.
        thousands: the mark between thousands; empty for none.
    """

    decimal: str = "."
    thousands: str = ""

    def plain(self, text: str) -> str:
        """Returns a number as Python writes it; other text is not a number afterwards, either."""
        if self.decimal == "," and self.thousands != "." and "." in text:
            return ""
        without = text.replace(self.thousands, "") if self.thousands else text
        return without.replace(self.decimal, ".")


def has_comma(cell: str) -> bool:
    """True if a cell is a number with a comma, whatever the comma means."""
    return "," in cell and bool(_uses(cell))


def marks_of(name: str, cells: Iterable[str], separator: str) -> Marks:
    """Returns how the numbers of a file are written.

    A mark with other than three digits after it is a decimal mark, and one that occurs twice or
    before another mark separates thousands. A point alone is taken for a decimal mark.

    Args:
        name: the file's name.
        cells: of the file's first rows.
        separator: of cells. If it is a comma, commas in cells are not taken for decimal marks
            without need.

    Raises:
        DataError: it is not clear what the commas mean.
    """
    cells = list(cells)
    uses = Counter(use for cell in cells for use in _uses(cell))
    point = uses["decimal", "."], uses["thousands", ","]
    comma = uses["decimal", ","], uses["thousands", "."] if separator != "," else 0
    if not any(point + comma) and uses["either", ","] and separator != ",":
        one = next(cell for cell in cells if ("either", ",") in _uses(cell))
        raise DataError(
            f"{name} has numbers such as {one}, which may mean {one.replace(',', '')} or "
            f"{one.replace(',', '.')}; write them without a comma."
        )
    decimal = "," if comma > point else "."
    other = _OTHER[decimal]
    grouped = uses["thousands", other] + uses["either", other]
    return Marks(decimal, other if grouped and not uses["decimal", other] else "")


def _uses(cell: str) -> list[tuple[Literal["decimal", "thousands", "either"], str]]:
    """Returns what the marks of a number are used for; nothing if it has none or is no number."""
    if found := _GROUPS.fullmatch(cell):
        mark = found["mark"]
        if (other := _OTHER[mark]) in cell:
            return [("thousands", mark), ("decimal", other)]
        return [("thousands" if cell.count(mark) > 1 else "either", mark)]
    found = _ONE_MARK.fullmatch(cell)
    return [("decimal", found["mark"])] if found else []


def is_number(cell: str, marks: Marks) -> bool:
    """True if a cell is a number, infinite or "nan"."""
    try:
        float(marks.plain(cell))
    except ValueError:
        return False
    return True


def mostly_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """True if at least half of the cells are numbers with a decimal point, or whole numbers."""
    numbers = [is_number(cell, Marks()) for row in rows for cell in row]
    return bool(numbers) and 2 * sum(numbers) >= len(numbers)
