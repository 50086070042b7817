"""The managers that train the runs of this process, one for each folder of runs."""

import atexit
import threading
from pathlib import Path

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
        UserError: GANLIB_MAX_RUNS is not valid.
    """
    root = Path(RunStore.default_root() if folder is None else folder).expanduser().resolve()
    with _lock:
        if root not in _managers:
            manager = Manager(RunStore(root, EXAMPLES), cap=Manager.default_cap(), processes=True)
            atexit.register(manager.shutdown, _SHUTDOWN_S)
            _managers[root] = manager
        return _managers[root]
