"""Distances of samples against SciPy and closed forms."""

import numpy as np
import pytest
from scipy import stats

from ganlib.metrics.distances import histogram_overlap, kolmogorov_smirnov, wasserstein1
from ganlib.metrics.weighted_sample import WeightedSample

of = WeightedSample.of

RNG = np.random.default_rng(0)
REAL = RNG.normal(1.0, 2.0, 500)


@pytest.mark.parametrize("shift", [0.0, 0.75, -3.0])
def test_w1_of_a_shifted_sample_is_the_shift(shift: float) -> None:
    assert wasserstein1(of(REAL), of(REAL + shift)) == pytest.approx(abs(shift), abs=1e-12)


def test_w1_by_hand() -> None:
    # Sorted, 0 goes to 1 and 4 to 6: (1 + 2) / 2.
    assert wasserstein1(of(np.array([4.0, 0.0])), of(np.array([1.0, 6.0]))) == pytest.approx(1.5)
    # Half of the mass stays, half moves by 2.
    assert wasserstein1(of(np.array([0.0])), of(np.array([0.0, 2.0]))) == pytest.approx(1.0)


def test_w1_of_a_scaled_sample_is_the_mean_displacement() -> None:
    centred = REAL - np.median(REAL)
    expected = 0.5 * np.abs(centred).mean()
    assert wasserstein1(of(centred), of(1.5 * centred)) == pytest.approx(expected, abs=1e-12)


def test_kolmogorov_smirnov_by_hand() -> None:
    first, second = np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.5, 4.5])
    # At 3, three quarters of the first lie below and none of the second.
    assert kolmogorov_smirnov(of(first), of(second)) == pytest.approx(0.75)
    assert kolmogorov_smirnov(of(REAL), of(REAL)) == 0.0
    assert kolmogorov_smirnov(of(REAL), of(REAL + 100)) == 1.0


def test_overlap_is_1_for_equal_and_0_for_disjoint_samples() -> None:
    assert histogram_overlap(of(REAL), of(REAL)) == pytest.approx(1.0, abs=1e-12)
    assert histogram_overlap(of(REAL), of(RNG.permutation(REAL))) == pytest.approx(1.0, abs=1e-12)
    assert histogram_overlap(of(REAL), of(REAL + 100)) == 0.0


def test_overlap_by_hand() -> None:
    # Bins [0, 1), [1, 2), [2, 3]: shares 1/2, 1/2, 0 and 0, 1/4, 3/4.
    real, generated = np.array([0.0, 1.5]), np.array([1.5, 2.5, 2.5, 3.0])
    assert histogram_overlap(of(real), of(generated), bins=3) == pytest.approx(0.25, abs=1e-12)


def test_overlap_of_two_gaussians_is_the_area_under_both() -> None:
    grid = np.linspace(0.5 / 50_000, 1 - 0.5 / 50_000, 50_000)
    first, second = stats.norm(0, 1).ppf(grid), stats.norm(1, 1).ppf(grid)
    # Both densities cross at 1/2, so the area under both is 2 Phi(-1/2) = 0.617.
    expected = 2 * stats.norm.cdf(-0.5)
    assert histogram_overlap(of(first), of(second)) == pytest.approx(expected, abs=0.01)


def test_one_outlier_does_not_make_the_bins_wide() -> None:
    first, second = REAL, REAL + 2 * REAL.std()
    usual = histogram_overlap(of(first), of(second))
    assert usual < 0.5
    found = histogram_overlap(of(first), of(np.append(second, 1_000 * REAL.std())))
    assert found == pytest.approx(usual, abs=0.02)
