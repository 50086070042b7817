"""The numbers that a study is shown with."""

import numpy as np

from ganlib.runs import Scores
from ganlib.search import best_so_far, pareto_front
from ganlib.search.objectives import value_at_end


def test_the_front_is_what_no_trial_dominates() -> None:
    values = np.random.default_rng(0).integers(0, 40, (60, 2)).astype(float)
    for directions in (("minimize", "minimize"), ("minimize", "maximize")):
        costs = values * [1, 1 if directions[1] == "minimize" else -1]
        # The definition: no other trial is as good in both objectives and better in one.
        wanted = [
            not any((other <= one).all() and (other < one).any() for other in costs)
            for one in costs
        ]
        assert 1 < sum(wanted) < len(values)
        np.testing.assert_array_equal(pareto_front(values, directions), wanted)


def test_the_best_value_so_far() -> None:
    values = [np.nan, 3, 4, np.nan, 2]
    np.testing.assert_array_equal(best_so_far(values, "minimize"), [np.nan, 3, 3, 3, 2])
    np.testing.assert_array_equal(best_so_far(values, "maximize"), [np.nan, 3, 4, 4, 4])


def test_the_value_of_a_run_is_the_mean_over_its_end() -> None:
    steps, values = np.arange(0, 101, 10), np.arange(11.0) ** 2
    scores = Scores(steps, {"frechet": values})
    # The newest five of the second half, which begins at step 50.
    assert value_at_end(scores, "frechet") == values[-5:].mean()
    few = Scores(steps[:4], {"frechet": values[:4]})
    assert value_at_end(few, "frechet") == values[2:4].mean()
    nothing = Scores(steps, {"frechet": np.full(11, np.nan)})
    assert value_at_end(nothing, "frechet") is None
    assert value_at_end(scores, "coverage") is None
