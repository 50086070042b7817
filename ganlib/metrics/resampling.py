"""How certain a distance between two samples is, found by resampling.

Both samples are counts on common cells, and distances are functions of the shares of these
cells, which makes a thousand resamples cheap. What is resampled is the unit that was drawn: a
single value, or a whole group of values such as an image.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ganlib.metrics.weighted_sample import WeightedSample

# Two samples are called different where the probability of differences as clear as theirs, if
# both came from one distribution, is below this.
SIGNIFICANCE = 0.01
# With fewer draws, intervals and floors are not what they claim to be.
LEAST_SIZE = 20

# Large samples are put into about so many cells; values at the far ends keep cells of their
# own, where a common one would be wide.
_CELLS = 1_024
_ENDS = 32
# Share of the samples of two distributions that are no farther apart than the highest.
_HIGHEST = 0.99
# Shares of the way from the samples as they are to no difference at all, on which the lower
# end of an interval is sought.
_NEARER = (0.0, 0.25, 0.5, 0.75)
# Up to so many values a cell are drawn faster one by one.
_FEW_A_CELL = 4
# NumPy draws without replacement from fewer than these.
_MOST_WITHOUT_REPLACEMENT = 10**9
# Resamples at a time.
_BLOCK = 64
# Above this, sums of counts are no longer exact in float32.
_EXACT_IN_FLOAT32 = 2**24

# (r, k) shares of both samples -> (r, d) distances.
ShareDistances = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Grid:
    """Two samples as counts on common cells.

    Args:
        points: (k,) ascending, the greatest value of each cell, at which all its values stand.
        real: (k,) counts, or (g, k) group by group.
        generated: likewise.
    """

    points: np.ndarray
    real: np.ndarray
    generated: np.ndarray


@dataclass(frozen=True)
class BootstrapResult:
    """How certain a distance is.

    Args:
        low: lower end of the 95 % interval; above 0 only where `p_value` is below
            `SIGNIFICANCE`.
        high: upper end.
        null_95: the floor: of two samples of one distribution in these sizes, 95 % are nearer than
            this. It is that of both samples together, or of the real one where they differ.
        p_value: how often any of the distances tested together would be as extreme, if both
            samples came from one distribution (a family-wise probability).
        corrected: the distance without the upward bias of samples. Two distributions this far
            apart have samples farther apart than these in half of all cases.
    """

    low: float
    high: float
    null_95: float
    p_value: float
    corrected: float

    def times(self, unit: float) -> "BootstrapResult":
        """The same of a distance in another unit."""
        return replace(
            self,
            low=self.low * unit,
            high=self.high * unit,
            null_95=self.null_95 * unit,
            corrected=self.corrected * unit,
        )


def grid_of(
    real: WeightedSample, generated: WeightedSample, edges: np.ndarray | None = None
) -> Grid:
    """Counts on the values that occur, near ones of large samples together.

    Args:
        real: a sample of one number at least.
        generated: likewise; both in groups, or neither.
        edges: (b + 1,) edges of bins; no cell lies in more than one of them.

    Raises:
        ValueError: only one of the samples is in groups.
    """
    if (real.groups is None) != (generated.groups is None):
        raise ValueError(
            "Both samples must be in groups, or neither. "
            f"Received: {real.unit} and {generated.unit}, only one of them in groups."
        )
    points = np.union1d(real.values, generated.values)
    if len(points) > _CELLS + 2 * _ENDS:
        inner = np.linspace(_ENDS, len(points) - _ENDS, _CELLS, endpoint=False).astype(int)
        kept = np.r_[np.arange(_ENDS), inner, np.arange(len(points) - _ENDS, len(points))]
        if edges is not None:
            last_below = np.searchsorted(points, edges[1:-1]) - 1
            kept = np.r_[kept, last_below[last_below >= 0]]
        points = points[np.unique(kept)]
    return Grid(points, real.in_cells(points), generated.in_cells(points))


def resample_distances(
    values: np.ndarray,
    real: np.ndarray,
    generated: np.ndarray,
    distances: ShareDistances,
    *,
    resamples: int = 1_000,
    seed: int = 0,
) -> list[BootstrapResult]:
    """Tests all distances together, and gives each its interval and its floor.

    The probability comes from a permutation test: what was drawn is shared out again between
    the two samples at random, which is exact at every size, for ties and for groups. Each
    distance is compared with the largest of all, in standard deviations of its own, so that
    one difference among several distances is as unlikely to appear by chance as the
    probability says (Westfall and Young's max-T, single step).

    A distance of samples is biased upwards, the more the nearer the distributions are. The
    lower end of its interval is the distance that two distributions on the way from these
    samples to no difference must have for their samples to be as far apart in 1 % of all
    cases; at 2.5 %, it would be too high for distances that are a maximum, and for heavy tails.
    The upper end is the resamples' 97.5 % quantile, which the bias makes cautious.

    Args:
        values: (d,) the distances of the samples themselves.
        real: (k,) counts, or (g, k) group by group.
        generated: the same on the same cells.
        distances: of (r, k) shares. Each is a norm of the shares' difference, or behaves like
            one: it falls to 0 as the two come together.
        resamples: how often.
        seed: the same seed, the same figures.
    Source: Westfall and Young 1993, Resampling-Based Multiple Testing, section 2.3; Efron and
        Tibshirani 1993, An Introduction to the Bootstrap, chapters 13, 15 and 16. The tests
        simulate how often all of this is right.
    """
    rng = np.random.default_rng(seed)
    first, second = _shares(real), _shares(generated)
    observed = distances(first[None], second[None])
    if real.ndim == 2:
        # Sums of whole numbers are exact in float32, which is faster, up to a limit.
        exact = max(_size(one) * one.sum(axis=1).max() for one in (real, generated))
        dtype = np.float32 if 2 * exact < _EXACT_IN_FLOAT32 else np.float64
        real, generated = real.astype(dtype), generated.astype(dtype)
    # Blocks fit into a processor's cache.
    sizes = np.diff(np.r_[np.arange(0, resamples, _BLOCK), resamples])
    blocks = [
        _resampled(rng, (real, generated), (first, second), distances, int(size)) for size in sizes
    ]
    null, floor, *ways = (np.concatenate(parts) for parts in zip(*blocks, strict=True))

    p_values = _family_wise(observed, null)
    # Where no difference is claimed, both samples together show what chance alone can do.
    null_95 = np.quantile(floor if p_values.min() < SIGNIFICANCE else null, 0.95, axis=0)
    # The last two distributions are the same, with the permutations as their samples. So an
    # interval begins above 0 exactly where the test says that chance is improbable.
    worlds = (*ways, null)
    apart = [distances(*_nearer(first, second, way))[0] for way in (*_NEARER, 1.0)]
    lowest, middle = (
        _inverse(np.array(apart), np.quantile(worlds, share, axis=1), observed[0])
        for share in (_HIGHEST, 0.5)
    )
    # Cells are coarser than values. So distances on the cells are scaled to those of the values.
    ratio = np.divide(values, observed[0], out=np.ones_like(values), where=observed[0] > 0)
    low = np.minimum(lowest * ratio, values)
    low[p_values >= SIGNIFICANCE] = 0
    high = np.maximum(np.quantile(ways[0], 0.975, axis=0) * ratio, values)
    columns = np.stack([low, high, null_95 * ratio, p_values, middle * ratio], axis=1)
    return [BootstrapResult(*map(float, row)) for row in columns]


def _resampled(
    rng: np.random.Generator,
    samples: tuple[np.ndarray, np.ndarray],
    shares: tuple[np.ndarray, np.ndarray],
    distances: ShareDistances,
    times: int,
) -> list[np.ndarray]:
    """A block of resamples, each array (times, d).

    Args:
        rng: draws them.
        samples: counts of the real and of the generated sample.
        shares: (k,) of each; see `_shares`.
        distances: of (r, k) shares.
        times: resamples in the block.
    Returns:
        Distances where all is shared out again, of two real samples, and of samples of two
        distributions on each of the `_NEARER` places.
    """
    (real, generated), (first, second) = samples, shares
    sizes = _size(real), _size(generated)
    of_first = _noise(rng, real, first, sizes[0], times)
    of_second = _noise(rng, generated, second, sizes[1], times)
    like_first = _noise(rng, real, first, sizes[1], times)
    found = [
        distances(*_permuted(rng, real, generated, times)),
        distances(first + of_first, first + like_first),
    ]
    # Distributions on the way are mixtures, and so is the noise of their samples.
    ratio = np.sqrt(sizes[1] / sizes[0])
    to_first = ratio * np.roll(of_second, 1, axis=0)
    to_second = np.roll(of_first, 1, axis=0) / ratio
    for way in _NEARER:
        one, other = _nearer(first, second, way)
        own, others = np.sqrt(1 - way / 2), np.sqrt(way / 2)
        one = one + own * of_first + others * to_first
        found.append(distances(one, other + own * of_second + others * to_second))
    return found


def _nearer(first: np.ndarray, second: np.ndarray, way: float) -> tuple[np.ndarray, np.ndarray]:
    """(1, k) shares of both, moved towards each other; from 0, as they are, to 1, alike."""
    half = way / 2
    one, other = (1 - half) * first + half * second, (1 - half) * second + half * first
    return one[None], other[None]


def _family_wise(observed: np.ndarray, null: np.ndarray) -> np.ndarray:
    """(d,) how often the largest of all distances is as far out as each of the observed ones.

    Args:
        observed: (1, d) distances.
        null: (r, d) the same where nothing but chance tells the samples apart.
    """
    every = np.concatenate([observed, null])
    spread = every.std(axis=0)
    # Rounding must not tell apart what is equal.
    spread[spread < 1e-12 * np.abs(every).max(axis=0)] = 0
    outlying = (every - every.mean(axis=0)) / np.where(spread, spread, np.inf)
    largest = outlying.max(axis=1)
    found: np.ndarray = (largest[:, None] >= outlying[0] - 1e-9).mean(axis=0)
    return found


def _inverse(apart: np.ndarray, limits: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """(d,) the distance of distributions whose samples have the observed one as their limit.

    Args:
        apart: (w, d) distances of distributions, the farthest first.
        limits: (w, d) a quantile of their samples' distances.
        observed: (d,)
    """
    found = [
        np.interp(value, np.maximum.accumulate(limit[::-1]), way[::-1])
        for way, limit, value in zip(apart.T, limits.T, observed, strict=True)
    ]
    return np.array(found)


def _noise(
    rng: np.random.Generator, counts: np.ndarray, shares: np.ndarray, size: int, times: int
) -> np.ndarray:
    """(times, k) by how much the shares of resamples differ from those of the sample.

    Args:
        rng: draws the resamples, with replacement.
        counts: (k,) or (g, k) the sample that they are drawn from.
        shares: (k,) of that sample.
        size: how many values or groups each resample has.
        times: resamples.
    """
    drawn_from = _size(counts)
    if counts.ndim == 1 and max(size, drawn_from) > _FEW_A_CELL * len(counts):
        drawn = rng.multinomial(size, counts / drawn_from, times) / size
    else:
        # Each value or group by itself, which is faster where they are few.
        places = rng.integers(drawn_from, size=(times, size))
        if counts.ndim == 1:
            cell = np.repeat(np.arange(len(counts)), counts)
            drawn = _tally(cell[places], len(counts)) / size
        else:
            drawn = _weighted(_tally(places, drawn_from), counts)
    # The spread of a sample is that much smaller than its distribution's.
    return (drawn - shares) * np.sqrt(drawn_from / max(drawn_from - 1, 1))


def _tally(places: np.ndarray, count: int) -> np.ndarray:
    """(r, n) numbers below `count` -> (r, count) how often each is in its row."""
    rows = count * np.arange(len(places))[:, None]
    found = np.bincount((places + rows).ravel(), minlength=len(places) * count)
    return found.reshape(len(places), count)


def _permuted(
    rng: np.random.Generator, real: np.ndarray, generated: np.ndarray, times: int
) -> tuple[np.ndarray, np.ndarray]:
    """(times, k) shares of two samples of the same sizes that all was shared out to again."""
    size = _size(real)
    if real.ndim == 1:
        total = real + generated
        count = total.sum()
        if count >= _MOST_WITHOUT_REPLACEMENT:
            # Of so many, which are drawn is as good as independent.
            first = rng.binomial(total, size / count, (times, len(total)))
            second = total - first
            return (
                first / first.sum(axis=1, keepdims=True),
                second / second.sum(axis=1, keepdims=True),
            )
        # NumPy's two ways to draw without replacement differ in speed alone.
        few = count <= 2 * _FEW_A_CELL * len(total)
        first = rng.multivariate_hypergeometric(
            total, size, times, method="count" if few else "marginals"
        )
        return first / size, (total - first) / _size(generated)
    every = np.concatenate([real, generated])
    chosen = np.argpartition(rng.random((times, len(every))), size - 1, axis=1)[:, :size]
    weights = np.zeros((times, len(every)), every.dtype)
    np.put_along_axis(weights, chosen, 1, axis=1)
    return _weighted(weights, every), _weighted(1 - weights, every)


def _weighted(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(r, k) shares of groups, each as often as it is drawn.

    Args:
        weights: (r, g) how often.
        counts: (g, k) float of each group.
    """
    total = (weights.astype(counts.dtype) @ counts).astype(np.float64)
    shares: np.ndarray = total / total.sum(axis=1, keepdims=True)
    return shares


def _shares(counts: np.ndarray) -> np.ndarray:
    """(k,) shares of all counts, those of all groups together."""
    total = counts if counts.ndim == 1 else counts.sum(axis=0, dtype=np.float64)
    shares: np.ndarray = total / total.sum()
    return shares


def _size(counts: np.ndarray) -> int:
    """How many values or groups were drawn."""
    return int(counts.sum()) if counts.ndim == 1 else len(counts)
