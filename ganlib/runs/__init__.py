"""Runs: one folder for each training run, and the queue and threads that train them.

The module can also be called: `ganlib.runs(...)` lists runs, as `ganlib.list_runs` does.
"""

import sys
from types import ModuleType
from typing import Any

from ganlib.runs.control import RunControl
from ganlib.runs.execute import execute
from ganlib.runs.fork import fork_run
from ganlib.runs.manager import Manager
from ganlib.runs.resume import queue_again
from ganlib.runs.run import Label, Run
from ganlib.runs.status import ACTIVE, State, Status
from ganlib.runs.store import EXAMPLES, RunStore, RunSummary
from ganlib.runs.trainers import make_trainer
from ganlib.runs.view import History, Scores
from ganlib.runs.writer import RunWriter

__all__ = [
    "ACTIVE",
    "EXAMPLES",
    "History",
    "Label",
    "Manager",
    "Run",
    "RunControl",
    "RunStore",
    "RunSummary",
    "RunWriter",
    "Scores",
    "State",
    "Status",
    "execute",
    "fork_run",
    "make_trainer",
    "queue_again",
]


class _CallableModule(ModuleType):
    """A module that can be called, because `ganlib.runs` is this package and also a function."""

    def __call__(self, **conditions: Any) -> Any:
        import ganlib

        return ganlib.list_runs(**conditions)


sys.modules[__name__].__class__ = _CallableModule
