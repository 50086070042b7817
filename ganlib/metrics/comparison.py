"""Compares two one-dimensional samples: distances, their certainty, and a plain sentence."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ganlib.blas import single_threaded
from ganlib.metrics.distances import (
    energy_distance,
    histogram_gap,
    jensen_shannon,
    kolmogorov_smirnov,
    wasserstein1,
)
from ganlib.metrics.moments import Moments, moments, safe_scale, standard_errors
from ganlib.metrics.resampling import (
    LEAST_SIZE,
    SIGNIFICANCE,
    BootstrapResult,
    Grid,
    grid_of,
    resample_distances,
)
from ganlib.metrics.weighted_sample import WeightedSample

_MOST_BINS = 512
# Least number of values of both samples in a bin, as for a chi-squared test.
_LEAST_IN_BIN = 10
# Samples with at most so many distinct values, each at least so often on average, are compared
# value by value.
_DISCRETE, _OFTEN = 64, 5

_W1, _W1_SIGMA = "Wasserstein-1", "Wasserstein-1 / sigma"
_KS, _ENERGY = "Kolmogorov-Smirnov", "Energy distance"
_JS, _GAP = "Jensen-Shannon", "Histogram gap"
_REAL_AND_GENERATED = ("real", "generated")
_AIMED = ("too high", "too low", "too wide", "too narrow")
_BESIDE = ("higher", "lower", "wider", "narrower")
# The usual level of significance. Ours is stricter, so that p-values below this one are still not
# significant; but they are not ordinary either.
_UNUSUAL = 0.05
_HELP = {
    _W1: "How far values have to be moved, on average, to turn one sample into the other; in "
    "their own unit.",
    _W1_SIGMA: "The same, divided by the standard deviation of the {first} sample: without a unit.",
    _KS: "The largest gap between the two cumulative curves, 0 to 1.",
    _ENERGY: "The square root of twice the squared gap between the two cumulative curves, "
    "integrated over all values; in the square root of their unit.",
    _JS: "How well a value shows which sample it is from, 0 (not at all) to 1: the square root of "
    "the divergence to base 2, over {bins} bins.",
    _GAP: "The share of one histogram that lies outside the other: 1 minus their overlap; over "
    "{bins} bins.",
}


@dataclass(frozen=True)
class Distance:
    """One distance between two samples.

    Args:
        title: its usual name.
        value: of the samples; 0 if they are equal.
        bootstrap: its interval, floor and probability; None if a sample is too small.
        help: what it measures, and in which unit.
    """

    title: str
    value: float
    bootstrap: BootstrapResult | None
    help: str


@dataclass(frozen=True)
class Comparison:
    """The result of comparing two samples.

    Args:
        real: moments of the real sample.
        generated: moments of the generated sample.
        distances: Wasserstein-1 first.
        sentence: the result in plain words.
        p_value: probability that samples of one distribution differ as clearly; None if a
            sample is too small to tell.
    """

    real: Moments
    generated: Moments
    distances: tuple[Distance, ...]
    sentence: str
    p_value: float | None

    @property
    def differ(self) -> bool:
        """True if a difference is claimed; wrong for 1 % of samples of one distribution."""
        return self.p_value is not None and self.p_value < SIGNIFICANCE


def compare(
    real: WeightedSample,
    generated: WeightedSample,
    *,
    names: tuple[str, str] = _REAL_AND_GENERATED,
    resamples: int = 1_000,
    seed: int = 0,
) -> Comparison:
    """Compares two samples of numbers.

    Args:
        real: the reference.
        generated: the sample to compare with it; in groups if the other one is.
        names: of both samples in the sentence.
        resamples: see `resample_distances`; with fewer than 100, no difference can be shown.
        seed: of the random numbers.

    Raises:
        ValueError: a sample is empty, or only one of them is in groups.
    """
    for name, sample in zip(names, (real, generated), strict=True):
        if not sample.count:
            raise ValueError(f"The {name} sample is empty: there is nothing to compare.")
    scale = safe_scale(real, generated)
    scaled = real.over(scale), generated.over(scale)
    edges = common_bins(*scaled)
    values = _values(*scaled, scale, edges)
    large_enough = min(real.size, generated.size) >= LEAST_SIZE
    bootstraps = _bootstraps(*scaled, scale, edges, values, resamples, seed) if large_enough else {}
    distances = tuple(
        Distance(
            title,
            value,
            bootstraps.get(title),
            _HELP[title].format(bins=len(edges) - 1, first=names[0]),
        )
        for title, value in values.items()
    )
    first, second = moments(real), moments(generated)
    if not large_enough:
        sentence = (
            f"These samples are too small to tell a difference from chance: {real.size:,} "
            f"{names[0]} and {generated.size:,} {names[1]} {real.unit}. At least "
            f"{LEAST_SIZE} of each are needed."
        )
        return Comparison(first, second, distances, sentence, None)
    p_value = min(one.bootstrap.p_value for one in distances if one.bootstrap)
    p_text = _p_text(p_value, resamples)
    if p_value < SIGNIFICANCE:
        # What is generated is to become like what is real; of two others, neither is wrong.
        words = _AIMED if names == _REAL_AND_GENERATED else _BESIDE
        errors = zip(standard_errors(real), standard_errors(generated), strict=True)
        difference = _difference(
            first, second, [float(np.hypot(*pair)) for pair in errors], distances, words
        )
        sentence = f"The {names[1]} values {difference}. This is not chance ({p_text})."
    else:
        sentence = (
            f"No difference shows between {names[0]} and {names[1]} at this sample size "
            f"({p_text} over all distances: {_verdict(p_value)}). Their Wasserstein-1 distance is "
            f"{distances[0].value:.3g}."
        )
    return Comparison(first, second, distances, sentence, p_value)


def _verdict(p_value: float) -> str:
    """Says what a difference that is not significant may mean."""
    return "chance alone could explain it" if p_value >= _UNUSUAL else "too weak to rule out chance"


def common_bins(real: WeightedSample, generated: WeightedSample) -> np.ndarray:
    """Computes the (bins + 1,) edges of the bins for distances of histograms.

    The width is that of Freedman and Diaconis for both samples pooled at the size of the smaller
    one; bins with fewer than ten values are wider. The outermost bins are unbounded. Samples of
    few distinct values have a bin for each. The edges depend on the pooled values only, because
    the permutation test would not be exact otherwise.
    """
    both = real.together_with(generated)
    distinct = np.unique(both.values)
    repeated = both.count >= _OFTEN * len(distinct) or both.count < 2 * _LEAST_IN_BIN
    if len(distinct) <= _DISCRETE and repeated:
        return np.r_[-np.inf, (distinct[1:] + distinct[:-1]) / 2, np.inf]
    low, quarter, three, high = both.quantiles(np.array([0.001, 0.25, 0.75, 0.999]))
    size = min(real.size, generated.size)
    width = 2 * (three - quarter) / np.cbrt(size) or (high - low) / 50
    count = int(np.clip(np.ceil((high - low) / width), 2, _MOST_BINS)) if width else 2
    edges = [-np.inf]
    below = 0
    inner = np.linspace(low, high, count + 1)[1:-1]
    for edge, up_to in zip(inner, both.below(inner), strict=True):
        if min(up_to - below, both.count - up_to) >= _LEAST_IN_BIN:
            edges.append(edge)
            below = up_to
    return np.array([*edges, np.inf])


def distance_values(real: WeightedSample, generated: WeightedSample) -> dict[str, float]:
    """Computes all distances of two samples that are not empty, without resampling.

    Returns:
        Distances by title; none over sigma if the real sample is constant.
    """
    scale = safe_scale(real, generated)
    real, generated = real.over(scale), generated.over(scale)
    return _values(real, generated, scale, common_bins(real, generated))


def _values(
    real: WeightedSample, generated: WeightedSample, scale: float, edges: np.ndarray
) -> dict[str, float]:
    """Computes the distances of samples that were divided by `scale`, by title."""
    w1, sigma = wasserstein1(real, generated), real.sd
    first, second = real.in_bins(edges), generated.in_bins(edges)
    return {
        _W1: w1 * scale,
        **({_W1_SIGMA: w1 / sigma} if sigma else {}),
        _KS: kolmogorov_smirnov(real, generated),
        _ENERGY: energy_distance(real, generated) * float(np.sqrt(scale)),
        _JS: float(jensen_shannon(first, second)),
        _GAP: float(histogram_gap(first / first.sum(), second / second.sum())),
    }


def _bootstraps(
    real: WeightedSample,
    generated: WeightedSample,
    scale: float,
    edges: np.ndarray,
    values: dict[str, float],
    resamples: int,
    seed: int,
) -> dict[str, BootstrapResult]:
    """Resamples all distances of samples that were divided by `scale`.

    Args:
        real: the reference.
        generated: the sample to compare with it.
        scale: converts distances back to the samples' own unit.
        edges: see `common_bins`.
        values: the distances by title; see `_values`.
        resamples: see `resample_distances`.
        seed: of the random numbers.
    """
    grid = grid_of(real, generated, edges)
    units = [{_W1: scale, _ENERGY: float(np.sqrt(scale))}.get(title, 1.0) for title in values]
    with single_threaded():
        results = resample_distances(
            np.array(list(values.values())) / units,
            grid.real,
            grid.generated,
            _share_distances(grid, edges, list(values)),
            resamples=resamples,
            seed=seed,
        )
    return {
        title: result.times(unit)
        for title, result, unit in zip(values, results, units, strict=True)
    }


def _share_distances(
    grid: Grid, edges: np.ndarray, titles: list[str]
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Returns a function of two (r, k) shares of the grid's cells to (r, titles) distances."""
    widths = np.diff(grid.points)
    bins = np.searchsorted(edges, grid.points, side="right")
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    centred = grid.points - grid.points.mean()
    least_sigma = 1e-6 * float(np.ptp(grid.points)) or 1.0

    def sigma(shares: np.ndarray) -> np.ndarray:
        variance = shares @ centred**2 - (shares @ centred) ** 2
        return np.sqrt(np.maximum(variance, least_sigma**2))

    def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        gap = np.abs(np.cumsum(first - second, axis=1))[:, :-1]
        area = gap @ widths
        in_bins = [np.add.reduceat(shares, starts, axis=1) for shares in (first, second)]
        # Noise can make shares negative.
        positive = [np.maximum(shares, 0) for shares in in_bins]
        found = {
            _W1: area,
            _W1_SIGMA: area / sigma(first),
            _KS: gap.max(axis=1, initial=0),
            _ENERGY: np.sqrt(2 * np.square(gap) @ widths),
            _JS: jensen_shannon(*positive),
            _GAP: histogram_gap(*in_bins),
        }
        return np.stack([found[title] for title in titles], axis=1)

    return distances


def _p_text(p_value: float, resamples: int) -> str:
    """Formats a p-value as papers write it; resampling finds none below 1 / (1 + resamples)."""
    digits = f"{p_value:.3f}" if p_value < 0.0095 else f"{p_value:.2f}"
    return f"p {'≤' if p_value <= 1.5 / (1 + resamples) else '='} {digits}"


def _difference(
    real: Moments,
    generated: Moments,
    errors: list[float],
    distances: tuple[Distance, ...],
    words: tuple[str, ...],
) -> str:
    """Describes the most striking difference, with its figures.

    Args:
        real: moments of the first sample.
        generated: moments of the second sample.
        errors: standard errors of the difference between the means, and of that between the
            standard deviations.
        distances: of the samples.
        words: for higher, lower, wider and narrower.
    """
    higher, lower, wider, narrower = words
    mean_error, sd_error = errors
    unit = real.sd or generated.sd or abs(generated.mean - real.mean)
    shift, stretch = generated.mean - real.mean, generated.sd - real.sd
    by_mean = abs(shift) / unit if abs(shift) > 3 * mean_error else 0.0
    by_sd = abs(stretch) / unit if abs(stretch) > 3 * sd_error else 0.0
    if max(by_mean, by_sd) < 0.02:
        gap = next(one for one in distances if one.title == _GAP)
        return f"have another shape: {100 * gap.value:.1f} % of them would have to move"
    if by_mean >= by_sd:
        where = higher if shift > 0 else lower
        return f"lie {where}: mean {generated.mean:.3g} against {real.mean:.3g}"
    how = wider if stretch > 0 else narrower
    return f"are {how}: sd {generated.sd:.3g} against {real.sd:.3g}"
