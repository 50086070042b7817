"""How sure a distance between two samples is: resampled intervals, and what chance can do.

Distances here are functions of the two samples' counts on a common grid of values or bins.
Resampling a sample then is one draw of counts, which makes a thousand of them cheap.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ganlib.metrics.counted import Counted

# Resampled values are put into about so many groups; the far ends are kept one by one, for
# there a group would be wide.
_GROUPS = 1_024
_ENDS = 32
# With up to so many values a point, to draw each value is three to five times as fast as to draw
# how many fall on each point. With more it would soon take much memory, and so would a list of
# more values than these to draw from.
_SINGLY = 2
_MOST_LISTED = 1_000_000

# (r, k) counts of both samples on the grid -> (r, d) distances.
CountDistances = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Grid:
    """Two samples as counts on common points.

    Args:
        points: (k,) ascending; a group of values stands at its greatest.
        real: (k,) int64 counts.
        generated: (k,) int64 counts.
    """

    points: np.ndarray
    real: np.ndarray
    generated: np.ndarray


@dataclass(frozen=True)
class Certainty:
    """What resampling says of a distance.

    Args:
        low: lower end of the 95 % interval.
        high: upper end.
        chance: 95 % of pairs of real samples of these sizes stay below it.
        p_value: how often two samples of one and the same distribution, that of both
            together, lie as far apart as these or farther.
    """

    low: float
    high: float
    chance: float
    p_value: float


def grid_of(real: Counted, generated: Counted) -> Grid:
    """Counts on the values that occur, near ones of large samples together."""
    points = np.union1d(real.values, generated.values)
    if len(points) > _GROUPS + 2 * _ENDS:
        inner = np.linspace(_ENDS, len(points) - _ENDS, _GROUPS, endpoint=False).astype(int)
        kept = np.r_[np.arange(_ENDS), inner, np.arange(len(points) - _ENDS, len(points))]
        points = points[np.unique(kept)]
    first, second = (np.diff(each.up_to(points), prepend=0) for each in (real, generated))
    return Grid(points, first, second)


def certainties(
    values: np.ndarray,
    real: np.ndarray,
    generated: np.ndarray,
    distances: CountDistances,
    *,
    resamples: int = 1_000,
    seed: int = 0,
) -> list[Certainty]:
    """Resamples both samples, the real one twice, and both together twice.

    A distance of samples is biased upwards, most where the distributions are alike, and a
    plain percentile interval then never reaches down to 0. So the upper end is the resamples'
    97.5 % quantile, the lower one is mirrored at the value, and it is 0 where the samples may
    well come from the same distribution (p above 5 %).

    Args:
        values: (d,) the distances of the samples themselves.
        real: (k,) counts.
        generated: (k,) counts on the same grid.
        distances: of (r, k) counts.
        resamples: how often.
        seed: the same seed, the same figures.
    Source: Efron and Tibshirani 1993, chapters 13, 15 and 16; the tests simulate how often
        the interval covers the true value.
    """
    rng = np.random.default_rng(seed)

    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """(resamples, d) distances of samples drawn from two distributions of counts."""
        sizes = real.sum(), generated.sum()
        drawn = (
            _drawn(rng, size, counts, resamples)
            for size, counts in zip(sizes, (first, second), strict=True)
        )
        return distances(*drawn)

    # The grid is coarser than the samples: their own distance is the centre.
    again = between(real, generated) + values - distances(real[None], generated[None])[0]
    chance = np.quantile(between(real, real), 0.95, axis=0)
    alike = between(real + generated, real + generated)
    # Rounding must not tell apart what is equal.
    p_values = (1 + (alike >= values * (1 - 1e-9)).sum(axis=0)) / (1 + resamples)
    high = np.maximum(np.quantile(again, 0.975, axis=0), values)
    low = np.where(p_values < 0.05, np.maximum(2 * values - high, 0), 0)
    columns = np.stack([low, high, chance, p_values], axis=1)
    return [Certainty(*map(float, row)) for row in columns]


def _drawn(rng: np.random.Generator, size: int, counts: np.ndarray, times: int) -> np.ndarray:
    """(times, k) counts of samples of that size, drawn from a distribution of counts."""
    places = len(counts)
    if size > _SINGLY * places or counts.sum() > _MOST_LISTED:
        return rng.multinomial(size, counts / counts.sum(), times)
    values = np.repeat(np.arange(places), counts)
    drawn = values[rng.integers(len(values), size=(times, size))]
    drawn += places * np.arange(times)[:, None]
    return np.bincount(drawn.ravel(), minlength=times * places).reshape(times, places)
