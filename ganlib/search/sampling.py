"""Which knobs a trial tries: Optuna's samplers and pruners. Imports Optuna."""

import zlib
from typing import Any

from optuna import Study, Trial
from optuna.pruners import BasePruner, HyperbandPruner, NopPruner, PercentilePruner
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from ganlib.search.settings import Settings
from ganlib.search.space import Choices, Space, grid

# A trial is not pruned in the first tenth of its steps, and the first trials are not pruned.
_WARM_UP, _FIRST_TRIALS = 10, 3
# A trial must be among this share of the finished ones, by name of the pruner.
_BEST_SHARES = {"median": 1 / 2, "third": 1 / 3}
_SEEDS = 2**32


class _Grid(GridSampler):
    """A grid that does not end Optuna's own loop, which is not used here."""

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Any) -> None:
        """Does nothing. Optuna's own version would stop `Study.optimize`, which is not used."""


class _Random(RandomSampler):
    """Random knobs that depend on the seed, the trial and the knob, and on nothing else."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self._seed = seed

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: Any
    ) -> Any:
        """Returns the value of a knob."""
        seed = zlib.crc32(f"{self._seed} {trial.number} {param_name}".encode())
        one = RandomSampler(seed)
        return one.sample_independent(study, trial, param_name, param_distribution)


def sampler(settings: Settings, number: int) -> BaseSampler:
    """Returns the sampler of one trial.

    The knobs of a grid or a random search do not depend on the number of workers, nor on whether
    one has been killed. "tpe" has another seed for each trial, so that workers that learn from the
    same trials choose different knobs.

    Args:
        settings: of the study.
        number: of the trial.
    """
    if settings.sampler == "grid":
        return _Grid(grid(settings.space, settings.points), seed=settings.seed)
    if settings.sampler == "random":
        return _Random(settings.seed)
    return TPESampler(seed=(settings.seed * 1_000_003 + number) % _SEEDS)


def pruner(settings: Settings, steps: int) -> BasePruner:
    """Returns the pruner of a study.

    Args:
        settings: of the study.
        steps: number of steps of a run.
    """
    if settings.prune in _BEST_SHARES:
        share = _BEST_SHARES[settings.prune]
        return PercentilePruner(100 * share, _FIRST_TRIALS, n_warmup_steps=steps // _WARM_UP)
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
