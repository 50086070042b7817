"""How often intervals cover the true distance of different samples, which are simulated."""

import pytest

from tests.metrics.simulated_comparisons import CASES, RESAMPLES, THREE_KINDS, margin, simulate


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
