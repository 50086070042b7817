"""How many steps a call makes."""

from ganlib.training.steps_per_call import MAX_STEPS, StepsPerCall


def settled(seconds_per_step: float, calls: int = 20) -> list[int]:
    """The steps of each call on a machine of that speed."""
    steps_per_call, steps = StepsPerCall(), []
    for _ in range(calls):
        steps.append(steps_per_call.count)
        steps_per_call.record(steps_per_call.count, steps_per_call.count * seconds_per_step)
    return steps


def test_the_first_call_is_one_step_and_says_nothing_about_speed() -> None:
    steps_per_call = StepsPerCall()
    assert steps_per_call.count == 1
    steps_per_call.record(1, 1e-9)
    assert steps_per_call.count == 1


def test_it_settles_at_a_tenth_of_a_second() -> None:
    assert settled(1 / 1_024)[-1] == 102
    assert settled(1 / 64)[-1] == 6


def test_it_grows_by_four_at_most() -> None:
    steps = settled(1 / 1_024)
    assert steps[:5] == [1, 1, 4, 16, 64]
    assert steps[5:] == [102] * 15


def test_it_shrinks_at_once_and_never_below_one() -> None:
    steps_per_call = StepsPerCall()
    steps_per_call.record(1, 1.0)
    for _ in range(3):
        steps_per_call.record(steps_per_call.count, steps_per_call.count / 1_024)
    assert steps_per_call.count == 64
    steps_per_call.record(64, 0.8)
    assert steps_per_call.count == 8
    steps_per_call.record(8, 800.0)
    assert steps_per_call.count == 1
    assert set(settled(30.0)) == {1}


def test_it_stays_bounded_on_a_clock_that_stands_still() -> None:
    assert max(settled(0.0)) == MAX_STEPS


def test_a_call_cut_short_by_something_due_tells_the_speed_as_well() -> None:
    steps_per_call = StepsPerCall()
    steps_per_call.record(1, 1.0)
    for _ in range(5):
        steps_per_call.record(steps_per_call.count, steps_per_call.count / 1_024)
    assert steps_per_call.count == 102
    steps_per_call.record(32, 32 / 1_024)
    assert steps_per_call.count == 102
