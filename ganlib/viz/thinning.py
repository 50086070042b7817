"""What is kept of a series that is longer than a chart is wide, also while it still grows.

A run's history only grows. What is told of it once a second costs what is new, not what is long:
a running mean goes on from its last value, and the lowest and highest values of stretches of rows
stand for all rows before the last choice of points to draw.
"""

import numpy as np
from scipy.signal import lfilter
from tsdownsample import MinMaxLTTBDownsampler

MAX_SMOOTHING = 0.99
MIN_POINTS = 8
_CHOOSER = MinMaxLTTBDownsampler()


class RunningMean:
    """Exponential running mean of values that come in parts, corrected for its start at zero.

    The mean at i is the sum of weight^(i - j) values[j] over j <= i, divided by the
    sum of these weights, so the first value is kept as it is.

    Args:
        weight: of the past, from 0 (no smoothing) to 0.99.
    Source: the bias correction of Adam, Kingma and Ba 2014, arXiv 1412.6980, section 3.
    """

    def __init__(self, weight: float):
        if not 0 <= weight <= MAX_SMOOTHING:
            raise ValueError(f"smoothing must be from 0 to {MAX_SMOOTHING}. Received: {weight}.")
        self._weight = weight
        self._state = np.zeros(1)
        self._count = 0
        # Beyond this many points the correction is a factor of 1 to double precision.
        self._head = int(np.log(np.finfo(float).eps) / np.log(weight)) + 1 if weight else 0

    def extend(self, values: np.ndarray) -> np.ndarray:
        """The means at the next values, (n,) finite: (n,) float64."""
        exact = np.asarray(values, dtype=np.float64)
        if self._weight == 0 or not len(exact):
            return exact
        past = [1, -self._weight]
        mean, self._state = lfilter([1 - self._weight], past, exact, zi=self._state)
        early = np.arange(self._count + 1, min(self._count + len(exact), self._head) + 1)
        mean[: len(early)] /= 1 - self._weight**early
        self._count += len(exact)
        return mean


class Stretches:
    """Of a table that grows, the lowest and the highest rows of stretches of equal length.

    There are never more than `most` of them: they double in length instead. What is kept
    depends on the table alone, never on the parts in which it came.

    Args:
        columns: of the table.
        most: stretches, an even number.
    """

    def __init__(self, columns: int, most: int):
        self._columns = columns
        self._most = most
        self._length = 1
        # Of each stretch the lowest rows by each column, then the highest: (2 columns, stretches),
        # and what all columns have there: (columns, 2 columns, stretches).
        self._rows = np.empty((2 * columns, 0), np.int64)
        self._values = np.empty((columns, 2 * columns, 0))
        # Where each column begins and ends: (columns, 2), and (columns, columns, 2).
        self._end_rows = np.full((columns, 2), -1)
        self._end_values = np.full((columns, columns, 2), np.nan)
        # The rows of the stretch that is not whole yet.
        self._tail = np.empty((columns, 0))
        self._tail_start = 0

    def __len__(self) -> int:
        """Rows so far."""
        return self._tail_start + self._tail.shape[1]

    def extend(self, values: np.ndarray) -> None:
        """Takes the next rows.

        Args:
            values: (columns, n), not a number where a column has nothing to show.
        """
        self._note_ends(values)
        tail = np.concatenate([self._tail, values], axis=1)
        while (whole := tail.shape[1] // self._length) > 0:
            count = min(whole, self._most - self._rows.shape[1])
            end = count * self._length
            self._append(*_extremes(tail[:, :end], self._length), self._tail_start)
            tail = tail[:, end:]
            self._tail_start += end
            if self._rows.shape[1] == self._most:
                self._double()
        self._tail = tail.copy()

    def of(self, column: int) -> tuple[np.ndarray, np.ndarray]:
        """The extremes and ends of one column: (m,) int64 rows, ascending, and (m,) values."""
        rows, values = _extremes(self._tail[column : column + 1], self._tail.shape[1])
        own = [column, column + self._columns]
        rows = np.concatenate(
            [self._rows[own].ravel(), rows.ravel() + self._tail_start, self._end_rows[column]]
        )
        values = np.concatenate(
            [self._values[column, own].ravel(), values.ravel(), self._end_values[column, column]]
        )
        rows, at = np.unique(rows[there := ~np.isnan(values)], return_index=True)
        return rows, values[there][at]

    def candidates(self) -> tuple[np.ndarray, np.ndarray]:
        """What is kept of all rows: (m,) int64 rows, ascending, and (columns, m) values."""
        rows, values = _extremes(self._tail, self._tail.shape[1])
        rows = np.concatenate([self._rows, rows + self._tail_start], axis=1)
        values = np.concatenate([self._values, values], axis=2)
        there = self._end_rows >= 0
        rows = np.concatenate([rows.ravel(), self._end_rows[there]])
        values = np.concatenate(
            [values.reshape(self._columns, -1), self._end_values[:, there]], axis=1
        )
        rows, at = np.unique(rows, return_index=True)
        return rows, values[:, at]

    def _note_ends(self, values: np.ndarray) -> None:
        for column, shown in enumerate(~np.isnan(values)):
            if not shown.any():
                continue
            first, last = shown.argmax(), len(shown) - 1 - shown[::-1].argmax()
            for end, at in enumerate((first, last)):
                if end == 1 or self._end_rows[column, 0] < 0:
                    self._end_rows[column, end] = len(self) + at
                    self._end_values[:, column, end] = values[:, at]

    def _append(self, rows: np.ndarray, values: np.ndarray, start: int) -> None:
        self._rows = np.concatenate([self._rows, rows + start], axis=1)
        self._values = np.concatenate([self._values, values], axis=2)

    def _double(self) -> None:
        """Joins each stretch with its neighbour."""
        left, right = self._values[..., ::2], self._values[..., 1::2]
        decides = np.arange(2 * self._columns)
        mine, other = (each[decides % self._columns, decides] for each in (left, right))
        lower, higher = other < mine, other > mine
        takes = np.concatenate([lower[: self._columns], higher[self._columns :]])
        takes |= np.isnan(mine) & ~np.isnan(other)
        self._rows = np.where(takes, self._rows[:, 1::2], self._rows[:, ::2])
        self._values = np.where(takes, right, left)
        self._length *= 2


def _extremes(values: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows that are lowest, then highest, in each stretch of (columns, stretches * length)."""
    columns, rows = values.shape
    cut = values.reshape(columns, rows // max(length, 1), length)
    if not cut.size:
        return np.empty((2 * columns, 0), np.int64), np.empty((columns, 2 * columns, 0))
    nothing = np.isnan(cut)
    lowest = np.where(nothing, np.inf, cut).argmin(axis=2)
    highest = np.where(nothing, -np.inf, cut).argmax(axis=2)
    at = np.concatenate([lowest, highest]) + length * np.arange(cut.shape[1])
    return at, values[:, at]


def decimate(x: np.ndarray, values: np.ndarray, max_points: int) -> np.ndarray:
    """Which points to draw so that the curve looks the same.

    The first, the last, the lowest and the highest are always among them.

    Args:
        x: (n,) int64, ascending.
        values: (n,) finite.
        max_points: at least 8.
    Returns:
        (n,) bool, at most `max_points` of them true.
    Source: MinMaxLTTB, Van Der Donckt et al. 2023, arXiv 2305.00332.
    """
    if max_points < MIN_POINTS:
        raise ValueError(f"max_points must be at least {MIN_POINTS}. Received: {max_points}.")
    if len(values) <= max_points:
        return np.ones(len(values), bool)
    values = np.ascontiguousarray(values, dtype=np.float32)
    drawn = np.zeros(len(values), bool)
    drawn[_CHOOSER.downsample(x, values, n_out=max_points - 2)] = True
    drawn[[values.argmin(), values.argmax()]] = True
    return drawn
