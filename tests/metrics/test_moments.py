"""Figures of one sample against SciPy, NumPy and by hand."""

import numpy as np
import pytest
from scipy import stats

from ganlib.metrics.moments import moments, safe_scale, standard_errors
from ganlib.metrics.weighted_sample import WeightedSample

of = WeightedSample.of

SKEWED = np.random.default_rng(3).gamma(2.0, 1.5, 1_001)


def test_moments_and_quantiles_are_scipys_and_numpys() -> None:
    # With ties in the second sample.
    for numbers in (SKEWED, SKEWED.round()):
        expected = {
            "count": len(numbers),
            "mean": numbers.mean(),
            "sd": numbers.std(),
            "skewness": stats.skew(numbers),
            "kurtosis": stats.kurtosis(numbers),
            "minimum": numbers.min(),
            "maximum": numbers.max(),
            "median": np.median(numbers),
        } | {f"q{at:02d}": np.quantile(numbers, at / 100) for at in (1, 5, 25, 75, 95, 99)}
        assert moments(of(numbers)).rows() == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_by_hand() -> None:
    found = moments(of(np.array([0.0, 0.0, 3.0])))
    # Deviations -1, -1 and 2: their squares have the mean 2, their cubes too.
    assert (found.mean, found.sd) == pytest.approx((1.0, np.sqrt(2)))
    assert found.skewness == pytest.approx(2 / 2**1.5)
    assert found.kurtosis == pytest.approx(18 / 3 / 4 - 3)
    assert (found.minimum, found.median, found.maximum) == (0.0, 0.0, 3.0)
    assert found.q75 == pytest.approx(1.5)


@pytest.mark.parametrize("value", [0.1, 0.0, -1e300, 5e-324])
def test_a_constant_sample_has_no_shape(value: float) -> None:
    found = moments(of(np.full(3, value)))
    assert (found.sd, found.mean, found.median) == (0.0, pytest.approx(value, rel=1e-15), value)
    assert np.isnan(found.skewness)
    assert np.isnan(found.kurtosis)


@pytest.mark.filterwarnings("error")
def test_huge_and_tiny_values_do_not_overflow() -> None:
    usual = moments(of(SKEWED))
    for factor in (2.0**990, 2.0**-990):
        found = moments(of(SKEWED * factor))
        assert found.sd == usual.sd * factor
        assert found.mean == pytest.approx(usual.mean * factor, rel=1e-14)
        assert found.skewness == pytest.approx(usual.skewness, abs=1e-12)


def test_the_scale_is_a_power_of_two_and_1_for_usual_numbers() -> None:
    assert safe_scale(of(np.array([0.0])), of(SKEWED)) == 1.0
    assert safe_scale(of(np.zeros(2))) == 1.0
    for value in (3e200, 7e-200):
        scale = safe_scale(of(np.array([value, -value / 9])))
        assert np.log2(scale) == int(np.log2(scale))
        assert 1 <= value / scale < 2


def test_standard_errors_in_closed_form() -> None:
    rng = np.random.default_rng(2)
    numbers = rng.exponential(3, 5_000)
    mean, sd = standard_errors(WeightedSample.of(numbers))
    assert mean == pytest.approx(numbers.std() / np.sqrt(5_000), rel=1e-9)
    # Of the standard deviation, by the fourth moment.
    kurtosis = stats.kurtosis(numbers) + 3
    assert sd == pytest.approx(numbers.std() * np.sqrt((kurtosis - 1) / 4 / 5_000), rel=1e-9)
    # A group counts once: means of groups, and their spread.
    groups = rng.normal(size=(40, 1)) + rng.normal(size=(40, 30))
    mean, sd = standard_errors(WeightedSample.of_groups(groups, "vectors"))
    assert mean == pytest.approx(groups.mean(1).std() / np.sqrt(40), rel=1e-9)
    assert mean > 3 * groups.std() / np.sqrt(groups.size)
    squares = ((groups - groups.mean()) ** 2).mean(1)
    assert sd == pytest.approx(squares.std() / np.sqrt(40) / 2 / groups.std(), rel=1e-9)
    assert standard_errors(WeightedSample.of(np.full(9, 1e300))) == (0, 0)
