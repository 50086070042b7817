"""Peaks found and missed, by hand and in closed form."""

import numpy as np
import pytest

from ganlib.data.planes import TARGETS
from ganlib.metrics.modes import mode_scores

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


def test_by_hand() -> None:
    points = np.array([[0.0, 0.29], [0.01, 0.0], [1.0, 0.0], [0.5, 0.5], [0.0, 0.31]])
    found = mode_scores(points, SQUARE, sd=0.1)
    # Two points at the first peak, one at the second, two too far from any.
    assert found["modes"] == 2
    assert found["high_quality"] == 3 / 5
    # Shares 2/3 and 1/3 against 1/4 each.
    expected = 2 / 3 * np.log(8 / 3) + 1 / 3 * np.log(4 / 3)
    assert found["reverse_kl"] == pytest.approx(expected, abs=1e-12)


def test_one_peak_or_none_has_the_largest_divergence() -> None:
    for points, modes, share in ((SQUARE[:1], 1, 1), (np.full((3, 2), 9.0), 0, 0)):
        found = mode_scores(points, SQUARE, sd=0.1)
        assert (found["modes"], found["high_quality"]) == (modes, share)
        assert found["reverse_kl"] == pytest.approx(np.log(4), abs=1e-12)


def test_equal_counts_have_no_divergence() -> None:
    assert mode_scores(np.tile(SQUARE, (5, 1)), SQUARE, 0.1)["reverse_kl"] == pytest.approx(0)


@pytest.mark.parametrize("name", ["ring8", "grid25"])
def test_a_perfect_sample(name: str) -> None:
    plane = TARGETS[name]
    modes = np.array(plane.modes)
    rng = np.random.default_rng(0)
    at = rng.integers(0, len(modes), 2_500)
    points = modes[at] + plane.sd * rng.normal(size=(2_500, 2))
    found = mode_scores(points, modes, plane.sd)
    assert found["modes"] == len(modes)
    # Beyond three sd in the plane: exp(-9 / 2), with a standard error of 0.002.
    assert found["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.007)
    # About (k - 1) / 2n.
    assert found["reverse_kl"] < 0.02


def test_only_the_first_2500_points_count() -> None:
    points = np.concatenate([np.zeros((2_500, 2)), np.full((9_000, 2), 5.0)])
    assert mode_scores(points, SQUARE, 0.1)["high_quality"] == 1
