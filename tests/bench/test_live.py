"""Figures made from the times of watched and headless runs."""

import numpy as np
import pytest

from ganlib.runs.metrics_reader import History
from tests.bench.live import HEADING, Trial, steps_per_second, summary
from tests.support.tab import Tick


def history(time_s: list[float]) -> History:
    steps = np.arange(1, len(time_s) + 1)
    return History(("step", "time_s"), np.stack([steps, np.array(time_s)]))


def test_speed_is_that_from_the_first_step_on() -> None:
    # Three steps in the 0.5 s after step 2, whatever was before.
    assert steps_per_second(history([9.0, 10.0, 10.1, 10.3, 10.5]), 2) == pytest.approx(6.0)


def test_ratios_are_taken_within_a_repeat() -> None:
    def trial(watchers: int, live: float, alone: float, ms: float) -> Trial:
        ticks = tuple(Tick(0.0, ms / 1e3, 3, 1_000 * watchers) for _ in range(watchers))
        return Trial(watchers, 10, live, alone, ticks)

    # The machine is twice as fast in the second repeat, and watching costs the same.
    trials = [trial(5, 45.0, 50.0, 8.0), trial(1, 50.0, 50.0, 4.0)]
    trials += [trial(1, 100.0, 100.0, 6.0), trial(5, 90.0, 100.0, 8.0)]
    one, five = summary(trials)
    assert (one.watchers, five.watchers) == (1, 5)
    assert one.over_headless.of_repeats == (1.0, 1.0)
    assert five.over_headless.of_repeats == (0.9, 0.9)
    assert five.steps_per_second.of_repeats == (45.0, 90.0)
    assert (one.ticks, five.ticks) == (2, 10)
    assert one.tick_ms_p50 == pytest.approx(5.0)
    assert five.tick_ms_p95 == pytest.approx(8.0)
    assert five.tick_bytes_p95 == 5_000

    cells = dict(zip(HEADING, five.row(), strict=True))
    assert (cells["PAGES"], cells["OVER HEADLESS"]) == ("5", "0.9 (0.9 to 0.9)")
