"""How a learning rate goes over a run."""

from math import cos, pi

import pytest

from ganlib.models.schedules import schedule


def test_constant_is_a_number() -> None:
    assert schedule("constant", 0.25, 100) == 0.25


def test_cosine_falls_to_zero_at_the_last_step() -> None:
    rate = schedule("cosine", 0.2, 100)
    assert callable(rate)
    for step in (0, 25, 50, 75, 100):
        expected = 0.2 * (1 + cos(pi * step / 100)) / 2
        assert float(rate(step)) == pytest.approx(expected, abs=1e-7)
    assert float(rate(99)) > 0
