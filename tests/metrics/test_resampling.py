"""The grid that is resampled, and what resampling gives where it can be derived."""

import numpy as np
import pytest

from ganlib.metrics.counted import Counted
from ganlib.metrics.resampling import certainties, grid_of

of = Counted.of


def mean_gap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """|difference of the shares in the second of two cells|: the simplest distance."""
    shares = first[:, 1] / first.sum(1) - second[:, 1] / second.sum(1)
    return np.abs(shares)[:, None]


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


# With many points, on most of which nothing falls, values are drawn one by one.
@pytest.mark.parametrize(("points", "resamples"), [(2, 20_000), (1_000, 4_000)])
def test_interval_of_a_difference_of_shares_is_the_textbooks(points: int, resamples: int) -> None:
    # 30 % of 2,000 against 50 % of 1,000: sd of the difference sqrt(.21 / 2000 + .25 / 1000).
    real, generated = (np.pad(cells, (0, points - 2)) for cells in ([1_400, 600], [500, 500]))
    (found,) = certainties(np.array([0.2]), real, generated, mean_gap, resamples=resamples)
    sd = np.sqrt(0.21 / 2_000 + 0.25 / 1_000)
    near = 0.14 / np.sqrt(resamples)
    assert found.low == pytest.approx(0.2 - 1.96 * sd, abs=near)
    assert found.high == pytest.approx(0.2 + 1.96 * sd, abs=near)
    assert found.p_value == pytest.approx(1 / (1 + resamples))
    # Two real samples: the absolute value of a Gaussian, 95 % at 1.96 sd.
    alike = np.sqrt(0.21 / 2_000 + 0.21 / 1_000)
    assert found.chance == pytest.approx(1.96 * alike, rel=0.05)


def test_what_chance_can_do_reaches_down_to_0() -> None:
    real, generated = np.array([70, 30]), np.array([67, 33])
    (found,) = certainties(np.array([0.03]), real, generated, mean_gap, resamples=4_000)
    assert found.low == 0
    assert found.high > 0.13
    # |N(0, sd)| beyond 0.03, with sd = sqrt(2 * .315 * .685 / 100): 65 %.
    assert found.p_value == pytest.approx(0.65, abs=0.06)


def test_the_same_seed_gives_the_same_figures() -> None:
    counts = np.array([10, 20]), np.array([15, 15])
    first, again, other = (
        certainties(np.array([1 / 6]), *counts, mean_gap, resamples=200, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
