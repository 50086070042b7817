"""Which steps of runs are compared, and numbers on each run."""

import numpy as np
import pytest

from ganlib.comparing import (
    Finalist,
    SavedSteps,
    ScoreSummary,
    aligned_steps,
    differing_settings,
    finite_scores,
    group_summary,
    longest,
    score_summary,
    unique_names,
    verdict,
)
from ganlib.runs.view import Scores


def saved(rng: np.random.Generator, best: int | None = None) -> SavedSteps:
    """Steps of a run whose every step takes another time."""
    steps = np.unique(rng.integers(0, 1_000, 30))
    return SavedSteps(steps, np.sort(rng.uniform(0, 100, len(steps))), best)


@pytest.mark.parametrize("seed", range(5))
def test_aligned_steps_are_the_newest_that_are_not_later(seed: int) -> None:
    rng = np.random.default_rng(seed)
    runs = {name: saved(rng) for name in "abc"}
    reference = max(runs.values(), key=lambda one: one.seconds.max())
    assert runs[longest(runs)] is reference
    for step in (0, 1_000, *rng.choice(reference.steps, 5)):
        same_step = aligned_steps(runs, "Same step", int(step))
        earlier = reference.steps <= step
        time = reference.seconds[earlier].max() if earlier.any() else reference.seconds[0]
        same_time = aligned_steps(runs, "Same time", int(step))
        for name, one in runs.items():
            not_later = one.steps[one.steps <= step]
            assert same_step[name] == (not_later.max() if len(not_later) else one.steps[0])
            not_later = one.steps[one.seconds <= time]
            assert same_time[name] == (not_later.max() if len(not_later) else one.steps[0])


def test_the_best_step_or_the_newest() -> None:
    rng = np.random.default_rng(0)
    runs = {"a": saved(rng, best=7), "b": saved(rng)}
    assert aligned_steps(runs, "Best step", 0) == {"a": 7, "b": runs["b"].steps[-1]}


def test_scores_are_summed_up() -> None:
    scores = Scores(
        np.arange(0, 80, 10),
        {
            "w1": np.array([9.0, 1.0, 8.0, np.nan, 5.0, 3.0, 4.0, 6.0]),
            "floor": np.array([0.5, np.nan, 0.7, np.nan, np.nan, np.nan, np.nan, np.nan]),
            "none": np.zeros(8),
        },
    )
    found = score_summary(scores, "w1", "floor")
    # The range is that of steps 40 to 70.
    assert found == (1.0, 10, 6.0, 3.0, 6.0, 4, 0.7)
    assert score_summary(scores, "w1", "").real is None
    assert score_summary(scores, "w1", "none").real is None
    assert score_summary(scores, "other", "floor") is None
    steps, values = finite_scores(scores, "w1")
    assert steps.tolist() == [0, 10, 20, 40, 50, 60, 70]
    assert values.tolist() == [9.0, 1.0, 8.0, 5.0, 3.0, 4.0, 6.0]


def test_exactly_the_settings_that_differ() -> None:
    settings = [
        {"seed": 1, "rate": 0.1, "layers": [1, 2], "of_one": None},
        {"seed": 2, "rate": 0.1, "layers": [1, 2]},
        {"seed": 1, "rate": 0.1, "layers": [1, 3], "other": "x"},
    ]
    assert differing_settings(settings) == {
        "seed": (1, 2, 1),
        "layers": ([1, 2], [1, 2], [1, 3]),
        "of_one": (None, None, None),
        "other": (None, None, "x"),
    }
    assert differing_settings(settings[:1]) == {}


def test_equal_names_become_different() -> None:
    names = {"x-0001": "a", "x-0002": "a", "x-0003": "a", "x-0004": "b"}
    seeds = {"x-0001": 1, "x-0002": 2, "x-0003": 2, "x-0004": 2}
    assert unique_names(names, seeds) == {
        "x-0001": "a · seed 1",
        "x-0002": "a · 0002",
        "x-0003": "a · 0003",
        "x-0004": "b",
    }


def finalist(
    name: str, last: float, spread: float, data: str = "digits", scored: int = 5
) -> Finalist:
    summary = ScoreSummary(last, 1, last, last - spread, last + spread, scored, None)
    return Finalist(name, "Fréchet distance", data, summary)


def test_the_best_run_is_named_if_the_newest_values_do_not_overlap() -> None:
    runs = [finalist("a", 9.0, 1.0), finalist("b", 5.0, 1.5), finalist("c", 7.5, 0.9)]
    assert verdict(runs).startswith("b generates the best samples at the end: its Fréchet")
    assert "is 5, and the next best, of c, is 7.5." in verdict(runs)
    runs = [finalist("a", 9.0, 1.0), finalist("b", 5.0, 2.0), finalist("c", 7.5, 0.9)]
    assert verdict(runs).startswith("b and c are about equally good")
    assert verdict(runs[:1]) == verdict([]) == ""


def test_it_is_said_if_few_steps_were_scored() -> None:
    runs = [finalist("a", 9.0, 1.0), finalist("b", 5.0, 0.0, scored=2)]
    assert verdict(runs).endswith("So few steps were scored that this may be chance.")
    assert "chance" not in verdict([runs[0], finalist("b", 5.0, 0.0, scored=3)])


def test_scores_of_the_first_half_are_those_of_networks_that_have_hardly_learned() -> None:
    scores = Scores(np.array([0, 100, 200, 211]), {"frechet": np.array([81.0, 40.0, 22.0, 21.4])})
    found = score_summary(scores, "frechet", "")
    assert found is not None
    assert (found.low, found.high, found.scored) == (21.4, 22.0, 2)


def test_runs_on_different_data_are_not_ranked() -> None:
    runs = [finalist("a", 9.0, 1.0), finalist("b", 5.0, 1.0, "clothes")]
    assert "cannot be compared with each other" in verdict(runs)


@pytest.mark.parametrize("seed", range(3))
def test_group_summary_is_mean_standard_error_and_worst(seed: int) -> None:
    values = np.random.default_rng(seed).lognormal(size=5 + seed)
    found = group_summary(values.tolist())
    assert found is not None
    assert found.scored == len(values)
    assert found.mean == pytest.approx(values.mean(), rel=1e-12)
    assert found.deviation == pytest.approx(values.std(ddof=1), rel=1e-12)
    assert found.standard_error == pytest.approx(
        values.std(ddof=1) / np.sqrt(len(values)), rel=1e-12
    )
    assert (found.worst, found.worst_at) == (values.max(), values.argmax())


def test_group_summary_of_ties_of_one_run_and_of_none() -> None:
    assert group_summary([1.0, 2.0, 2.0, 1.0]) == (4, 1.5, 3**-0.5, 3**-0.5 / 2, 2.0, 1)
    assert group_summary([0.25]) == (1, 0.25, None, None, 0.25, 0)
    assert group_summary([]) is None
