"""How often claims, floors and intervals are right, over simulated pairs of samples."""

import pytest

from ganlib.metrics.resampling import SIGNIFICANCE
from tests.metrics.simulated_comparisons import CASES, RESAMPLES, THREE_KINDS, margin, simulate


@pytest.mark.slow
@pytest.mark.parametrize("size", CASES)
@pytest.mark.parametrize("kind", THREE_KINDS)
def test_samples_of_one_distribution_are_seldom_called_different(kind: str, size: int) -> None:
    rates = simulate(kind, size, False, cases=CASES[size], resamples=RESAMPLES)
    assert rates.claimed <= SIGNIFICANCE + margin(SIGNIFICANCE, size)
    # One rule: an interval begins above 0 where a difference is claimed, and nowhere else.
    assert rates.disagreed == 0
    most = 0.05 + margin(0.05, size)
    assert all(share <= most for share in rates.beyond_floor.values()), rates.beyond_floor
    # Ties keep some floors from being met exactly, but no floor is out of reach.
    assert all(share >= 0.005 for share in rates.beyond_floor.values()), rates.beyond_floor
    assert all(share >= 0.95 for share in rates.covered().values()), rates.covered()


def test_unequal_sizes_are_as_reliable() -> None:
    # As a run compares them: 2,000 real vectors with 256 generated ones.
    rates = simulate("grouped", 200, False, cases=50, resamples=RESAMPLES, other_size=40)
    assert rates.claimed <= 0.06
    assert rates.disagreed == 0
    assert all(share <= 0.18 for share in rates.beyond_floor.values()), rates.beyond_floor


@pytest.mark.slow
@pytest.mark.parametrize("size", CASES)
@pytest.mark.parametrize("kind", THREE_KINDS)
def test_intervals_of_different_samples_cover_the_truth(kind: str, size: int) -> None:
    rates = simulate(kind, size, True, cases=CASES[size], resamples=RESAMPLES)
    assert rates.disagreed == 0
    least = 0.95 - margin(0.05, size)
    assert all(share >= least for share in rates.covered().values()), rates.covered()
    # The difference is moderate: seldom seen at 20, nearly always at 2,000.
    assert rates.claimed >= (0.03 if size == 20 else 0.5)
    assert size < 2_000 or rates.claimed >= 0.99
    for name, truth in rates.truth.items():
        assert rates.value[name] >= truth * 0.97
        excess = abs(rates.corrected[name] - truth), abs(rates.value[name] - truth)
        assert excess[0] <= max(0.75 * excess[1], 0.05 * truth), name
