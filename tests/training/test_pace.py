"""How many updates a call makes."""

from ganlib.training.pace import MOST_STEPS, Pace


def settled(seconds_per_step: float, calls: int = 20) -> list[int]:
    """The steps of each call on a machine of that speed."""
    pace, steps = Pace(), []
    for _ in range(calls):
        steps.append(pace.steps)
        pace.took(pace.steps, pace.steps * seconds_per_step)
    return steps


def test_the_first_call_is_one_step_and_says_nothing_about_speed() -> None:
    pace = Pace()
    assert pace.steps == 1
    pace.took(1, 1e-9)
    assert pace.steps == 1


def test_it_settles_at_a_tenth_of_a_second() -> None:
    assert settled(1 / 1_024)[-1] == 102
    assert settled(1 / 64)[-1] == 6


def test_it_grows_by_four_at_most() -> None:
    steps = settled(1 / 1_024)
    assert steps[:5] == [1, 1, 4, 16, 64]
    assert steps[5:] == [102] * 15


def test_it_shrinks_at_once_and_never_below_one() -> None:
    pace = Pace()
    pace.took(1, 1.0)
    for _ in range(3):
        pace.took(pace.steps, pace.steps / 1_024)
    assert pace.steps == 64
    pace.took(64, 0.8)
    assert pace.steps == 8
    pace.took(8, 800.0)
    assert pace.steps == 1
    assert set(settled(30.0)) == {1}


def test_it_stays_bounded_on_a_clock_that_stands_still() -> None:
    assert max(settled(0.0)) == MOST_STEPS


def test_a_call_cut_short_by_something_due_tells_the_speed_as_well() -> None:
    pace = Pace()
    pace.took(1, 1.0)
    for _ in range(5):
        pace.took(pace.steps, pace.steps / 1_024)
    assert pace.steps == 102
    pace.took(32, 32 / 1_024)
    assert pace.steps == 102
