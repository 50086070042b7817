"""The form of a sample of numbers that distances, figures and charts work with."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy

EVERYWHERE = (-np.inf, np.inf)


@dataclass(frozen=True, eq=False)
class WeightedSample:
    """A sample of numbers as its distinct values and how often each occurs.

    A million pixels of 256 brightnesses take no more memory than 256 numbers.

    Values may come in groups, such as the pixels of an image or the numbers of a vector. The
    values of a group depend on each other, so statistics resample entire groups, and the size of
    the sample is the number of groups.

    Args:
        values: (k,) float64, finite, ascending.
        counts: (k,) int64, each at least 1.
        groups: (g, k) how often each value occurs in each group; None if values were drawn
            one by one.
        unit: what was drawn, in the plural: "values", "images".
    """

    values: np.ndarray
    counts: np.ndarray
    groups: "scipy.sparse.csr_array | None" = None
    unit: str = "values"

    @classmethod
    def of(cls, numbers: np.ndarray) -> "WeightedSample":
        """Makes a sample of numbers that were drawn one by one.

        Args:
            numbers: any shape; numbers that are not finite are left out.
        """
        flat = np.asarray(numbers, dtype=np.float64).ravel()
        return cls(*np.unique(flat[np.isfinite(flat)], return_counts=True))

    @classmethod
    def with_counts(cls, values: np.ndarray, counts: np.ndarray) -> "WeightedSample":
        """Makes a sample of values and their counts.

        Args:
            values: (k,) finite, ascending.
            counts: (k,) whole numbers, 0 for values that do not occur.
        """
        there = counts > 0
        return cls(values[there].astype(np.float64), counts[there].astype(np.int64))

    @classmethod
    def of_groups(cls, numbers: np.ndarray, unit: str) -> "WeightedSample":
        """Makes a sample of numbers that were drawn in groups.

        Args:
            numbers: (g, n) the numbers of each group; those that are not finite are left out.
            unit: what a group is, in the plural, such as "vectors".
        """
        flat = np.asarray(numbers, np.float64)
        finite = np.isfinite(flat)
        values, places = np.unique(flat[finite], return_inverse=True)
        group = np.nonzero(finite)[0]
        ones = np.ones(len(places), np.int64)
        table = scipy.sparse.csr_array((ones, (group, places)), shape=(len(flat), len(values)))
        return cls._of_table(values, table, unit)

    @classmethod
    def of_group_counts(cls, values: np.ndarray, counts: np.ndarray, unit: str) -> "WeightedSample":
        """Makes a sample of values and their counts in each group.

        Args:
            values: (k,) finite, ascending.
            counts: (g, k) whole numbers, 0 for values that a group does not have.
            unit: what a group is, in the plural, such as "images".
        """
        table = scipy.sparse.csr_array(np.asarray(counts, np.int64))
        return cls._of_table(np.asarray(values, np.float64), table, unit)

    @classmethod
    def _of_table(
        cls, values: np.ndarray, table: "scipy.sparse.csr_array", unit: str
    ) -> "WeightedSample":
        counts = np.asarray(table.sum(axis=0), np.int64)
        there = counts > 0
        # Groups without any finite number are dropped.
        table = table[np.asarray(table.sum(axis=1)) > 0][:, there]
        return cls(values[there], counts[there], table, unit)

    @cached_property
    def count(self) -> int:
        """Number of values, repeated ones included."""
        return int(self._before[-1])

    @property
    def size(self) -> int:
        """Number of independent draws: of groups, or of values if there are no groups."""
        return self.count if self.groups is None else int(self.groups.shape[0])

    @property
    def constant(self) -> bool:
        """True if all values are equal, or there are none."""
        return not len(self.values) or bool(self.values[0] == self.values[-1])

    @cached_property
    def mean(self) -> float:
        """Mean of the values; there must be at least one."""
        return float(np.average(self.values, weights=self.counts))

    @cached_property
    def sd(self) -> float:
        """Population standard deviation; there must be at least one value."""
        # Rounding errors would give a constant sample a spread.
        if self.constant:
            return 0.0
        return float(np.sqrt(np.average((self.values - self.mean) ** 2, weights=self.counts)))

    def standardised_moment(self, order: int) -> float:
        """Mean of ((value - mean) / sd) ** order; the sample must not be constant."""
        deviations = (self.values - self.mean) / self.sd
        return float(np.average(deviations**order, weights=self.counts))

    def up_to(self, points: np.ndarray) -> np.ndarray:
        """Counts the values at most each of (p,) points: (p,) int64."""
        return self._before[np.searchsorted(self.values, points, side="right")]

    def below(self, points: np.ndarray) -> np.ndarray:
        """Counts the values below each of (p,) points: (p,) int64."""
        return self._before[np.searchsorted(self.values, points)]

    def in_bins(self, edges: np.ndarray) -> np.ndarray:
        """Counts the values in each bin, as `np.histogram` does.

        Args:
            edges: (b + 1,) ascending. Each bin includes its left edge; the last one also its
                right edge.
        Returns:
            (b,) int64.
        """
        return np.diff(np.append(self.below(edges[:-1]), self.up_to(edges[-1:])))

    def quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Computes quantiles with linear interpolation, as `np.quantile` does.

        Args:
            shares: (s,) of 0 to 1.
        Returns:
            (s,) float64; there must be at least one value.
        """
        places = np.asarray(shares) * (self.count - 1)
        below = places.astype(np.int64)
        low, high = (
            self.values[np.searchsorted(self._before[1:], place, side="right")]
            for place in (below, np.minimum(below + 1, self.count - 1))
        )
        found: np.ndarray = low + (places - below) * (high - low)
        return found

    def in_cells(self, points: np.ndarray) -> np.ndarray:
        """Counts the values above the previous point and at most each point.

        Args:
            points: (c,) ascending, the last one at least as large as any value.
        Returns:
            (g, c) float64 counts of each group; (c,) int64 if there are no groups.
        """
        if self.groups is None:
            return np.diff(self.up_to(points), prepend=0)
        table, cells = self.groups.tocoo(), len(points)
        rows, columns = table.coords
        cell = rows.astype(np.int64) * cells + np.searchsorted(points, self.values)[columns]
        found = np.bincount(cell, weights=table.data, minlength=self.size * cells)
        return found.reshape(self.size, cells)

    def between(self, low: float, high: float) -> "WeightedSample":
        """Returns the values from `low` to `high`, both included, without their groups."""
        inside = (self.values >= low) & (self.values <= high)
        return WeightedSample(self.values[inside], self.counts[inside])

    def over(self, scale: float) -> "WeightedSample":
        """Returns the sample with all values divided by a number above 0."""
        return replace(self, values=self.values / scale)

    def together_with(self, other: "WeightedSample") -> "WeightedSample":
        """Pools both samples, without their groups."""
        values = np.concatenate([self.values, other.values])
        order = np.argsort(values, kind="stable")
        return WeightedSample(values[order], np.concatenate([self.counts, other.counts])[order])

    @cached_property
    def _before(self) -> np.ndarray:
        """(k + 1,) int64: number of values before each distinct value, and of all values."""
        return np.concatenate([[0], np.cumsum(self.counts)])
