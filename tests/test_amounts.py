"""Speeds and durations, as people read them."""

import pytest

from ganlib.amounts import duration, rate


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (0.5, "0:00"),
        (5.4, "0:05"),
        (59.6, "1:00"),
        (319, "5:19"),
        (3_599, "59:59"),
        (3_600, "1:00:00"),
        (90_061, "25:01:01"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("steps_per_second", "text"),
    [(0.04, "0.04"), (0.6, "0.60"), (2.44, "2.4"), (10, "10"), (812.4, "812"), (1_254, "1,254")],
)
def test_rate(steps_per_second: float, text: str) -> None:
    assert rate(steps_per_second) == text
