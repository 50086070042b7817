"""Numbers behind the comparison of runs: aligned steps, scores and differing settings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from ganlib.runs.view import Scores

Alignment = Literal["Same step", "Same time", "Best step"]
# The range at the end is that of the newest scores: of at most five, and a verdict that rests on
# fewer than three says that it may be chance.
_NEWEST, _ENOUGH = 5, 3
_MISSING = object()


class SavedSteps(NamedTuple):
    """The steps of a run that have samples.

    Args:
        steps: (n,) int64, ascending.
        seconds: (n,) seconds of training until then.
        best: the step with the best quality; None if it is unknown.
    """

    steps: np.ndarray
    seconds: np.ndarray
    best: int | None


class ScoreSummary(NamedTuple):
    """Quality of a run's samples over training; lower is better.

    Args:
        best: the lowest value.
        best_step: its step.
        last: the newest value.
        low: the lowest value at the end: of the newest five, if they are of the second half.
        high: the highest of these.
        scored: number of these.
        real: the value between two samples of real data; None if it is unknown.
    """

    best: float
    best_step: int
    last: float
    low: float
    high: float
    scored: int
    real: float | None


def longest(saved: Mapping[str, SavedSteps]) -> str:
    """Returns the id of the run that has been trained for the longest time.

    Args:
        saved: saved steps of each run by id, with at least one step each.
    """
    return max(saved, key=lambda run_id: float(saved[run_id].seconds[-1]))


def aligned_steps(
    saved: Mapping[str, SavedSteps], alignment: Alignment, step: int
) -> dict[str, int]:
    """Returns the step of each run to compare.

    At the same step or time, it is the newest saved one that is not later, or the first one.

    Args:
        saved: saved steps of each run by id, with at least one step each.
        alignment: what the runs have in common.
        step: a selected step. "Same time" uses the time at which the `longest` run made this
            step; "Best step" ignores it.
    """
    if alignment == "Best step":
        return {
            run_id: int(one.steps[-1]) if one.best is None else one.best
            for run_id, one in saved.items()
        }
    if alignment == "Same step":
        return {run_id: _not_after(one.steps, one.steps, step) for run_id, one in saved.items()}
    reference = saved[longest(saved)]
    at = reference.seconds[max(int(np.searchsorted(reference.steps, step, side="right")) - 1, 0)]
    return {run_id: _not_after(one.steps, one.seconds, at) for run_id, one in saved.items()}


def score_summary(scores: Scores, score: str, floor: str) -> ScoreSummary | None:
    """Returns the quality of a run's samples; None if none have been scored.

    Args:
        scores: of the run's saved samples.
        score: name of the score that says how good samples are.
        floor: name of the score of real samples; may be empty.
    """
    steps, values = finite_scores(scores, score)
    if not len(steps):
        return None
    best, newest = int(values.argmin()), newest_values(steps, values)
    return ScoreSummary(
        float(values[best]),
        int(steps[best]),
        float(values[-1]),
        float(newest.min()),
        float(newest.max()),
        len(newest),
        newest_real_score(scores, floor),
    )


class GroupSummary(NamedTuple):
    """Final scores of several runs; lower is better.

    Args:
        scored: number of runs that have been scored, n.
        mean: of their newest scores.
        deviation: standard deviation, with n - 1 in the denominator; None for one run.
        standard_error: of the mean, deviation / sqrt(n); None for one run.
        worst: the highest score.
        worst_at: position of the first run that has it.
    """

    scored: int
    mean: float
    deviation: float | None
    standard_error: float | None
    worst: float
    worst_at: int


def group_summary(scores: Sequence[float]) -> GroupSummary | None:
    """Summarises the final scores of runs, such as those of several seeds.

    Args:
        scores: the newest score of each run that has been scored.
    Returns:
        The summary; None if no run has been scored.
    Example:
        >>> group_summary([1.0, 2.0, 3.0, 6.0])[1:4]
        (3.0, 2.160246899469287, 1.0801234497346435)
    """
    values = np.asarray(scores, np.float64)
    if not len(values):
        return None
    deviation = float(values.std(ddof=1)) if len(values) > 1 else None
    worst_at = int(values.argmax())
    return GroupSummary(
        len(values),
        float(values.mean()),
        deviation,
        None if deviation is None else deviation / len(values) ** 0.5,
        float(values[worst_at]),
        worst_at,
    )


def newest_values(steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Returns the scores at the end of a training: the newest five, if of its second half.

    Args:
        steps: (n,) steps that have a score, ascending; at least one.
        values: (n,) their scores.
    """
    # Of a short run, the first values are those of networks that have hardly learned.
    return values[steps >= steps[-1] / 2][-_NEWEST:]


class Finalist(NamedTuple):
    """A run in a comparison of qualities.

    Args:
        name: of the run.
        score: title of its score, such as "Fréchet distance".
        data: identifies the data that it learns.
        summary: of its quality.
    """

    name: str
    score: str
    data: object
    summary: ScoreSummary


def verdict(runs: Sequence[Finalist]) -> str:
    """Says which run generates the best samples at its end.

    The difference between the best two counts if their newest values do not overlap.

    Args:
        runs: those that have been scored.
    Returns:
        One sentence; empty for fewer than two runs.
    """
    if len(runs) < 2:
        return ""
    if len({(one.score, one.data) for one in runs}) > 1:
        return (
            "These runs learn different data, or have different scores: their values cannot be "
            "compared with each other, only with those of real samples."
        )
    best, second, *_ = sorted(runs, key=lambda one: one.summary.last)
    if best.summary.high >= second.summary.low:
        return (
            f"{best.name} and {second.name} are about equally good: the values of their "
            f"{best.score} at the end overlap."
        )
    few = min(best.summary.scored, second.summary.scored) < _ENOUGH
    return (
        f"{best.name} generates the best samples at the end: its {best.score} is "
        f"{best.summary.last:.3g}, and the next best, of {second.name}, is "
        f"{second.summary.last:.3g}."
        f"{' So few steps were scored that this may be chance.' if few else ''}"
    )


def newest_real_score(scores: Scores, floor: str) -> float | None:
    """Returns the newest score that real samples reach; None if it is unknown.

    Args:
        scores: of a run's saved samples.
        floor: name of the score of real samples; may be empty.
    """
    values = finite_scores(scores, floor)[1]
    # Own columns with two rows have a floor of 0.
    return float(values[-1]) if len(values) and values[-1] > 0 else None


def finite_scores(scores: Scores, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns the steps that have a score and its values, both (n,).

    Args:
        scores: of a run's saved samples.
        name: of the score; a run need not have it.
    """
    values = scores.values.get(name, np.full(len(scores), np.nan))
    there = np.isfinite(values)
    return scores.step[there], values[there]


def differing_settings(settings: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Returns the settings that are not the same in all runs.

    Args:
        settings: values by name of the setting, of each run.
    Returns:
        For each setting, its value in each run; None where a run does not have it.
    """
    found = {}
    for name in dict.fromkeys(name for values in settings for name in values):
        values = [one.get(name, _MISSING) for one in settings]
        if any(value != values[0] for value in values):
            found[name] = tuple(None if one is _MISSING else one for one in values)
    return found


def unique_names(names: Mapping[str, str], seeds: Mapping[str, object]) -> dict[str, str]:
    """Makes equal names of runs different by their seeds, or else by the ends of their ids.

    Args:
        names: of the runs by id.
        seeds: of the runs by id.
    Example:
        >>> unique_names({"a-0001": "one", "b-0002": "one"}, {"a-0001": 1, "b-0002": 2})
        {'a-0001': 'one · seed 1', 'b-0002': 'one · seed 2'}
    """
    count = Counter(names.values())
    seeded = {
        run_id: f"{name} · seed {seeds.get(run_id)}" if count[name] > 1 else name
        for run_id, name in names.items()
    }
    count = Counter(seeded.values())
    return {
        run_id: f"{names[run_id]} · {run_id[-4:]}" if count[name] > 1 else name
        for run_id, name in seeded.items()
    }


def _not_after(steps: np.ndarray, positions: np.ndarray, limit: float) -> int:
    return int(steps[max(int(np.searchsorted(positions, limit, side="right")) - 1, 0)])
