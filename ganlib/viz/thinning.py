"""Smoothing and downsampling of long series that still grow.

A chart is redrawn about once a second while a run trains. The cost of an update depends on the
number of new rows only: a running mean continues from its last value, and of old rows only the
minima and maxima of segments are kept, from which the points to draw are chosen.
"""

import numpy as np
import scipy
from tsdownsample import MinMaxLTTBDownsampler

MAX_SMOOTHING = 0.99
MIN_POINTS = 8
_CHOOSER = MinMaxLTTBDownsampler()


class RunningMean:
    """Exponential running mean of a series that arrives in parts, with bias correction.

    The mean at i is the sum of weight^(i - j) values[j] over j <= i, divided by the
    sum of these weights, so the first mean is the first value.

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
        # After this many values the correction is a factor of 1 in double precision.
        self._head = int(np.log(np.finfo(float).eps) / np.log(weight)) + 1 if weight else 0

    def extend(self, values: np.ndarray) -> np.ndarray:
        """Returns the (n,) float64 means at the next values, which are (n,) and finite."""
        exact = np.asarray(values, dtype=np.float64)
        if self._weight == 0 or not len(exact):
            return exact
        past = [1, -self._weight]
        mean, self._state = scipy.signal.lfilter([1 - self._weight], past, exact, zi=self._state)
        early = np.arange(self._count + 1, min(self._count + len(exact), self._head) + 1)
        mean[: len(early)] /= 1 - self._weight**early
        self._count += len(exact)
        return mean


class MinMaxPyramid:
    """Minima and maxima of segments of equal length, for a table that grows.

    If there would be more than `most` segments, neighbours are merged and the length doubles.
    The result depends on the table only, not on the parts in which it arrived.

    Args:
        columns: number of columns of the table.
        most: limit on the number of segments, an even number.
    """

    def __init__(self, columns: int, most: int):
        self._columns = columns
        self._most = most
        self._length = 1
        # For each segment the row of each column's minimum, then of each column's maximum,
        # (2 columns, segments), and the values of all columns in these rows,
        # (columns, 2 columns, segments).
        self._rows = np.empty((2 * columns, 0), np.int64)
        self._values = np.empty((columns, 2 * columns, 0))
        # First and last row with a value in each column, (columns, 2), and the values of all
        # columns in these rows, (columns, columns, 2).
        self._end_rows = np.full((columns, 2), -1)
        self._end_values = np.full((columns, columns, 2), np.nan)
        # Rows of the last segment, which is not complete yet.
        self._tail = np.empty((columns, 0))
        self._tail_start = 0

    def __len__(self) -> int:
        """Rows so far."""
        return self._tail_start + self._tail.shape[1]

    def extend(self, values: np.ndarray) -> None:
        """Appends rows.

        Args:
            values: (columns, n), NaN where a column has no value.
        """
        self._note_ends(values)
        tail = np.concatenate([self._tail, values], axis=1)
        while (complete := tail.shape[1] // self._length) > 0:
            count = min(complete, self._most - self._rows.shape[1])
            end = count * self._length
            self._append(*_extremes(tail[:, :end], self._length), self._tail_start)
            tail = tail[:, end:]
            self._tail_start += end
            if self._rows.shape[1] == self._most:
                self._double()
        self._tail = tail.copy()

    def of(self, column: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns minima, maxima and ends of one column.

        Returns:
            (m,) int64 rows, ascending, and (m,) values.
        """
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
        """Returns all rows that are kept.

        Returns:
            (m,) int64 rows, ascending, and (columns, m) values.
        """
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
        for column, present in enumerate(~np.isnan(values)):
            if not present.any():
                continue
            first, last = present.argmax(), len(present) - 1 - present[::-1].argmax()
            for end, at in enumerate((first, last)):
                if end == 1 or self._end_rows[column, 0] < 0:
                    self._end_rows[column, end] = len(self) + at
                    self._end_values[:, column, end] = values[:, at]

    def _append(self, rows: np.ndarray, values: np.ndarray, start: int) -> None:
        self._rows = np.concatenate([self._rows, rows + start], axis=1)
        self._values = np.concatenate([self._values, values], axis=2)

    def _double(self) -> None:
        """Merges neighbouring segments, two by two."""
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
    """Rows of the minima, then of the maxima, of segments of (columns, segments * length)."""
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
    """Chooses the points to draw so that the curve looks the same.

    They include the first, the last, the minimum and the maximum.

    Args:
        x: (n,) int64, ascending.
        values: (n,) finite.
        max_points: at least 8.
    Returns:
        (n,) bool, at most `max_points` of them True.
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
