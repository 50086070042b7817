"""The Fréchet distance against hand-derived values and closed forms."""

import numpy as np
import pytest
from scipy import linalg

from ganlib.metrics.frechet import frechet

RNG = np.random.default_rng(7)


def crosses(centre: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(2d, d) points of the given mean; their covariance is diag(2 lengths^2 / (2d - 1))."""
    return np.concatenate([centre + np.diag(lengths), centre - np.diag(lengths)])


def test_one_dimension_by_hand() -> None:
    real = np.array([[0.0], [2.0]])  # mean 1, variance 2
    generated = np.array([[5.0], [9.0]])  # mean 7, variance 8
    # (7 - 1)^2 + (sqrt 8 - sqrt 2)^2 = 36 + 2
    assert frechet(real, generated) == pytest.approx(38.0, abs=1e-9)


def test_diagonal_covariances_have_a_closed_form() -> None:
    centres = RNG.normal(size=(2, 6))
    lengths = RNG.uniform(0.5, 4.0, (2, 6))
    real, generated = (crosses(*pair) for pair in zip(centres, lengths, strict=True))
    sds = lengths * np.sqrt(2 / 11)
    expected = np.square(centres[0] - centres[1]).sum() + np.square(sds[0] - sds[1]).sum()
    assert frechet(real, generated) == pytest.approx(expected, abs=1e-9)


def test_full_covariances_agree_with_the_matrix_root() -> None:
    real = RNG.normal(size=(50, 5)) @ RNG.normal(size=(5, 5))
    generated = 1 + RNG.normal(size=(80, 5)) @ RNG.normal(size=(5, 5))
    first, second = np.cov(real.T), np.cov(generated.T)
    root = linalg.sqrtm(first @ second).real
    expected = np.square(real.mean(axis=0) - generated.mean(axis=0)).sum()
    expected += np.trace(first + second - 2 * root)
    assert frechet(real, generated) == pytest.approx(expected, rel=1e-8)
    assert frechet(generated, real) == pytest.approx(expected, rel=1e-8)
    turn, _ = linalg.qr(RNG.normal(size=(5, 5)))
    assert frechet(real @ turn, generated @ turn) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("count", [2, 10, 64, 300])
def test_the_distance_of_a_sample_from_itself_is_0(count: int) -> None:
    real = RNG.normal(size=(count, 64)).astype(np.float32)
    assert 0 <= frechet(real, real[::-1]) < 1e-9


def test_constant_directions_do_not_change_the_distance() -> None:
    real, generated = RNG.normal(size=(30, 1)), 3 + 2 * RNG.normal(size=(30, 1))
    expected = (real.mean() - generated.mean()) ** 2
    expected += (real.std(ddof=1) - generated.std(ddof=1)) ** 2
    # Rank 1 in 64 dimensions, in a direction that is no axis.
    along = np.full((1, 64), 1 / 8)
    assert frechet(real @ along, generated @ along) == pytest.approx(expected, abs=1e-9)


def test_the_distance_of_constant_samples_is_that_of_their_means() -> None:
    black, white = np.zeros((4, 3)), np.full((5, 3), 2.0)
    assert frechet(black, black) == 0
    assert frechet(black, white) == pytest.approx(12.0, abs=1e-12)
    spread = crosses(np.zeros(3), np.ones(3))  # a variance of 2 / 5 in each direction
    assert frechet(spread, black) == pytest.approx(1.2, abs=1e-12)
