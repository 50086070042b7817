import pytest

from ganlib.runs.rate import StepRate


def test_the_first_call_compiles_and_counts_only_while_it_is_alone() -> None:
    rate = StepRate(100, 10.0)
    assert (rate.recent, rate.overall) == (0.0, 0.0)
    rate.add(110, 12.0)
    assert (rate.recent, rate.overall) == (5.0, 5.0)
    rate.add(160, 12.5)
    assert (rate.recent, rate.overall) == (100.0, 100.0)


def test_recent_forgets_and_overall_does_not() -> None:
    rate = StepRate(0, 0.0)
    for second in range(1, 21):
        rate.add(10 * second, float(second))
    for second in range(21, 41):
        rate.add(200 + 30 * (second - 20), float(second))
    assert rate.recent == pytest.approx(30.0)
    assert rate.overall == pytest.approx((800 - 10) / 39)
