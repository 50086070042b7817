"""Comparisons of samples whose true distributions are known, and how often they are right."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

from ganlib.metrics.comparison import common_bins, compare
from ganlib.metrics.weighted_sample import WeightedSample

# Sizes of samples, and how many pairs of each are compared: large ones take ten times as long.
CASES = {20: 400, 2_000: 100}
# As many as a page that is live takes.
RESAMPLES = 200
# Continuous, discrete, and in groups.
THREE_KINDS = ["normal", "die", "grouped"]
# Values of a group, and how strongly they depend on each other.
GROUP, CORRELATION = 50, 0.3


@dataclass(frozen=True)
class Kind:
    """Two distributions with a moderate difference, known exactly.

    Args:
        draw: (generator, size, differs) -> a sample of the first one, or of the second.
        cdf: (points, differs) -> their distribution functions.
        points: (p,) where the distribution functions change, or close to each other.
    """

    draw: Callable[[np.random.Generator, int, bool], WeightedSample]
    cdf: Callable[[np.ndarray, bool], np.ndarray]
    points: np.ndarray


def _continuous(same: stats.rv_continuous, other: stats.rv_continuous) -> Kind:
    return Kind(
        lambda rng, size, differs: WeightedSample.of(
            (other if differs else same).rvs(size, random_state=rng)
        ),
        lambda x, differs: (other if differs else same).cdf(x),
        np.linspace(-12, 30, 84_001),
    )


def _discrete(same: list[float], other: list[float]) -> Kind:
    faces = np.arange(1.0, len(same) + 1)

    def cdf(x: np.ndarray, differs: bool) -> np.ndarray:
        total = np.concatenate([[0], np.cumsum(other if differs else same)])
        return total[np.searchsorted(faces, x, side="right")]

    return Kind(
        lambda rng, size, differs: WeightedSample.of(
            rng.choice(faces, size, p=other if differs else same)
        ),
        cdf,
        np.concatenate([[0], faces]),
    )


def _grouped(same: stats.rv_continuous, other: stats.rv_continuous) -> Kind:
    """Vectors of numbers with Gaussian dependence: they share a part of what is drawn."""

    def draw(rng: np.random.Generator, size: int, differs: bool) -> WeightedSample:
        shared, own = rng.normal(size=(size, 1)), rng.normal(size=(size, GROUP))
        normal = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
        numbers = (other if differs else same).ppf(stats.norm.cdf(normal))
        return WeightedSample.of_groups(numbers, "vectors")

    return Kind(draw, _continuous(same, other).cdf, np.linspace(-12, 30, 84_001))


NORMAL = stats.norm(0, 1), stats.norm(0.5, 0.8)
KINDS = {
    "normal": _continuous(*NORMAL),
    "heavy tails": _continuous(stats.t(3), stats.t(3, 0.6)),
    "die": _discrete([1 / 6] * 6, [0.12] * 5 + [0.4]),
    "grouped": _grouped(*NORMAL),
}


@dataclass(frozen=True)
class Rates:
    """Shares of simulated comparisons, 0 to 1; those of distances by title.

    Args:
        claimed: a difference is claimed.
        disagreed: an interval begins above 0 although no difference is claimed, or none does
            although one is.
        beyond_floor: the distance is beyond its floor.
        too_high: the interval begins above the true distance.
        too_low: the interval ends below it.
        value: mean of the distances.
        corrected: mean of them without their bias.
        truth: mean of the true ones, which the bins have a say in.
    """

    claimed: float
    disagreed: float
    beyond_floor: dict[str, float]
    too_high: dict[str, float]
    too_low: dict[str, float]
    value: dict[str, float]
    corrected: dict[str, float]
    truth: dict[str, float]

    def covered(self) -> dict[str, float]:
        """How often the interval has the true distance in it."""
        return {name: 1 - self.too_high[name] - self.too_low[name] for name in self.value}


def margin(share: float, size: int) -> float:
    """Four standard errors of a share, 0 to 1, of the cases of a size."""
    return float(4 * np.sqrt(share * (1 - share) / CASES[size]))


def simulate(
    kind: str, size: int, differs: bool, *, cases: int, resamples: int, other_size: int = 0
) -> Rates:
    """Compares so many pairs of samples.

    Args:
        kind: of `KINDS`.
        size: of the first sample.
        differs: whether the second one comes from another distribution.
        cases: pairs of samples, each from a seed of its own.
        resamples: of each comparison.
        other_size: of the second sample; 0 for the same.
    """
    one = KINDS[kind]
    first, second = one.cdf(one.points, False), one.cdf(one.points, differs)
    gap, widths = np.abs(first - second)[:-1], np.diff(one.points)
    sigma = np.sqrt(_variance(one.points, first))
    fixed = {
        "Wasserstein-1": gap @ widths,
        "Wasserstein-1 / sigma": gap @ widths / sigma,
        "Kolmogorov-Smirnov": gap.max(),
        "Energy distance": np.sqrt(2 * gap**2 @ widths),
    }
    rows = []
    for seed in range(cases):
        rng = np.random.default_rng([seed, size, differs])
        real, generated = one.draw(rng, size, False), one.draw(rng, other_size or size, differs)
        found = compare(real, generated, resamples=resamples, seed=seed)
        edges = common_bins(real, generated)
        shares = [np.diff(one.cdf(edges, flag)) for flag in (False, differs)]
        truth = fixed | {
            "Jensen-Shannon": float(np.nan_to_num(jensenshannon(*shares, 2))),
            "Histogram gap": np.abs(shares[0] - shares[1]).sum() / 2,
        }
        sure = {distance.title: distance.bootstrap for distance in found.distances}
        above = any(certainty.low > 0 for certainty in sure.values())
        rows.append(
            (
                {"claimed": found.differ, "disagreed": above != found.differ},
                {
                    name: (
                        distance.value > sure[name].null_95,
                        sure[name].low > truth[name] + 1e-9,
                        sure[name].high < truth[name] - 1e-9,
                        distance.value,
                        sure[name].corrected,
                        truth[name],
                    )
                    for name, distance in ((each.title, each) for each in found.distances)
                },
            )
        )
    claimed, disagreed = (
        float(np.mean([row[0][key] for row in rows])) for key in ("claimed", "disagreed")
    )
    by_title = {
        name: np.mean([row[1][name] for row in rows if name in row[1]], axis=0)
        for name in fixed | {"Jensen-Shannon": 0, "Histogram gap": 0}
    }
    columns = [{name: float(row[at]) for name, row in by_title.items()} for at in range(6)]
    return Rates(claimed, disagreed, *columns)


def _variance(points: np.ndarray, cdf: np.ndarray) -> float:
    """Of a distribution on points, from its distribution function there."""
    shares = np.diff(cdf, prepend=0)
    return float(shares @ points**2 - (shares @ points) ** 2)
