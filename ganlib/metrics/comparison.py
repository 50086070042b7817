"""Two one-dimensional samples against each other: how far apart, how sure, and in plain words."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import jensenshannon

from ganlib.metrics.counted import Counted
from ganlib.metrics.distances import (
    energy_distance,
    jensen_shannon,
    kolmogorov_smirnov,
    kolmogorov_smirnov_p,
    wasserstein1,
)
from ganlib.metrics.moments import Moments, moments, safe_scale
from ganlib.metrics.resampling import Certainty, certainties, grid_of

_MOST_BINS = 512
# Values of both samples that a bin has at least, as for a chi-squared test.
_LEAST_IN_BIN = 10
# Samples of so few distinct values are compared value by value.
_DISCRETE = 64

_W1, _W1_SIGMA = "Wasserstein-1", "Wasserstein-1 / sigma"
_KS, _ENERGY = "Kolmogorov-Smirnov", "Energy distance"
_JS, _GAP = "Jensen-Shannon", "Histogram gap"
_REAL_AND_GENERATED = ("real", "generated")
_AIMED = ("too high", "too low", "too wide", "too narrow")
_BESIDE = ("higher", "lower", "wider", "narrower")
_HELP = {
    _W1: "How far values have to be moved, on average, to turn one sample into the other; in "
    "their own unit.",
    _W1_SIGMA: "The same over the standard deviation of the {first} sample: without a unit.",
    _KS: "The largest gap between the two cumulative curves, 0 to 1.",
    _ENERGY: "The root of twice the squared gap between the two cumulative curves, summed over "
    "all values; in the root of their unit.",
    _JS: "How well a value tells which sample it is from, 0 (not at all) to 1; over {bins} bins.",
    _GAP: "The share of one histogram that lies outside the other: 1 less their overlap; over "
    "{bins} bins.",
}


@dataclass(frozen=True)
class Distance:
    """One distance between two samples.

    Args:
        title: as it is known.
        value: of the samples; 0 where they are alike.
        certainty: its interval, and what chance can do.
        help: what it measures, and in which unit.
    """

    title: str
    value: float
    certainty: Certainty
    help: str


@dataclass(frozen=True)
class Comparison:
    """What can be said of two samples.

    Args:
        real: figures of the real one.
        generated: figures of the generated one.
        distances: Wasserstein-1 first.
        sentence: the result in plain words.
    """

    real: Moments
    generated: Moments
    distances: tuple[Distance, ...]
    sentence: str


def compare(
    real: Counted,
    generated: Counted,
    *,
    names: tuple[str, str] = _REAL_AND_GENERATED,
    resamples: int = 1_000,
    seed: int = 0,
) -> Comparison:
    """Compares two samples of numbers.

    Args:
        real: what is compared with.
        generated: what is compared.
        names: how the sentence calls them.
        resamples: see `certainties`.
        seed: the same seed, the same figures.

    Raises:
        ValueError: a sample is empty.
    """
    for name, sample in zip(names, (real, generated), strict=True):
        if not sample.count:
            raise ValueError(f"The {name} sample is empty: there is nothing to compare.")
    scale = safe_scale(real, generated)
    distances = _distances(
        real.over(scale), generated.over(scale), scale, names[0], resamples, seed
    )
    first, second = moments(real), moments(generated)
    return Comparison(first, second, distances, _sentence(first, second, distances, names))


def common_bins(real: Counted, generated: Counted) -> np.ndarray:
    """Edges, (bins + 1,), that distances of histograms are taken over.

    As wide as Freedman and Diaconis have it for the real sample, and where fewer than ten
    values would fall into one, wider; those at the ends reach to infinity. Samples of few
    distinct values have a bin for each.
    """
    both = real.together_with(generated)
    distinct = np.unique(both.values)
    if len(distinct) <= _DISCRETE:
        return np.r_[-np.inf, (distinct[1:] + distinct[:-1]) / 2, np.inf]
    low, high = both.quantiles(np.array([0.001, 0.999]))
    quarter, three = real.quantiles(np.array([0.25, 0.75]))
    width = 2 * (three - quarter) / np.cbrt(real.count) or (high - low) / 50
    count = int(np.clip(np.ceil((high - low) / width), 2, _MOST_BINS)) if width else 2
    edges = [-np.inf]
    below = 0
    inner = np.linspace(low, high, count + 1)[1:-1]
    for edge, up_to in zip(inner, both.below(inner), strict=True):
        if min(up_to - below, both.count - up_to) >= _LEAST_IN_BIN:
            edges.append(edge)
            below = up_to
    return np.array([*edges, np.inf])


def distance_values(real: Counted, generated: Counted) -> dict[str, float]:
    """All distances by title, without what resampling adds, of samples that are not empty.

    Returns:
        Nothing over sigma where the real sample is constant.
    """
    scale = safe_scale(real, generated)
    real, generated = real.over(scale), generated.over(scale)
    return _values(real, generated, scale, common_bins(real, generated))


def _values(real: Counted, generated: Counted, scale: float, edges: np.ndarray) -> dict[str, float]:
    """The distances of samples that were divided by `scale`."""
    w1, sigma = wasserstein1(real, generated), real.sd
    first, second = real.in_bins(edges), generated.in_bins(edges)
    found = {
        _W1: w1 * scale,
        _KS: kolmogorov_smirnov(real, generated),
        _ENERGY: energy_distance(real, generated) * float(np.sqrt(scale)),
        _JS: jensen_shannon(first, second),
        _GAP: float(_gap(first / first.sum(), second / second.sum())),
    }
    return found | ({_W1_SIGMA: w1 / sigma} if sigma else {})


def _distances(
    real: Counted, generated: Counted, scale: float, name: str, resamples: int, seed: int
) -> tuple[Distance, ...]:
    """All distances of samples that were divided by `scale`, with what resampling says.

    The first sample goes by the name.
    """
    edges = common_bins(real, generated)
    values = _values(real, generated, scale, edges)
    grid = grid_of(real, generated)
    widths = np.diff(grid.points)
    sigma = real.sd

    def on_grid(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        gap = np.abs(np.cumsum(_shares(first) - _shares(second), axis=1))[:, :-1]
        area = gap @ widths
        energy = np.sqrt(2 * np.square(gap) @ widths * scale)
        columns = [area * scale, gap.max(axis=1, initial=0), energy]
        return np.stack(columns + ([area / sigma] if sigma else []), axis=1)

    def on_bins(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        shares = _shares(first), _shares(second)
        return np.stack([jensenshannon(*shares, 2, axis=1), _gap(*shares)], axis=1)

    counts = real.in_bins(edges), generated.in_bins(edges)
    found = {}
    for titles, pair, distances in (
        ((_W1, _KS, _ENERGY, _W1_SIGMA), (grid.real, grid.generated), on_grid),
        ((_JS, _GAP), counts, on_bins),
    ):
        there = [title for title in titles if title in values]
        given = np.array([values[title] for title in there])
        sure = certainties(given, *pair, distances, resamples=resamples, seed=seed)
        for title, one in zip(there, sure, strict=True):
            help = _HELP[title].format(bins=len(edges) - 1, first=name)
            found[title] = Distance(title, values[title], one, help)
    # For this one there is a formula.
    p_value = kolmogorov_smirnov_p(real, generated)
    found[_KS] = replace(found[_KS], certainty=replace(found[_KS].certainty, p_value=p_value))
    return tuple(found[title] for title in _HELP if title in found)


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / counts.sum(axis=1, keepdims=True)


def _gap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(..., bins) shares -> (...,) the area of one that is outside the other."""
    gap: np.ndarray = np.abs(first - second).sum(axis=-1) / 2
    return gap


def _sentence(
    real: Moments, generated: Moments, distances: tuple[Distance, ...], names: tuple[str, str]
) -> str:
    first, second = names
    # What is generated is to become like what is real; of two others, neither is wrong.
    words = _AIMED if names == _REAL_AND_GENERATED else _BESIDE
    w1 = distances[0]
    # As many chances to be wrong as there are distances.
    if min(one.certainty.p_value for one in distances) >= 0.05 / len(distances):
        return (
            f"No difference shows between {first} and {second} at this sample size: their "
            f"Wasserstein-1 distance is {w1.value:.3g}, and chance alone goes as far in "
            f"{w1.certainty.p_value:.0%} of all cases."
        )
    return (
        f"The {second} values {_difference(real, generated, distances, words)}; a sample this "
        "size could not show this by chance."
    )


def _difference(
    real: Moments, generated: Moments, distances: tuple[Distance, ...], words: tuple[str, ...]
) -> str:
    """What differs most, with its figures."""
    higher, lower, wider, narrower = words
    shift = generated.mean - real.mean
    error = np.hypot(real.sd / np.sqrt(real.count), generated.sd / np.sqrt(generated.count))
    unit = real.sd or generated.sd or abs(shift)
    by_mean = abs(shift) / unit if abs(shift) > 3 * error else 0.0
    stretch = (generated.sd - real.sd) / unit if unit else 0.0
    noise = np.hypot(_sd_error(real), _sd_error(generated))
    by_sd = abs(stretch) if abs(stretch) > 3 * noise else 0.0
    if max(by_mean, by_sd) < 0.02:
        gap = next(one for one in distances if one.title == _GAP)
        return f"have another shape: {gap.value:.1%} of them would have to lie elsewhere"
    if by_mean >= by_sd:
        where = higher if shift > 0 else lower
        return f"lie {where}: mean {generated.mean:.3g} against {real.mean:.3g}"
    how = wider if stretch > 0 else narrower
    return f"are {how}: sd {generated.sd:.3g} against {real.sd:.3g}"


def _sd_error(sample: Moments) -> float:
    """Relative standard error of the standard deviation, by the kurtosis."""
    if not np.isfinite(sample.kurtosis):
        return 0.0
    return float(np.sqrt(max(sample.kurtosis + 2, 0) / (4 * sample.count)))
