"""How often the intervals cover the true distance: 95 times in 100, or nearly."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from ganlib.metrics.comparison import common_bins, compare
from ganlib.metrics.counted import Counted

of = Counted.of

CASES = 1_000
VALUES = 500


def true_distances(first: stats.rv_continuous, second: stats.rv_continuous) -> dict[str, float]:
    """Of the distributions themselves, by integration."""
    x = np.linspace(-10, 10, 200_001)
    gap = np.abs(first.cdf(x) - second.cdf(x))
    width = x[1] - x[0]
    return {
        "Wasserstein-1": gap.sum() * width,
        "Wasserstein-1 / sigma": gap.sum() * width / first.std(),
        "Kolmogorov-Smirnov": gap.max(),
        "Energy distance": np.sqrt(2 * np.square(gap).sum() * width),
    }


@pytest.mark.slow
def test_intervals_of_different_samples_cover_the_truth() -> None:
    first, second = stats.norm(0, 1), stats.norm(0.5, 0.8)
    fixed = true_distances(first, second)
    covered: dict[str, int] = {}
    for seed in range(CASES):
        rng = np.random.default_rng(seed)
        real, generated = (one.rvs(VALUES, random_state=rng) for one in (first, second))
        edges = common_bins(of(real), of(generated))
        shares = np.diff(first.cdf(edges)), np.diff(second.cdf(edges))
        true = fixed | {
            "Jensen-Shannon": jensenshannon(*shares, 2),
            "Histogram gap": np.abs(shares[0] - shares[1]).sum() / 2,
        }
        for distance in compare(of(real), of(generated), resamples=300, seed=seed).distances:
            sure = distance.certainty
            hit = sure.low <= true[distance.title] <= sure.high
            covered[distance.title] = covered.get(distance.title, 0) + hit
    assert set(covered) == {*fixed, "Jensen-Shannon", "Histogram gap"}
    shares_covered = {title: hits / CASES for title, hits in covered.items()}
    assert all(0.93 <= share <= 0.97 for share in shares_covered.values()), shares_covered


@pytest.mark.slow
def test_intervals_of_alike_samples_reach_down_to_0() -> None:
    cases = 400
    reached = 0
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        found = compare(
            of(rng.normal(size=VALUES)), of(rng.normal(size=VALUES)), resamples=300, seed=seed
        )
        reached += found.distances[0].certainty.low == 0
    assert 0.93 <= reached / cases <= 0.97
