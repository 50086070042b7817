"""Running means, decimation, and what is kept of a table that grows."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganlib.viz.thinning import MinMaxPyramid, RunningMean, decimate


def smooth(values: np.ndarray, weight: float) -> np.ndarray:
    return RunningMean(weight).extend(values)


def in_parts(values: np.ndarray, lengths: Sequence[int]) -> list[np.ndarray]:
    """Cuts (columns, n) where the lengths say, over and over again."""
    ends = np.cumsum(np.resize(lengths, values.shape[1]))
    return np.split(values, ends[ends < values.shape[1]], axis=1)


def kept(parts: Sequence[np.ndarray], most: int) -> tuple[np.ndarray, np.ndarray]:
    pyramid = MinMaxPyramid(len(parts[0]), most)
    for part in parts:
        pyramid.extend(part)
    return pyramid.candidates()


def tables(columns: int, most: int) -> st.SearchStrategy[np.ndarray]:
    """Few different values, so that there are ties, and some that are not there."""
    few = st.sampled_from([np.nan, -2.0, 0.0, 1.0, 7.0])
    return hnp.arrays(float, st.tuples(st.just(columns), st.integers(1, most)), elements=few)


def test_smoothing_by_hand() -> None:
    # Weights 1; 1/2, 1; 1/4, 1/2, 1 over the values so far.
    expected = [4.0, (2 + 1) / 1.5, (1 + 0.5 + 8) / 1.75]
    np.testing.assert_allclose(smooth(np.array([4.0, 1.0, 8.0]), 0.5), expected, rtol=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 0.99])
def test_smoothing_keeps_a_constant(weight: float) -> None:
    # Long enough to go past the head, where the correction is left out.
    np.testing.assert_allclose(smooth(np.full(6_000, 2.5), weight), 2.5, rtol=1e-12)


def test_smoothing_without_weight_changes_nothing() -> None:
    values = np.array([3.0, -1.0, 2.0])
    np.testing.assert_array_equal(smooth(values, 0), values)


@pytest.mark.parametrize("weight", [-0.1, 0.995, 1.0])
def test_smoothing_refuses_a_weight(weight: float) -> None:
    with pytest.raises(ValueError, match=r"from 0 to 0\.99"):
        RunningMean(weight)


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9, 0.99])
def test_a_mean_of_parts_is_the_mean_of_the_whole(weight: float) -> None:
    values = np.random.default_rng(0).standard_normal(5_000)
    mean = RunningMean(weight)
    parts = [mean.extend(part) for part in np.split(values, [0, 1, 2, 3, 40, 40, 900, 4_999])]
    np.testing.assert_array_equal(np.concatenate(parts), smooth(values, weight))


@settings(max_examples=60, deadline=None)
@given(
    values=hnp.arrays(np.float32, st.integers(1, 3_000), elements=st.floats(-1e6, 1e6, width=32)),
    max_points=st.integers(8, 700),
)
def test_decimation_keeps_ends_and_extremes(values: np.ndarray, max_points: int) -> None:
    chosen = np.flatnonzero(decimate(np.arange(len(values)), values, max_points))
    assert len(chosen) <= max_points
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] == 0
    assert chosen[-1] == len(values) - 1
    assert values[chosen].min() == values.min()
    assert values[chosen].max() == values.max()


def test_decimation_leaves_a_short_curve_alone() -> None:
    assert decimate(np.arange(600), np.ones(600), 600).all()


def test_decimation_refuses_too_few_points() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        decimate(np.arange(100), np.ones(100), 7)


@settings(max_examples=100, deadline=None)
@given(values=tables(2, 300), lengths=st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_what_is_kept_does_not_depend_on_the_parts(values: np.ndarray, lengths: list[int]) -> None:
    whole, by_parts = kept([values], 8), kept(in_parts(values, lengths), 8)
    np.testing.assert_array_equal(by_parts[0], whole[0])
    np.testing.assert_array_equal(by_parts[1], whole[1])


@settings(max_examples=100, deadline=None)
@given(values=tables(2, 300), lengths=st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_each_column_keeps_its_ends_and_extremes(values: np.ndarray, lengths: list[int]) -> None:
    rows, found = kept(in_parts(values, lengths), 8)
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(found, values[:, rows])
    for column, there in zip(values, found, strict=True):
        shown = np.flatnonzero(~np.isnan(column))
        if not len(shown):
            continue
        assert {shown[0], shown[-1]} <= set(rows)
        assert np.nanmin(there) == column[shown].min()
        assert np.nanmax(there) == column[shown].max()


def test_each_segment_keeps_its_extremes() -> None:
    """100 rows in at most 8 segments: 6 of 16 rows and the rest."""
    values = np.random.default_rng(0).standard_normal((1, 100))
    rows, found = kept([values], 8)
    for start in range(0, 100, 16):
        within = found[0, (rows >= start) & (rows < start + 16)]
        stretch = values[0, start : start + 16]
        assert (within.min(), within.max()) == (stretch.min(), stretch.max())
    assert len(rows) <= 2 * 7 + 2


def test_what_is_kept_has_a_limit() -> None:
    values = np.random.default_rng(0).standard_normal((3, 200_000))
    rows, _ = kept(in_parts(values, [997]), 600)
    # For each of three columns the two extremes of each stretch, and its ends.
    assert 3 * 2 * 300 <= len(rows) <= 3 * (2 * 600 + 2)


def test_short_tables_are_kept_whole() -> None:
    values = np.random.default_rng(0).standard_normal((2, 599))
    rows, found = kept(in_parts(values, [100]), 600)
    np.testing.assert_array_equal(rows, np.arange(599))
    np.testing.assert_array_equal(found, values)
