"""Bootstrap intervals and permutation tests of distances between two samples.

Both samples are counts on common cells, and distances are functions of the shares of these
cells, so that a thousand resamples of a million values take a fraction of a second. What is
resampled is the unit that was drawn: a single value, or a whole group of values such as an
image.

`scipy.stats.bootstrap` and `permutation_test` resample the values themselves, one by one and
for one statistic at a time. They have neither groups, nor counts, nor the family-wise
probability of several distances, nor an interval for distances, which are biased upwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ganlib.metrics.weighted_sample import WeightedSample

# Two samples are called different if samples of one distribution would differ as clearly with a
# probability below this.
SIGNIFICANCE = 0.01
# With fewer draws, intervals and floors are not reliable.
LEAST_SIZE = 20

# Number of cells for large samples; the outermost values keep cells of their own, because a
# common one would be wide.
_CELLS = 1_024
_ENDS = 32
# Samples of two distributions that are as far apart as the lower end of an interval would be nearer
# to each other than the observed samples in this share of cases.
_HIGHEST = 0.99
# The lower end of an interval is sought among mixtures: shares of the way from the samples as
# they are to no difference.
_NEARER = (0.0, 0.25, 0.5, 0.75)
# Up to so many values per cell, drawing them one by one is faster.
_FEW_A_CELL = 4
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
        points: (k,) ascending, the greatest value of each cell, which stands for all of them.
        real: (k,) counts, or (g, k) counts of each group.
        generated: likewise.
    """

    points: np.ndarray
    real: np.ndarray
    generated: np.ndarray


@dataclass(frozen=True)
class BootstrapResult:
    """Interval, floor and probability of a distance, in its own unit.

    Args:
        low: lower end of the 95 % interval; above 0 only where `p_value` is below
            `SIGNIFICANCE`.
        high: upper end.
        null_95: the floor, the 95 % quantile of the distance between two samples of one
            distribution in these sizes: of both samples pooled, or of the real one if they
            differ.
        p_value: family-wise probability that any of the distances tested together is as extreme
            if both samples come from one distribution.
        corrected: the distance without the upward bias of samples. Samples of distributions this
            far apart are farther apart than these in half of all cases.
    """

    low: float
    high: float
    null_95: float
    p_value: float
    corrected: float

    def times(self, unit: float) -> "BootstrapResult":
        """Returns the result in another unit; its probability is unchanged."""
        lengths = ("low", "high", "null_95", "corrected")
        return replace(self, **{name: getattr(self, name) * unit for name in lengths})


def grid_of(
    real: WeightedSample, generated: WeightedSample, edges: np.ndarray | None = None
) -> Grid:
    """Counts both samples on the values that occur; in large samples, near values share a cell.

    Args:
        real: a sample of one number at least.
        generated: likewise; both in groups, or neither.
        edges: (b + 1,) edges of bins; each cell lies in one bin.

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
    """Tests all distances together, and computes an interval and a floor for each.

    The probability comes from a permutation test: what was drawn is divided again between the
    two samples at random, which is exact at every size, for ties and for groups. Each distance,
    in its own standard deviations, is compared with the largest of all, so that the probability
    holds for all distances together (Westfall and Young's max-T, single step).

    The distance of two samples is biased upwards, the more the nearer their distributions are.
    The lower end of its interval is the distance of the mixtures of both samples whose own
    samples are as far apart in 1 % of all cases; at 2.5 %, it would be too high for distances
    that are a maximum, and for heavy tails. The upper end is the 97.5 % quantile of the
    resamples, which the bias makes cautious.

    Args:
        values: (d,) the distances of the samples themselves.
        real: (k,) counts, or (g, k) counts of each group.
        generated: the same on the same cells.
        distances: function of (r, k) shares. Each distance is a norm of the shares' difference,
            or behaves like one: it falls to 0 as the two come together.
        resamples: number of resamples.
        seed: of the random numbers.
    Returns:
        One result per distance, in order.
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
    # If no difference is claimed, both samples pooled show what chance alone can do.
    null_95 = np.quantile(floor if p_values.min() < SIGNIFICANCE else null, 0.95, axis=0)
    # The last mixtures are equal, with the permutations as their samples. So an interval begins
    # above 0 exactly if the test claims a difference.
    worlds = (*ways, null)
    apart = [distances(*_nearer(first, second, way))[0] for way in (*_NEARER, 1.0)]
    lowest, middle = (
        _inverse(np.array(apart), np.quantile(worlds, share, axis=1), observed[0])
        for share in (_HIGHEST, 0.5)
    )
    # Cells are coarser than values, so distances on cells are scaled to those of the values.
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
    """Computes a block of resamples.

    Args:
        rng: source of random numbers.
        samples: counts of the real and of the generated sample.
        shares: (k,) of each; see `_shares`.
        distances: function of (r, k) shares.
        times: resamples in the block.
    Returns:
        Distances, each (times, d): of permutations, of two real samples, and of samples of the
        mixtures at each of the `_NEARER` places.
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
    # The noise of a mixture's samples is a mixture, too.
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
    """Mixes two (k,) shares: (1, k) each, from way 0, unchanged, to way 1, equal."""
    half = way / 2
    one, other = (1 - half) * first + half * second, (1 - half) * second + half * first
    return one[None], other[None]


def _family_wise(observed: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Computes (d,) shares of resamples whose largest distance exceeds each observed one.

    Args:
        observed: (1, d) distances of the samples.
        null: (r, d) distances of permutations.
    """
    every = np.concatenate([observed, null])
    spread = every.std(axis=0)
    # Rounding must not separate equal distances.
    spread[spread < 1e-12 * np.abs(every).max(axis=0)] = 0
    outlying = (every - every.mean(axis=0)) / np.where(spread, spread, np.inf)
    largest = outlying.max(axis=1)
    found: np.ndarray = (largest[:, None] >= outlying[0] - 1e-9).mean(axis=0)
    return found


def _inverse(apart: np.ndarray, limits: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Interpolates (d,) distances of distributions for which the observed one is the limit.

    Args:
        apart: (w, d) distances of distributions, the farthest first.
        limits: (w, d) a quantile of their samples' distances.
        observed: (d,) distances of the samples.
    """
    found = [
        np.interp(value, np.maximum.accumulate(limit[::-1]), way[::-1])
        for way, limit, value in zip(apart.T, limits.T, observed, strict=True)
    ]
    return np.array(found)


def _noise(
    rng: np.random.Generator, counts: np.ndarray, shares: np.ndarray, size: int, times: int
) -> np.ndarray:
    """Computes (times, k) differences of resamples' shares from those of the sample.

    Args:
        rng: source of random numbers; draws with replacement.
        counts: (k,) or (g, k) of the sample.
        shares: (k,) of the sample.
        size: values or groups in each resample.
        times: number of resamples.
    """
    drawn_from = _size(counts)
    if counts.ndim == 1 and max(size, drawn_from) > _FEW_A_CELL * len(counts):
        drawn = rng.multinomial(size, counts / drawn_from, times) / size
    else:
        # Each value or group by itself, which is faster if they are few.
        places = rng.integers(drawn_from, size=(times, size))
        if counts.ndim == 1:
            cell = np.repeat(np.arange(len(counts)), counts)
            drawn = _tally(cell[places], len(counts)) / size
        else:
            drawn = _weighted(_tally(places, drawn_from), counts)
    # By this factor, the spread of a sample is smaller than that of its distribution.
    return (drawn - shares) * np.sqrt(drawn_from / max(drawn_from - 1, 1))


def _tally(places: np.ndarray, count: int) -> np.ndarray:
    """Counts in each row of (r, n) numbers below `count` how often each occurs: (r, count)."""
    rows = count * np.arange(len(places))[:, None]
    found = np.bincount((places + rows).ravel(), minlength=len(places) * count)
    return found.reshape(len(places), count)


def _permuted(
    rng: np.random.Generator, real: np.ndarray, generated: np.ndarray, times: int
) -> tuple[np.ndarray, np.ndarray]:
    """Divides all values or groups again at random: two samples' shares, (times, k) each."""
    size = _size(real)
    if real.ndim == 1:
        total = real + generated
        # NumPy's two methods differ only in speed.
        few = total.sum() <= 2 * _FEW_A_CELL * len(total)
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
    """Computes (r, k) shares of resampled groups.

    Args:
        weights: (r, g) how often each group was drawn.
        counts: (g, k) floats, of each group.
    """
    total = (weights.astype(counts.dtype) @ counts).astype(np.float64)
    shares: np.ndarray = total / total.sum(axis=1, keepdims=True)
    return shares


def _shares(counts: np.ndarray) -> np.ndarray:
    """Computes (k,) shares of all counts, over all groups."""
    total = counts if counts.ndim == 1 else counts.sum(axis=0, dtype=np.float64)
    shares: np.ndarray = total / total.sum()
    return shares


def _size(counts: np.ndarray) -> int:
    """Number of values or groups that were drawn."""
    return int(counts.sum()) if counts.ndim == 1 else len(counts)
