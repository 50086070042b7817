"""Hyperparameter search: a study of many trials, each of them one or more ordinary runs.

Optuna chooses the knobs and keeps the study in a database. It is imported inside functions, because
that takes a second.
"""

from ganlib.search.objectives import Objective, objectives_of
from ganlib.search.results import StudyResult, TrialResult, best_so_far, pareto_front, read_study
from ganlib.search.settings import Settings, make_settings
from ganlib.search.space import Choices, Range, default_range, searchable
from ganlib.search.trial import Stopper
from ganlib.search.worker import Task, work
from ganlib.search.workers import Workers

__all__ = [
    "Choices",
    "Objective",
    "Range",
    "Settings",
    "Stopper",
    "StudyResult",
    "Task",
    "TrialResult",
    "Workers",
    "best_so_far",
    "default_range",
    "make_settings",
    "objectives_of",
    "pareto_front",
    "read_study",
    "searchable",
    "work",
]
