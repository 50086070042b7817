"""The smooth density against closed forms."""

import numpy as np
import pytest
from scipy import stats

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz.density import smooth_density

of = WeightedSample.of

X = np.linspace(-5, 5, 512)


def two_peaks(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(count) < 0.5, -2, 2) + 0.5 * rng.normal(size=count)


def kernel_estimate(sample: np.ndarray, bandwidth: float) -> np.ndarray:
    return stats.norm.pdf(X[:, None], sample, bandwidth).mean(axis=1)


@pytest.mark.parametrize("seed", range(3))
def test_two_peaks_stay_apart(seed: int) -> None:
    density = smooth_density(of(two_peaks(seed, 5_000)), X)
    expected = (stats.norm.pdf(X, -2, 0.5) + stats.norm.pdf(X, 2, 0.5)) / 2
    assert density is not None
    assert np.abs(density - expected).max() < 0.06
    # A rule that looks at the spread alone makes the valley a tenth as deep.
    assert density[np.abs(X).argmin()] < 0.01
    assert density.sum() * (X[1] - X[0]) == pytest.approx(1, abs=0.003)


@pytest.mark.parametrize(("count", "seed"), [(500, 0), (5_000, 1)])
def test_the_bandwidth_is_the_best_one_for_gaussian_peaks(count: int, seed: int) -> None:
    sample = two_peaks(seed, count)
    density = smooth_density(of(sample), X)
    # The least mean integrated squared error of each peak: 1.06 sd n ** -1/5 (Silverman 1986).
    best = 1.06 * 0.5 * (count / 2) ** -0.2
    errors = {
        factor: np.square(density - kernel_estimate(sample, factor * best)).sum()
        for factor in (0.5, 0.75, 1.1, 1.5, 2.0)
    }
    assert min(errors, key=errors.__getitem__) == 1.1


def test_values_beyond_the_view_count() -> None:
    rng = np.random.default_rng(0)
    heavy = np.concatenate([rng.normal(size=3_000), np.full(1_000, 1e300)])
    density = smooth_density(of(heavy), X)
    assert density is not None
    assert density.sum() * (X[1] - X[0]) == pytest.approx(0.75, abs=0.003)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "sample", [np.ones(10), np.array([1.0]), np.full(5, 1.0) + 1e-12, np.full(9, 1e6)]
)
def test_a_spike_has_no_density(sample: np.ndarray) -> None:
    assert smooth_density(of(sample), X) is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "sample",
    [
        np.array([0.0, 1.0]),
        np.array([1.0, 2.0, 3.0, 4.0]),
        np.random.default_rng(0).poisson(3, 500).astype(float),
        np.random.default_rng(0).standard_cauchy(3_000),
    ],
    ids=["two values", "four", "counts", "heavy tails"],
)
def test_poor_samples_have_one(sample: np.ndarray) -> None:
    density = smooth_density(of(sample), X)
    assert density is not None
    assert np.isfinite(density).all()
    assert density.max() > 0
    assert density.min() >= 0
