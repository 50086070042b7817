"""The searches that this server trains, in processes of their own."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ganlib.errors import UserError
from ganlib.search import Settings, StudyResult, Task, Workers, read_study
from ganlib.search.results import study_names
from ganlib.search.storage import (
    DATABASE,
    create_study,
    find_study,
    open_storage,
    set_goal,
    settings_of,
)

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage


class Searches:
    """Starts and stops searches, and reads all that are in the folder of runs.

    When the server ends, the workers save a checkpoint of their runs and end, too.

    Args:
        runs: the folder of runs.
    """

    def __init__(self, runs: Path):
        self._runs = runs
        self._lock = threading.RLock()
        self._storage: RDBStorage | None = None
        self._working: dict[str, tuple[Workers, threading.Thread]] = {}

    def names(self) -> tuple[str, ...]:
        """Returns the names of all studies, newest first."""
        return study_names(self._open()) if (self._runs / DATABASE).exists() else ()

    def study(self, name: str) -> "Study":
        """Opens a study.

        Raises:
            UserError: there is none of this name.
        """
        study = find_study(self._open(), name) if (self._runs / DATABASE).exists() else None
        if study is None:
            raise UserError(f"There is no search named {name}.")
        return study

    def result(self, name: str) -> StudyResult:
        """Returns a study as it stands.

        Raises:
            UserError: there is none of this name.
        """
        return read_study(self.study(name))

    def start(self, settings: Settings, goal: int, workers: int) -> str:
        """Starts a search, or continues it; changes nothing if this server already works on it.

        Args:
            settings: of the study.
            goal: number of trials, including those that have ended.
            workers: number of processes.

        Returns:
            The name of the study.
        """
        name = settings.default_name()
        if not self.is_working(name):
            create_study(self._open(), name, settings, self._runs)
            self.resume(name, goal, workers)
        return name

    def resume(self, name: str, goal: int, workers: int) -> None:
        """Continues a study; changes nothing if this server already works on it.

        Args:
            name: of the study.
            goal: number of trials, including those that have ended.
            workers: number of processes.

        Raises:
            UserError: there is no search of this name.
        """
        with self._lock:
            if self.is_working(name):
                return
            study = self.study(name)
            limit = settings_of(study).limit(goal)
            set_goal(study, limit)
            found = Workers(Task(name, str(self._runs), goal=limit, workers=workers))
            thread = threading.Thread(target=found.wait, name=f"search {name}", daemon=True)
            thread.start()
            self._working[name] = found, thread

    def stop(self, name: str) -> None:
        """Stops a study that this server works on, with a checkpoint of each of its runs."""
        if name in self._working:
            self._working[name][0].stop()

    def is_working(self, name: str) -> bool:
        """True while this server works on a study."""
        with self._lock:
            return name in self._working and self._working[name][1].is_alive()

    def is_stopping(self, name: str) -> bool:
        """True once a study has been asked to stop."""
        return name in self._working and self._working[name][0].stopped

    def _open(self) -> "RDBStorage":
        if self._storage is None:
            self._storage = open_storage(self._runs)
        return self._storage
