"""Samples as values and counts, against NumPy's functions of the plain numbers."""

import numpy as np
import pytest

from ganlib.metrics.comparison import compare, distance_values
from ganlib.metrics.moments import moments
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz.distributions import cumulative_info, density_info, quantiles_info
from ganlib.viz.histograms import histogram_info

RNG = np.random.default_rng(8)
LEVELS = np.arange(256)


def pixels(count: int, ink: float) -> np.ndarray:
    """(256,) counts of brightnesses; most pixels are black, and some levels have none."""
    shares = np.append(1 - ink, RNG.random(255) * (RNG.random(255) < 0.9))
    shares[1:] *= ink / shares[1:].sum()
    return RNG.multinomial(count, shares)


PAIRS = pytest.mark.parametrize(
    ("first", "second"),
    [
        (pixels(40_000, 0.2), pixels(9_000, 0.3)),
        (pixels(3_000, 0.9), pixels(2_000, 0.9)),
        (np.pad([700, 300], (3, 251)), np.pad([600, 0, 500], (3, 250))),
    ],
    ids=["many", "few", "two levels"],
)


def both_ways(counts: np.ndarray) -> tuple[WeightedSample, np.ndarray]:
    """As counts, and one by one in no order."""
    one_by_one = RNG.permutation(np.repeat(LEVELS, counts)).astype(float)
    return WeightedSample.with_counts(LEVELS, counts), one_by_one


def test_numbers_are_sorted_and_counted() -> None:
    sample = WeightedSample.of(np.array([[3, 1, np.nan], [3, -np.inf, 2]], np.float32))
    assert sample.values.tolist() == [1, 2, 3]
    assert sample.counts.tolist() == [1, 1, 2]
    assert sample.values.dtype == np.float64
    assert sample.count == 4
    again = WeightedSample.with_counts(np.arange(5), np.array([0, 1, 1, 2, 0]))
    assert (again.values.tolist(), again.counts.tolist()) == ([1, 2, 3], [1, 1, 2])
    assert WeightedSample.of(np.array([np.nan])).count == 0
    assert WeightedSample.of(np.array([])).constant


@PAIRS
def test_counts_and_quantiles_are_numpys(first: np.ndarray, second: np.ndarray) -> None:
    sample, each = both_ways(first)
    # Equal samples, so everything that is calculated from them is equal.
    plain = WeightedSample.of(each)
    assert plain.values.tolist() == sample.values.tolist()
    assert plain.counts.tolist() == sample.counts.tolist()
    points = np.append(RNG.uniform(-5, 260, 50), [0, 3, 4, 255])
    assert sample.up_to(points).tolist() == [(each <= point).sum() for point in points]
    assert sample.below(points).tolist() == [(each < point).sum() for point in points]
    for edges in (
        np.linspace(-9, 300, 41),
        np.array([3.0, 4, 255]),
        np.array([-np.inf, 3, np.inf]),
    ):
        assert sample.in_bins(edges).tolist() == np.histogram(each, edges)[0].tolist()
    shares = np.append(RNG.random(50), [0, 0.5, 1])
    assert sample.quantiles(shares) == pytest.approx(np.quantile(each, shares), abs=1e-12)
    inside = sample.between(3, 90)
    assert inside.count == ((each >= 3) & (each <= 90)).sum()
    other, others = both_ways(second)
    together = sample.together_with(other)
    assert (np.diff(together.values) >= 0).all()
    assert np.repeat(together.values, together.counts).tolist() == sorted([*each, *others])


@pytest.mark.filterwarnings("error")
def test_half_a_billion_values_need_no_memory() -> None:
    # One by one, these would take five gigabytes.
    many, few = pixels(5 * 10**6, 0.2), pixels(10**6, 0.3)
    real, generated = (WeightedSample.with_counts(LEVELS, 100 * counts) for counts in (many, few))
    small = [WeightedSample.with_counts(LEVELS, counts) for counts in (many, few)]
    found = compare(real, generated, resamples=20)
    assert found.real.count == 5 * 10**8
    assert {one.title: one.value for one in found.distances} == pytest.approx(
        distance_values(*small), rel=1e-9
    )
    # Samples of very different sizes.
    assert compare(real, WeightedSample.of(np.arange(99.0)), resamples=20).generated.count == 99
    view = (-10.0, 265.0)
    for info_of in (density_info, cumulative_info):
        info = info_of(real, generated, view)
        assert info.first is not None
        assert len(info.first) == len(info.x)
    assert len(quantiles_info(real, generated).shares) > 200
    assert histogram_info(real, generated).histograms[0].count == 5 * 10**8


def test_groups_are_counted_group_by_group() -> None:
    numbers = np.array([[3.0, 1, 3], [2, np.nan, 9], [np.nan, np.inf, np.nan]])
    sample = WeightedSample.of_groups(numbers, "vectors")
    assert sample.values.tolist() == [1, 2, 3, 9]
    assert sample.counts.tolist() == [1, 1, 2, 1]
    # The last vector has nothing that is finite.
    assert (sample.count, sample.size, sample.unit) == (5, 2, "vectors")
    assert sample.in_cells(np.array([1.0, 3, 9])).tolist() == [[1, 2, 0], [0, 1, 1]]
    plain = WeightedSample.of(numbers)
    assert plain.in_cells(np.array([1.0, 3, 9])).tolist() == [1, 3, 1]
    assert (plain.count, plain.size, plain.unit) == (5, 5, "values")
    halved = sample.over(2)
    assert halved.values.tolist() == [0.5, 1, 1.5, 4.5]
    assert halved.in_cells(np.array([4.5])).tolist() == [[3], [2]]


def test_groups_of_counts_equal_groups_of_numbers() -> None:
    counts = np.stack([pixels(784, 0.2) for _ in range(5)])
    numbers = np.stack([np.repeat(LEVELS, row) for row in counts]).astype(float)
    by_count = WeightedSample.of_group_counts(LEVELS, counts, "images")
    one_by_one = WeightedSample.of_groups(numbers, "images")
    assert by_count.values.tolist() == one_by_one.values.tolist()
    assert by_count.counts.tolist() == one_by_one.counts.tolist()
    points = by_count.values
    assert by_count.in_cells(points).tolist() == one_by_one.in_cells(points).tolist()
    assert moments(by_count) == moments(WeightedSample.of(numbers))
