"""The grid that is resampled, and what resampling gives where it can be derived."""

from dataclasses import astuple
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from ganlib.metrics.resampling import SIGNIFICANCE, grid_of, resample_distances
from ganlib.metrics.weighted_sample import WeightedSample

of = WeightedSample.of


def mean_gap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """|difference of the shares in the second of two cells|: the simplest distance."""
    return np.abs(first[:, 1:2] - second[:, 1:2])


def largest_gap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Kolmogorov-Smirnov, of shares."""
    return np.abs(np.cumsum(first - second, axis=1)).max(axis=1, keepdims=True)


def test_a_small_grid_has_every_value() -> None:
    grid = grid_of(of(np.array([3.0, 1.0, 1.0])), of(np.array([2.0, 3.0])))
    assert grid.points.tolist() == [1, 2, 3]
    assert grid.real.tolist() == [2, 0, 1]
    assert grid.generated.tolist() == [0, 1, 1]


def test_a_large_grid_loses_no_value_and_keeps_the_ends() -> None:
    rng = np.random.default_rng(0)
    real, generated = rng.standard_cauchy(30_000), rng.normal(size=20_000)
    grid = grid_of(of(real), of(generated))
    assert len(grid.points) < 1_200
    assert (grid.real.sum(), grid.generated.sum()) == (30_000, 20_000)
    both = np.sort(np.concatenate([real, generated]))
    assert (grid.points[:32] == both[:32]).all()
    assert (grid.points[-32:] == both[-32:]).all()
    # In between, groups of about the same size.
    assert (grid.real + grid.generated).max() < 60
    for point in grid.points[::100]:
        assert grid.real[grid.points <= point].sum() == (real <= point).sum()


def test_bins_are_made_of_whole_cells() -> None:
    rng = np.random.default_rng(1)
    real, generated = rng.normal(size=9_000), rng.normal(size=5_000)
    edges = np.array([-np.inf, -1.234, 0.1, 0.1001, np.inf])
    grid = grid_of(of(real), of(generated), edges)
    cell_bins = np.searchsorted(edges, grid.points, side="right") - 1
    for counts, sample in ((grid.real, real), (grid.generated, generated)):
        in_bins = np.bincount(cell_bins, counts, len(edges) - 1)
        assert in_bins.tolist() == np.histogram(sample, edges)[0].tolist()


def test_groups_keep_rows_of_their_own() -> None:
    real = WeightedSample.of_groups(np.array([[1.0, 2], [2, 2], [3, 1]]), "vectors")
    generated = WeightedSample.of_groups(np.array([[2.0, 4]]), "vectors")
    grid = grid_of(real, generated)
    assert grid.points.tolist() == [1, 2, 3, 4]
    assert grid.real.tolist() == [[1, 1, 0, 0], [0, 2, 0, 0], [1, 0, 1, 0]]
    assert grid.generated.tolist() == [[0, 1, 0, 1]]
    with pytest.raises(ValueError, match=r"in groups, or neither\. Received: vectors and values"):
        grid_of(real, of(np.arange(3.0)))


# With many cells, on most of which nothing falls, values are drawn one by one.
@pytest.mark.parametrize(("cells", "resamples"), [(2, 20_000), (1_000, 4_000)])
def test_interval_of_a_difference_of_shares_in_closed_form(cells: int, resamples: int) -> None:
    # 30 % of 2,000 against 50 % of 1,000: sd of the difference sqrt(.21 / 2000 + .25 / 1000).
    real, generated = (np.pad(counts, (0, cells - 2)) for counts in ([1_400, 600], [500, 500]))
    (found,) = resample_distances(np.array([0.2]), real, generated, mean_gap, resamples=resamples)
    sd = np.sqrt(0.21 / 2_000 + 0.25 / 1_000)
    near = 0.2 / np.sqrt(resamples)
    # 1 % are beyond the lower end, 2.5 % beyond the upper.
    assert found.low == pytest.approx(0.2 - stats.norm.isf(0.01) * sd, abs=near)
    assert found.high == pytest.approx(0.2 + stats.norm.isf(0.025) * sd, abs=near)
    assert found.corrected == pytest.approx(0.2, abs=near)
    assert found.p_value == pytest.approx(1 / (1 + resamples))
    # Two real samples: the absolute value of a Gaussian, 95 % at 1.96 sd.
    alike = np.sqrt(0.21 / 2_000 + 0.21 / 1_000)
    assert found.null_95 == pytest.approx(1.96 * alike, rel=0.05)


def test_an_insignificant_difference_has_an_interval_from_0() -> None:
    real, generated = np.array([70, 30]), np.array([67, 33])
    (found,) = resample_distances(np.array([0.03]), real, generated, mean_gap, resamples=4_000)
    assert found.low == 0
    assert found.high > 0.13
    # Fisher's exact test, which shares out the same 63 of 200.
    exact = stats.fisher_exact([[70, 30], [67, 33]]).pvalue
    assert found.p_value == pytest.approx(exact, abs=0.025)
    assert found.null_95 == pytest.approx(1.96 * np.sqrt(2 * 0.315 * 0.685 / 100), abs=0.01)


def every_split(rows: np.ndarray, size: int) -> np.ndarray:
    """(splits, 2, k) shares of both parts, for every way to share out the rows."""
    found = []
    for chosen in combinations(range(len(rows)), size):
        mask = np.isin(np.arange(len(rows)), chosen)
        parts = rows[mask].sum(0), rows[~mask].sum(0)
        found.append([part / part.sum() for part in parts])
    return np.array(found)


@pytest.mark.parametrize("grouped", [False, True], ids=["values", "groups"])
def test_p_value_is_that_of_all_permutations(grouped: bool) -> None:
    rng = np.random.default_rng(3)
    # Tied values: only four different ones.
    rows = rng.multinomial(5 if grouped else 1, [0.4, 0.3, 0.2, 0.1], 12)
    rows[:3] = np.roll(rows[:3], 2, axis=1)
    splits = every_split(rows, 5)
    all_gaps = largest_gap(splits[:, 0], splits[:, 1])[:, 0]
    real, generated = rows[:5], rows[5:]
    observed = largest_gap(*(part.sum(0)[None] / part.sum() for part in (real, generated)))[0]
    exact = (all_gaps >= observed - 1e-12).mean()
    assert 0.005 < exact < 0.9
    given = (
        (real.astype(float), generated.astype(float))
        if grouped
        else (real.sum(0), generated.sum(0))
    )
    (found,) = resample_distances(observed, *given, largest_gap, resamples=20_000)
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))


def test_repeated_values_of_a_group_add_no_evidence() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(2, 40, 1))
    once = grid_of(*(WeightedSample.of_groups(values, "vectors") for values in (first, second)))
    four = grid_of(
        *(
            WeightedSample.of_groups(np.repeat(values, 4, axis=1), "vectors")
            for values in (first, second)
        )
    )
    shares = once.real.sum(0) / 40, once.generated.sum(0) / 40
    observed = largest_gap(*(one[None] for one in shares))[0]
    (of_once,), (of_four,) = (
        resample_distances(observed, grid.real, grid.generated, largest_gap)
        for grid in (once, four)
    )
    assert astuple(of_once) == pytest.approx(astuple(of_four))


def test_the_same_seed_gives_the_same_figures() -> None:
    counts = np.array([10, 20]), np.array([15, 15])
    first, again, other = (
        resample_distances(np.array([1 / 6]), *counts, mean_gap, resamples=200, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_ties_do_not_make_the_test_conservative() -> None:
    # Of the gap between the rolls of two dice the continuous formula rejects 0.9 % at 5 %.
    level, cases = 0.05, 500
    formula = ours = 0
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        first, second = rng.integers(0, 6, (2, 60))
        counts = [np.bincount(rolls, minlength=6) for rolls in (first, second)]
        observed = largest_gap(*(one[None] / 60 for one in counts))[0]
        (found,) = resample_distances(observed, *counts, largest_gap, resamples=199, seed=seed)
        ours += found.p_value <= level
        formula += stats.ks_2samp(first, second, method="asymp").pvalue <= level
    assert formula / cases < 0.02
    assert 0.025 < ours / cases < 0.075


def test_p_values_hold_for_several_distances_together() -> None:
    def cells(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.abs(first - second)

    # Twelve distances, each tested at 1 %, would claim one in some 10 % of all cases.
    claimed, alone = 0, 0
    cases = 300
    for seed in range(cases):
        counts = np.random.default_rng(seed).multinomial(300, np.full(12, 1 / 12), 2)
        observed = np.abs(counts[0] - counts[1]) / 300
        found = resample_distances(observed, *counts, cells, resamples=199, seed=seed)
        claimed += min(one.p_value for one in found) < SIGNIFICANCE
        sd = np.sqrt(2 * (1 / 12) * (11 / 12) / 300)
        alone += observed.max() > stats.norm.isf(SIGNIFICANCE / 2) * sd
    assert alone / cases > 0.06
    assert claimed / cases < 0.025


def test_groups_of_one_value_agree_with_ungrouped_values() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.integers(0, 3, 80), rng.integers(0, 3, 60)
    counts = [np.bincount(values, minlength=3) for values in (first, second)]
    tables = [np.eye(3)[values] for values in (first, second)]
    observed = largest_gap(*(one[None] / one.sum() for one in counts))[0]
    (as_values,) = resample_distances(observed, *counts, largest_gap, resamples=6_000)
    (as_groups,) = resample_distances(observed, *tables, largest_gap, resamples=6_000)
    for name in ("low", "high", "null_95", "p_value", "corrected"):
        assert getattr(as_groups, name) == pytest.approx(getattr(as_values, name), abs=0.02), name
