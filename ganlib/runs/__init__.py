"""Runs: one folder for each training run, and the queue and threads that train them."""

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
