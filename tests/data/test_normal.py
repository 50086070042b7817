"""Gaussian numbers are Gaussian, and follow from their seed."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from ganlib.data.normal import standard_normal


def test_they_are_gaussian_all_the_way_out() -> None:
    drawn = standard_normal((1_000_000,), (3, 4)).numpy()
    assert stats.kstest(drawn, "norm").pvalue > 0.01
    assert abs(drawn.mean()) < 0.004
    assert abs(drawn.std() - 1) < 0.003
    assert abs(stats.kurtosis(drawn)) < 0.02
    for limit in (2.0, 3.0, 4.0):
        expected = 1_000_000 * 2 * stats.norm.sf(limit)
        beyond = (np.abs(drawn) > limit).sum()
        assert abs(beyond - expected) < 4 * np.sqrt(expected)
    assert np.abs(drawn).max() < 5.7


def test_neighbours_know_nothing_of_each_other() -> None:
    drawn = standard_normal((1_000, 200), (5, 6)).numpy()
    # Both halves come from the same radii and angles.
    halves = np.stack([drawn[:500].ravel(), drawn[500:].ravel()])
    for first, second in (
        halves,
        halves**2,
        (drawn[:, 0::2].ravel(), drawn[:, 1::2].ravel()),
        (drawn[0::2].ravel(), drawn[1::2].ravel()),
    ):
        assert stats.pearsonr(first, second).pvalue > 0.01


@pytest.mark.parametrize("shape", [(1,), (2,), (7, 3), (8, 3), (5, 4, 3, 1)])
def test_any_shape_can_be_had(shape: tuple[int, ...]) -> None:
    drawn = standard_normal(shape, (0, 0))
    assert drawn.shape == shape and drawn.dtype == tf.float32
    assert len(np.unique(drawn)) == drawn.numpy().size


def test_one_seed_one_draw() -> None:
    first = standard_normal((64, 3), (1, 2)).numpy()
    np.testing.assert_array_equal(standard_normal((64, 3), tf.constant([1, 2])), first)
    compiled = tf.function(lambda seed: standard_normal((64, 3), seed))
    np.testing.assert_array_equal(compiled(tf.constant([1, 2])), first)
    assert (standard_normal((64, 3), (1, 3)).numpy() != first).all()
