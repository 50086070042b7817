"""The managers that train the runs of this process, one for each folder of runs."""

import atexit
import threading
from pathlib import Path

from ganlib.paths import user_path
from ganlib.runs import EXAMPLES, Manager, RunStore

# Maximum time to wait at exit for the current step to end and its run to be saved.
_SHUTDOWN_S = 30.0
_managers: dict[Path, Manager] = {}
_lock = threading.Lock()


def manager_of(folder: str | Path | None) -> Manager:
    """Returns the manager of a folder of runs. When the process ends, it stops and saves its runs.

    Args:
        folder: None takes the usual one; see `RunStore.default_root`.

    Raises:
        UserError: GANLIB_MAX_RUNS is not valid, or the folder begins with `~` and an unknown user.
    """
    given = RunStore.default_root() if folder is None else folder
    root = user_path(str(given), "runs_folder").resolve()
    with _lock:
        if root not in _managers:
            # Nobody may be there to resume a run that pauses because the disk is full.
            manager = Manager(
                RunStore(root, EXAMPLES), cap=Manager.default_cap(), processes=True, attended=False
            )
            atexit.register(manager.shutdown, _SHUTDOWN_S)
            _managers[root] = manager
        return _managers[root]
