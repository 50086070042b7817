"""Which knobs a trial tries: Optuna's samplers and pruners. Imports Optuna."""

from typing import Any

from optuna import Study, Trial
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from ganlib.search.settings import Settings
from ganlib.search.space import Choices, Space, grid

# A trial is not pruned before its fifth part, and the first trials are not pruned at all.
_WARM_UP, _FIRST_TRIALS = 5, 5
_SEEDS = 2**32


class _Grid(GridSampler):
    """A grid that does not end Optuna's own loop, which is not used here."""

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Any) -> None:
        """Does nothing: the number of trials is known before."""


def sampler(settings: Settings, number: int) -> BaseSampler:
    """Returns the sampler of one trial.

    Every trial has its own, with a seed that depends on its number. So the knobs of a random
    search do not depend on the number of workers, nor on which of them has been killed.

    Args:
        settings: of the study.
        number: of the trial.
    """
    if settings.sampler == "grid":
        return _Grid(grid(settings.space, settings.points), seed=settings.seed)
    seed = (settings.seed * 1_000_003 + number) % _SEEDS
    return TPESampler(seed=seed) if settings.sampler == "tpe" else RandomSampler(seed=seed)


def pruner(settings: Settings, steps: int) -> BasePruner:
    """Returns the pruner of a study.

    Args:
        settings: of the study.
        steps: number of steps of a run.
    """
    if settings.prune == "median":
        return MedianPruner(_FIRST_TRIALS, n_warmup_steps=steps // _WARM_UP)
    if settings.prune == "hyperband":
        return HyperbandPruner(max(1, steps // 3**3), steps)
    return NopPruner()


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """Returns the knobs of a trial; those that it already has stay as they are.

    Args:
        trial: the trial.
        space: what may be tried.
    """
    found: dict[str, Any] = {}
    for name, one in space.items():
        if isinstance(one, Choices):
            found[name] = trial.suggest_categorical(name, one.values)
        elif one.whole:
            found[name] = trial.suggest_int(name, int(one.low), int(one.high), log=one.log)
        else:
            found[name] = trial.suggest_float(name, one.low, one.high, log=one.log)
    return found
