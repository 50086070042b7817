"""What a study has found: its trials, the best of them, and the Pareto front."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ganlib.search.claims import run_ids
from ganlib.search.objectives import Direction
from ganlib.search.settings import Settings
from ganlib.search.storage import SETTINGS, goal_of, settings_of
from ganlib.search.trial import REASON

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage

TrialState = Literal["running", "finished", "pruned", "failed"]
_STATES: dict[str, TrialState] = {"COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed"}


class TrialResult(NamedTuple):
    """A trial of a study.

    Args:
        number: of the trial, from 0.
        state: "running" also for an interrupted trial, which can be continued.
        values: value of each objective; empty unless the trial is finished.
        knobs: values of the searched knobs, by name.
        run_ids: ids of its runs, one for each seed.
        reason: why it failed or was pruned; otherwise empty.
        course: reported value by step; empty unless the study prunes.
    """

    number: int
    state: TrialState
    values: tuple[float, ...]
    knobs: dict[str, Any]
    run_ids: tuple[str, ...]
    reason: str = ""
    course: dict[int, float] = {}


class StudyResult(NamedTuple):
    """A study as it stands.

    Args:
        name: of the study.
        settings: its settings.
        goal: number of trials that the last command asked for; None for no limit.
        trials: all trials, in the order in which they began.
    """

    name: str
    settings: Settings
    goal: int | None
    trials: tuple[TrialResult, ...]

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Direction of each objective."""
        return tuple(one.direction for one in self.settings.objectives)

    def finished(self) -> tuple[TrialResult, ...]:
        """Returns the trials that have values."""
        return tuple(one for one in self.trials if one.state == "finished")

    def counts(self) -> dict[str, int]:
        """Returns the number of trials that are finished, pruned and failed."""
        found = Counter(one.state for one in self.trials)
        return {state: found[state] for state in _STATES.values()}

    def best(self) -> tuple[TrialResult, ...]:
        """Returns the best trial for each objective; empty if none is finished."""
        trials = self.finished()
        if not trials:
            return ()
        return tuple(trials[at] for at in self.costs().argmin(axis=0))

    def costs(self) -> np.ndarray:
        """Returns the (n, objectives) values of finished trials, signed so that lower is better."""
        return _costs([one.values for one in self.finished()], self.directions)

    def ranked(self) -> tuple[TrialResult, ...]:
        """Returns the finished trials, the best of the first objective first."""
        trials = self.finished()
        return tuple(trials[at] for at in self.costs()[:, 0].argsort(kind="stable"))

    def front(self) -> tuple[TrialResult, ...]:
        """Returns the finished trials of the Pareto front, sorted by the first objective."""
        trials = self.finished()
        if not trials:
            return ()
        on_front = pareto_front([one.values for one in trials], self.directions)
        found = [one for one, is_on in zip(trials, on_front, strict=True) if is_on]
        return tuple(sorted(found, key=lambda one: one.values))


def pareto_front(values: Sequence[Sequence[float]], directions: Sequence[Direction]) -> np.ndarray:
    """Says which trials are not dominated.

    A trial dominates another one if it is at least as good in all objectives and better in one.

    Args:
        values: (n, objectives) values of the trials.
        directions: of each objective.
    Returns:
        (n,) bool.
    """
    costs = _costs(values, directions)
    # [i, j]: whether trial i dominates trial j.
    no_worse = np.all(costs[:, None] <= costs[None], axis=2)
    better = np.any(costs[:, None] < costs[None], axis=2)
    dominated: np.ndarray = np.any(no_worse & better, axis=0)
    return ~dominated


def best_so_far(values: Sequence[float], direction: Direction) -> np.ndarray:
    """Returns the best value up to each trial.

    Args:
        values: (n,) values of the trials in order; NaN for trials without one.
        direction: of the objective.

    Returns:
        (n,) best values; NaN before the first value.
    """
    best = np.fmin if direction == "minimize" else np.fmax
    return best.accumulate(np.asarray(values, np.float64))


def read_study(study: "Study") -> StudyResult:
    """Returns what a study has found so far.

    Args:
        study: an open study; see `storage.find_study`.
    """
    rows = tuple(
        TrialResult(
            number=one.number,
            state=(state := _STATES.get(one.state.name, "running")),
            values=tuple(one.values) if state == "finished" else (),
            knobs=dict(one.params),
            run_ids=tuple(run_ids(one.user_attrs)),
            reason=str(one.user_attrs.get(REASON, "")),
            course=dict(one.intermediate_values),
        )
        for one in study.get_trials(deepcopy=False)
    )
    return StudyResult(study.study_name, settings_of(study), goal_of(study), rows)


def study_names(storage: "RDBStorage") -> tuple[str, ...]:
    """Returns the names of all studies in a database, newest first.

    Args:
        storage: the database.
    """
    found = [one for one in storage.get_all_studies() if SETTINGS in one.user_attrs]
    return tuple(one.study_name for one in sorted(found, key=lambda one: -one._study_id))


def _costs(values: Sequence[Sequence[float]], directions: Sequence[Direction]) -> np.ndarray:
    """Values of which lower is better."""
    signs = [1.0 if one == "minimize" else -1.0 for one in directions]
    return np.asarray(values, np.float64).reshape(-1, len(signs)) * signs
