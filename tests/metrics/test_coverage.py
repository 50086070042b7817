"""Coverage against equation 4 of Naeem et al. 2020, sample by sample."""

import numpy as np
import pytest

from ganlib.metrics.coverage import coverage, has_neighbourhoods
from ganlib.metrics.samples import scalar_scores


def _definition(real: np.ndarray, generated: np.ndarray, neighbours: int) -> float:
    covered = 0
    for one in real:
        to_real = sorted(np.linalg.norm(real - one, axis=1))
        radius = to_real[min(neighbours, len(real) - 1)]
        covered += bool((np.linalg.norm(generated - one, axis=1) <= radius).any())
    return covered / len(real)


def _samples(kind: str, count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    if kind == "tied":
        return random.integers(1, 7, (count, 1)).astype(float)
    if kind == "plane":
        return random.normal(size=(count, 2))
    return random.normal(size=(count, 1)) * np.linspace(1, 2, count)[:, None]


@pytest.mark.parametrize("kind", ["line", "plane", "tied"])
@pytest.mark.parametrize(("real", "generated"), [(1, 1), (3, 5), (6, 1), (100, 40), (256, 256)])
def test_definition(kind: str, real: int, generated: int) -> None:
    first, second = _samples(kind, real, 0), _samples(kind, generated, 1)
    assert coverage(first, second) == pytest.approx(_definition(first, second, 5))


def test_only_the_first_samples_count() -> None:
    first, second = _samples("plane", 400, 0), _samples("plane", 300, 1)
    assert coverage(first, second) == coverage(first[:256], second[:256])


def test_expected_value_of_equal_distributions() -> None:
    """1 - (N - 1) ... (N - k) / ((2N - 1) ... (2N - k)), proposition 1 for M = N."""
    count, neighbours = 100, 5
    expected = 1 - np.prod([(count - i) / (2 * count - i) for i in range(1, neighbours + 1)])
    found = [
        coverage(_samples("plane", count, seed), _samples("plane", count, 1_000 + seed))
        for seed in range(200)
    ]
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / np.sqrt(200))


def test_half_of_the_data_missing() -> None:
    random = np.random.default_rng(0)
    real = np.concatenate([random.normal(-5, 1, (100, 2)), random.normal(5, 1, (100, 2))])
    assert coverage(real, real[:100] + 0.01) == 0.5


def test_repeated_values_have_no_neighbourhoods() -> None:
    random = np.random.default_rng(0)
    ages = random.normal(40, 12, (500, 1)).round()
    assert not has_neighbourhoods(ages) and not has_neighbourhoods(_samples("tied", 256, 0))
    assert has_neighbourhoods(random.normal(size=(500, 1))) and has_neighbourhoods(np.ones((1, 1)))
    assert "coverage" not in scalar_scores(ages, ages + 1e-4, 12.0)
    assert "coverage" in scalar_scores(ages + random.normal(size=ages.shape), ages, 12.0)
