"""Works on trials until none is left."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganlib.errors import ConfigError
from ganlib.runs import RunStore, make_trainer
from ganlib.runs.trainers import MakeTrainer
from ganlib.search.claims import claim
from ganlib.search.storage import find_study, open_storage, settings_of
from ganlib.search.trial import Stopper, run_trial

if TYPE_CHECKING:
    from optuna import Study


@dataclass(frozen=True)
class Task:
    """What a worker has to do.

    Args:
        study: name of the study.
        runs: folder of its runs.
        storage: address of the database; None for the one in the folder of runs.
        goal: number of trials of the study; None for no limit.
        until: time of `time.time` from which no trial begins; None for no limit.
        workers: number of workers, which share the memory equally.
    """

    study: str
    runs: str
    storage: str | None = None
    goal: int | None = None
    until: float | None = None
    workers: int = 1

    def open(self) -> "Study":
        """Opens the study.

        Raises:
            ConfigError: the database cannot be opened, or has no such study.
        """
        study = find_study(open_storage(Path(self.runs), self.storage), self.study)
        if study is None:
            raise ConfigError(f"There is no study {self.study}.")
        return study


def work(
    task: Task,
    stopper: Stopper,
    on_trial: Callable[[], None] = lambda: None,
    make_trainer: MakeTrainer = make_trainer,
) -> None:
    """Works on trials until none is left.

    Args:
        task: what to do.
        stopper: stops the work; the trial that is being trained is interrupted.
        on_trial: called after each trial.
        make_trainer: see `ganlib.runs.execute`.
    """
    from ganlib.search.sampling import pruner

    study, runs = task.open(), Path(task.runs)
    settings, store = settings_of(study), RunStore(runs)
    study.pruner = pruner(settings, settings.steps)
    while not stopper.stopped:
        claimed = claim(study, settings, runs, goal=task.goal, until=task.until)
        if claimed is None:
            return
        ended = False
        try:
            outcome = run_trial(
                study,
                settings,
                store,
                claimed,
                stopper,
                make_trainer,
                memory_share=task.workers,
            )
            ended = outcome != "interrupted"
        finally:
            claimed.release(ended=ended)
        on_trial()


def to_line(task: Task) -> str:
    """Returns a task as a line for the standard input of a worker.

    It is not an argument, because everybody on a machine can read the arguments of its processes,
    and the address of a database may contain a password.
    """
    return json.dumps(asdict(task)) + "\n"
