"""Distributions in the plane, by their moments and modes."""

import math

import numpy as np
import pytest

from ganlib.data.planes import TARGETS, PlaneData


@pytest.mark.parametrize("name", TARGETS)
def test_centre_and_scale_are_those_of_the_samples(name: str) -> None:
    plane = TARGETS[name]
    drawn = PlaneData(plane).take(0, 50_000)
    assert drawn.shape == (50_000, 2) and drawn.dtype == np.float32
    assert abs(drawn.mean() - plane.centre) < 0.05 * plane.scale
    assert math.sqrt(drawn.var(axis=0).mean()) == pytest.approx(plane.scale, rel=0.03)


@pytest.mark.parametrize(
    ("name", "count", "sd"), [("ring8", 8, 0.01), ("grid25", 25, 0.05), ("two_gaussians", 2, 0.3)]
)
def test_modes_have_equal_weights_and_the_given_sd(name: str, count: int, sd: float) -> None:
    modes = np.array(TARGETS[name].modes)
    assert modes.shape == (count, 2)
    drawn = PlaneData(TARGETS[name]).take(1, 50_000)
    away = np.linalg.norm(drawn[:, None] - modes[None], axis=2)
    nearest = away.argmin(axis=1)
    shares = np.bincount(nearest, minlength=count) / len(drawn)
    np.testing.assert_allclose(shares, 1 / count, rtol=0.15)
    offsets = drawn - modes[nearest]
    assert offsets.std() == pytest.approx(sd, rel=0.05)


def test_the_ring_and_the_grid_are_those_of_the_papers() -> None:
    ring = np.array(TARGETS["ring8"].modes)
    np.testing.assert_allclose(np.linalg.norm(ring, axis=1), 1, atol=1e-12)
    grid = {tuple(mode) for mode in TARGETS["grid25"].modes}
    assert grid == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
