"""Which worker works on which trial, so that none is done twice and none is lost."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import BaseFileLock, FileLock, Timeout

from ganlib.runs.lock import is_owned
from ganlib.search.settings import Settings
from ganlib.search.storage import lock_path, locked

if TYPE_CHECKING:
    from optuna import Study, Trial

# Key of a trial's run: the id, or a list of ids if there are several seeds.
RUN_ID = "run_id"


@dataclass(frozen=True)
class Claim:
    """A trial that only this process works on, until `release`.

    Args:
        trial: the trial.
        knobs: values of the searched knobs, by name.
        lock: held while the trial is worked on.
    """

    trial: "Trial"
    knobs: dict[str, Any]
    lock: BaseFileLock

    def release(self, *, ended: bool) -> None:
        """Lets other workers have the trial.

        Args:
            ended: True if the trial has ended, so that nobody needs its lock again.
        """
        if ended:
            # Whoever has just opened the file sees, once it has the lock, that the trial has ended.
            with suppress(OSError):
                Path(self.lock.lock_file).unlink()
        self.lock.release()


def claim(
    study: "Study", settings: Settings, runs: Path, *, goal: int | None, until: float | None
) -> Claim | None:
    """Claims the next trial: an interrupted one if there is any, otherwise a new one.

    A lock serialises the claims, so that there are never more than `goal` trials.

    Args:
        study: the study.
        settings: its settings.
        runs: folder of its runs.
        goal: number of trials of the study, including those that have ended; None for no limit.
        until: time of `time.time` from which no trial begins; None for no limit.
    Returns:
        The trial; None if there is nothing left to begin.

    Raises:
        RunError: the folder of runs cannot be written to.
    """
    from optuna.trial import Trial, TrialState

    from ganlib.search.sampling import sampler, suggest

    with locked(runs, study.study_name):
        trials = study.get_trials(deepcopy=False)
        for one in trials:
            if one.state is not TrialState.RUNNING:
                continue
            lock = _try_lock(runs, study.study_name, one.number)
            if lock is None:
                continue
            study.sampler = sampler(settings, one.number)
            trial = Trial(study, one._trial_id)
            # The list is older than the lock: its last holder may have ended the trial.
            now = study.get_trials(deepcopy=False)[one.number]
            if now.state is TrialState.RUNNING and not _trained_elsewhere(
                runs, run_ids(now.user_attrs)
            ):
                return Claim(trial, suggest(trial, settings.space), lock)
            lock.release()
        if goal is not None and len(trials) >= goal:
            return None
        if until is not None and time.time() >= until:
            return None
        study.sampler = sampler(settings, len(trials))
        trial = study.ask()
        lock = _try_lock(runs, study.study_name, trial.number)
        if lock is None:
            raise RuntimeError(f"the lock of the new trial {trial.number} is held")
        return Claim(trial, suggest(trial, settings.space), lock)


def run_ids(user_attrs: dict[str, Any]) -> list[str]:
    """Returns the ids of a trial's runs.

    Args:
        user_attrs: of the trial.
    """
    found = user_attrs.get(RUN_ID, [])
    return [found] if isinstance(found, str) else list(found)


def _try_lock(runs: Path, study: str, number: int) -> BaseFileLock | None:
    # The name of a study has no spaces, so this is not the lock of a study.
    lock = FileLock(lock_path(runs, f"{study} trial {number}"), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def _trained_elsewhere(runs: Path, ids: list[str]) -> bool:
    """True if somebody has resumed a run of a trial whose worker has died."""
    return any(is_owned(runs / one) for one in ids if (runs / one).is_dir())
