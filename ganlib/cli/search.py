"""The command `search`: trains many runs to find good settings."""

import argparse
import shlex
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from ganlib import recipes as known
from ganlib.cli.arguments import given_knobs
from ganlib.cli.progress import LINE_EVERY_S
from ganlib.cli.report import one_line, table, to_json
from ganlib.cli.run_commands import store_of
from ganlib.cli.signals import stop_on_signals
from ganlib.errors import ConfigError
from ganlib.recipes import Recipe
from ganlib.runs.trainers import check_surroundings
from ganlib.search import (
    Settings,
    Stopper,
    StudyResult,
    Task,
    TrialResult,
    Workers,
    make_settings,
    read_study,
    searchable,
    work,
)
from ganlib.search.settings import allowed_config, check_name
from ganlib.search.storage import (
    DATABASE,
    create_study,
    find_study,
    goal_of,
    open_storage,
    settings_of,
)

_TRIALS = 20
# Trials that the table lists, best first.
_LISTED = 5
_POLL_S = 1.0


def search(arguments: argparse.Namespace) -> int:
    """Starts or continues a study, trains all its trials, and prints a report.

    Returns the exit code.
    """
    recipe, runs = known.get(arguments.recipe), store_of(arguments).root
    name = None if arguments.study is None else check_name(arguments.study)
    settings, stored_goal = _settings(recipe, name, runs, arguments)
    config = allowed_config(recipe, settings.space, settings.fixed)
    recipe.data_sentence(config)
    check_surroundings(config)
    goal = _goal(settings, stored_goal, arguments)
    until = None if arguments.minutes is None else time.time() + 60 * arguments.minutes
    name = name or settings.default_name()
    storage = open_storage(runs, arguments.storage)
    study = create_study(storage, name, settings, runs, goal=goal)
    task = Task(name, str(runs), arguments.storage, goal, until, arguments.workers or 1)
    progress = _Progress(goal, sys.stderr)

    def show() -> None:
        if progress.due:
            progress.show(read_study(study))

    if task.workers == 1:
        stopper, sound = Stopper(), True
        with stop_on_signals(stopper.stop) as caught:
            work(task, stopper, show)
    else:
        workers = Workers(task)
        with stop_on_signals(workers.stop) as caught:
            sound = workers.wait(show)
    result = read_study(study)
    progress.close(result)
    print(to_json(report(result)) if arguments.json else _text(result))
    if caught.signal:
        _print(f"Study {name} was stopped. To continue: {_command(name, arguments)}")
        return 128 + caught.signal
    if not sound:
        _print(f"A worker of study {name} has died. To continue: {_command(name, arguments)}")
        return 1
    if not result.finished():
        reasons = [one.reason for one in result.trials if one.reason]
        _print(" ".join([f"No trial of study {name} has finished.", *reasons[-1:]]))
        return 1
    return 0


def report(result: StudyResult) -> dict[str, Any]:
    """Returns a study as the command prints it in JSON.

    With two objectives, names, directions, values and the best trials are lists, one item for each
    objective, and "front" has the trials of the Pareto front.

    Args:
        result: the study.
    """
    objectives, directions = [one.name for one in result.settings.objectives], result.directions
    single = len(objectives) == 1
    best = [_trial(one, single) for one in result.best()]
    found = {
        "study": result.name,
        "objective": objectives[0] if single else objectives,
        "direction": directions[0] if single else list(directions),
        "best": (best[0] if best else None) if single else best,
        "trials": result.counts(),
    }
    return found if single else {**found, "front": [_trial(one, single) for one in result.front()]}


class _Progress:
    """A line on standard error: overwritten on a terminal, a new one now and then in a file.

    Args:
        goal: number of trials; None for no limit.
        stream: output.
    """

    def __init__(self, goal: int | None, stream: TextIO):
        self._goal = goal
        self._stream = stream
        self._every_s = _POLL_S if stream.isatty() else LINE_EVERY_S
        self._due = time.monotonic() + self._every_s
        self._last = ""

    @property
    def due(self) -> bool:
        """True if it is time for another line."""
        return time.monotonic() >= self._due

    def show(self, result: StudyResult) -> None:
        """Writes how the study stands, if that has changed."""
        self._due = time.monotonic() + self._every_s
        text = self._described(result)
        if text == self._last:
            return
        # If the reader closes the pipe, the search continues.
        with suppress(OSError):
            if self._stream.isatty():
                self._stream.write(f"\r{text:<{len(self._last)}}")
            else:
                self._stream.write(f"{text}\n")
            self._stream.flush()
        self._last = text

    def close(self, result: StudyResult) -> None:
        """Writes the last line."""
        self.show(result)
        if self._stream.isatty():
            with suppress(OSError):
                self._stream.write("\n")

    def _described(self, result: StudyResult) -> str:
        counts = result.counts()
        goal = "" if self._goal is None else f" of {self._goal:,}"
        parts = [f"{sum(counts.values()):,}{goal} trials"]
        parts += [f"{counts[state]:,} {state}" for state in ("pruned", "failed") if counts[state]]
        objectives = result.settings.objectives
        for at, (one, trial) in enumerate(zip(objectives, result.best(), strict=False)):
            parts.append(f"best {one.name} {trial.values[at]:.4g}")
        return ", ".join(parts)


def _settings(
    recipe: Recipe, name: str | None, runs: Path, arguments: argparse.Namespace
) -> tuple[Settings, int | None]:
    """Returns the settings, and the number of trials that the study has stored.

    Options that are not given have the values of the existing study.
    """
    stored = goal = None
    if name is not None and (arguments.storage is not None or (runs / DATABASE).exists()):
        study = find_study(open_storage(runs, arguments.storage), name)
        if study is not None:
            stored, goal = settings_of(study), goal_of(study)
    if stored is not None and stored.recipe != recipe.name:
        raise ConfigError(
            f"Study {name} is a search of {stored.recipe}. Received: {recipe.name}. "
            "Give another name with --study."
        )
    searched = arguments.searched
    if searched is None:
        if stored is None:
            raise ConfigError(
                f"--knobs is missing, the knobs to search. Allowed for {recipe.name}: "
                f"{', '.join(searchable(recipe.Config))}."
            )
        searched = stored.space
    fixed = {**(stored.fixed if stored is not None else {}), **given_knobs(arguments)}
    objective = arguments.objective
    names = tuple(objective.split(",")) if objective is not None else None
    if names is None and stored is not None:
        names = tuple(one.name for one in stored.objectives)
    given = {
        "sampler": arguments.sampler,
        "prune": arguments.prune,
        "seed": arguments.sampler_seed,
        "seeds": arguments.seeds,
        "points": arguments.points,
    }
    rest = {
        option: getattr(stored, option) if value is None else value
        for option, value in given.items()
        if value is not None or stored is not None
    }
    return make_settings(recipe, searched, fixed, objectives=names, **rest), goal


def _goal(settings: Settings, stored: int | None, arguments: argparse.Namespace) -> int | None:
    goal: int | None = arguments.trials
    if goal is None and arguments.minutes is None:
        goal = stored or settings.limit(None) or _TRIALS
    return settings.limit(goal)


def _trial(one: TrialResult, single: bool) -> dict[str, Any]:
    return {
        "value": one.values[0] if single else list(one.values),
        "knobs": one.knobs,
        "run_id": one.run_ids[0] if len(one.run_ids) == 1 else list(one.run_ids),
    }


def _text(result: StudyResult) -> str:
    objectives, knobs = result.settings.objectives, list(result.settings.space)
    if len(objectives) > 1:
        trials, title = list(result.front()), "Pareto front"
    else:
        trials = list(result.ranked()[:_LISTED])
        title = "Best trials"
    counts = ", ".join(f"{count:,} {state}" for state, count in result.counts().items())
    heading = ["TRIAL", *(one.name for one in objectives), *knobs, "RUN"]
    rows = [
        [
            str(one.number),
            *(f"{value:.6g}" for value in one.values),
            *(_value(one.knobs[name]) for name in knobs),
            " ".join(one.run_ids),
        ]
        for one in trials
    ]
    lines = [f"Study {result.name}: {counts}."]
    return "\n".join([*lines, f"{title}:", table([heading, *rows])] if rows else lines)


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _command(name: str, arguments: argparse.Namespace) -> str:
    command = ["python", "-m", "ganlib", "search", arguments.recipe, "--study", name]
    for option in ("trials", "minutes", "workers", "storage", "runs"):
        if (value := getattr(arguments, option)) is not None:
            # The address of a database may contain a password.
            command += [f"--{option}", "URL" if option == "storage" else str(value)]
    return shlex.join(command)


def _print(text: str) -> None:
    print(one_line(text), file=sys.stderr)
