"""How often the verdict, the intervals and the floors are right, over simulated samples."""

import pytest
from simulated_comparisons import Rates, simulate

from ganlib.metrics.resampling import SIGNIFICANCE

CASES = 1_000
# As many as a page that is live takes.
RESAMPLES = 200
SIZES = [20, 100, 2_000]
# Continuous, discrete, and in groups.
KINDS = ["normal", "die", "grouped"]
# Four standard errors of a share near 5 % of 1,000 cases, and of one near 1 %.
NEAR_5, NEAR_1 = 0.028, 0.0126


def covered(rates: Rates) -> dict[str, float]:
    return {name: rates.covered(name) for name in rates.value}


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_samples_of_one_distribution_are_seldom_called_different(kind: str, size: int) -> None:
    rates = simulate(kind, size, False, cases=CASES, resamples=RESAMPLES)
    assert rates.claimed <= SIGNIFICANCE + NEAR_1
    # One rule: an interval begins above 0 where a difference is claimed, and nowhere else.
    assert rates.disagreed == 0
    assert all(share <= 0.05 + NEAR_5 for share in rates.beyond_floor.values()), rates.beyond_floor
    # Ties keep some floors from being met exactly, but no floor is out of reach.
    assert all(share >= 0.005 for share in rates.beyond_floor.values()), rates.beyond_floor
    assert all(share >= 0.95 for share in covered(rates).values()), covered(rates)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_of_different_samples_cover_the_truth(kind: str, size: int) -> None:
    rates = simulate(kind, size, True, cases=CASES, resamples=RESAMPLES)
    assert rates.disagreed == 0
    assert all(share >= 0.95 - NEAR_5 for share in covered(rates).values()), covered(rates)
    # The difference is moderate: seldom seen at 20, nearly always at 2,000.
    assert rates.claimed >= (0.03 if size == 20 else 0.5)
    assert size < 2_000 or rates.claimed >= 0.99
    for name, truth in rates.truth.items():
        assert rates.value[name] >= truth * 0.97
        excess = abs(rates.corrected[name] - truth), abs(rates.value[name] - truth)
        assert excess[0] <= max(0.6 * excess[1], 0.05 * truth), name


def test_unequal_sizes_are_as_reliable() -> None:
    # As a run compares them: 2,000 real vectors with 256 generated ones.
    rates = simulate("grouped", 200, False, cases=200, resamples=RESAMPLES, other_size=40)
    assert rates.claimed <= 0.03
    assert rates.disagreed == 0
    assert all(share <= 0.12 for share in rates.beyond_floor.values()), rates.beyond_floor
