"""A sample of numbers as every distance, figure and chart takes it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

EVERYWHERE = (-np.inf, np.inf)


@dataclass(frozen=True, eq=False)
class Counted:
    """The values of a sample in order, and how many there are of each.

    Ten thousand different numbers are looked at in this form, and so are the 256 brightnesses
    of a million and a half pixels, which are nowhere written out one by one.

    Args:
        values: (k,) float64, finite, ascending.
        counts: (k,) int64, each at least 1.
    """

    values: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, numbers: np.ndarray) -> "Counted":
        """Of numbers one by one.

        Args:
            numbers: any shape; what is not finite is left out.
        """
        flat = np.asarray(numbers, dtype=np.float64).ravel()
        return cls(*np.unique(flat[np.isfinite(flat)], return_counts=True))

    @classmethod
    def with_counts(cls, values: np.ndarray, counts: np.ndarray) -> "Counted":
        """Of values that have been counted.

        Args:
            values: (k,) finite, ascending.
            counts: (k,) whole numbers, 0 where there is none of that value.
        """
        there = counts > 0
        return cls(values[there].astype(np.float64), counts[there].astype(np.int64))

    @cached_property
    def count(self) -> int:
        """How many numbers there are, equal ones too."""
        return int(self._before[-1])

    @property
    def constant(self) -> bool:
        """Whether no two numbers differ."""
        return not len(self.values) or bool(self.values[0] == self.values[-1])

    @cached_property
    def mean(self) -> float:
        """Of one number at least."""
        return float(np.average(self.values, weights=self.counts))

    @cached_property
    def sd(self) -> float:
        """Root of the mean squared deviation, of one number at least."""
        # Rounding would give a constant sample a spread.
        if self.constant:
            return 0.0
        return float(np.sqrt(np.average((self.values - self.mean) ** 2, weights=self.counts)))

    def standardised_moment(self, order: int) -> float:
        """Mean of that power of the deviations from the mean in standard deviations."""
        deviations = (self.values - self.mean) / self.sd
        return float(np.average(deviations**order, weights=self.counts))

    def up_to(self, points: np.ndarray) -> np.ndarray:
        """(p,) -> (p,) int64, how many numbers are at most as large as each point."""
        return self._before[np.searchsorted(self.values, points, side="right")]

    def below(self, points: np.ndarray) -> np.ndarray:
        """(p,) -> (p,) int64, how many numbers are less than each point."""
        return self._before[np.searchsorted(self.values, points)]

    def in_bins(self, edges: np.ndarray) -> np.ndarray:
        """(b + 1,) ascending -> (b,) int64, how many lie in each bin, as `np.histogram` has it.

        An edge belongs to the bin at its right; the last one to the last bin.
        """
        return np.diff(np.append(self.below(edges[:-1]), self.up_to(edges[-1:])))

    def quantiles(self, shares: np.ndarray) -> np.ndarray:
        """(s,) of 0 to 1 -> (s,), between two numbers on the line from one to the other.

        As `np.quantile` has it; of one number at least.
        """
        places = np.asarray(shares) * (self.count - 1)
        below = places.astype(np.int64)
        low, high = (
            self.values[np.searchsorted(self._before[1:], place, side="right")]
            for place in (below, np.minimum(below + 1, self.count - 1))
        )
        found: np.ndarray = low + (places - below) * (high - low)
        return found

    def between(self, low: float, high: float) -> "Counted":
        """Those from `low` to `high`, both included."""
        inside = (self.values >= low) & (self.values <= high)
        return Counted(self.values[inside], self.counts[inside])

    def over(self, scale: float) -> "Counted":
        """All of them, divided by a number above 0."""
        return Counted(self.values / scale, self.counts)

    def together_with(self, other: "Counted") -> "Counted":
        """The numbers of both."""
        values = np.concatenate([self.values, other.values])
        order = np.argsort(values, kind="stable")
        return Counted(values[order], np.concatenate([self.counts, other.counts])[order])

    @cached_property
    def _before(self) -> np.ndarray:
        """(k + 1,) int64, how many numbers come before each value, and how many there are."""
        return np.concatenate([[0], np.cumsum(self.counts)])
