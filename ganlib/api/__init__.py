"""The API for scripts and notebooks; `import ganlib` offers all of it.

Example:
    import ganlib

    run = ganlib.train("toy/scalar", steps=2_000, target="uniform")
    run.wait()
    run.metrics
    ganlib.runs(recipe="toy/scalar").best()
"""

from pathlib import Path
from typing import Any, get_args

from ganlib import recipes
from ganlib.api.handle import RunHandle
from ganlib.api.managers import manager_of
from ganlib.api.run_list import RunList
from ganlib.errors import RunError, quote
from ganlib.runs import RunSummary
from ganlib.runs.selection import select_runs
from ganlib.runs.status import State
from ganlib.runs.trainers import new_config

__all__ = ["RunHandle", "RunList", "list_runs", "open_run", "train"]


def train(
    recipe: str,
    *,
    progress: bool | None = None,
    runs_folder: str | Path | None = None,
    **knobs: Any,
) -> RunHandle:
    """Starts a training in the background and returns at once.

    The run is kept in a folder like any other: the dashboard and the command line show it, live.
    As many runs train at the same time as GANLIB_MAX_RUNS says, by default one; others are queued.
    When the process ends, a run that still trains is saved and counts as interrupted; `resume`
    continues it. If the disk is full, a run fails.

    Args:
        recipe: name of the recipe, such as "mnist/dcgan".
        progress: show a progress bar, in a notebook below the cell, else on standard error. By
            default, only in a notebook.
        runs_folder: folder that keeps the run; None takes GANLIB_RUNS, or else "runs" in the
            current folder.
        **knobs: settings by name, such as `steps=2_000`, as `--set` on the command line takes them.

    Returns:
        The run.

    Raises:
        ConfigError: there is no such recipe or knob, a value is not allowed, or the training would
            not fit in memory.
        DataError: the user's own data cannot be read.
        RunError: the folder cannot be written to.
        UserError: an environment variable such as GANLIB_MAX_RUNS is not valid, or `devices` names
            a GPU that is not there.
    """
    config = new_config(recipe, knobs)
    manager = manager_of(runs_folder)
    run = RunHandle(manager, manager.submit(recipe, config))
    run.show_progress(progress)
    return run


def list_runs(
    *,
    recipe: str | None = None,
    state: State | None = None,
    tag: str | None = None,
    group: str | None = None,
    search: str = "",
    examples: bool = False,
    runs_folder: str | Path | None = None,
) -> RunList:
    """Lists runs, newest first; those that cannot be read are left out.

    `ganlib.runs(...)` is the same function.

    Args:
        recipe: name of the recipe; None for any.
        state: "queued", "running", "paused", "stopped", "finished", "failed" or "interrupted";
            None for any.
        tag: a tag of the run; None for any.
        group: name of the run's group, such as several seeds; None for any.
        search: words that the run's name or note contains, in upper or lower case.
        examples: list the runs that ship with ganlib instead. They can be read but not changed,
            and have no checkpoints.
        runs_folder: see `train`.

    Raises:
        ConfigError: there is no such recipe.
        RunError: there is no such state, or the folder cannot be read.
    """
    if recipe is not None:
        recipes.get(recipe)
    if state is not None and state not in get_args(State):
        raise RunError(
            f"state must be one of {', '.join(get_args(State))}. Received: {quote(state)}."
        )
    manager = manager_of(runs_folder)
    store = manager.store
    rows = [RunSummary.of(run) for run in store.examples()] if examples else store.list()
    found = select_runs(rows, recipe=recipe, state=state, tag=tag, group=group, search=search)
    return RunList([RunHandle(manager, row.id) for row in found if not row.damage])


def open_run(run: str, *, runs_folder: str | Path | None = None) -> RunHandle:
    """Opens a run, whichever process trains it.

    Args:
        run: id or name of the run, or the beginning of either.
        runs_folder: see `train`.

    Raises:
        RunError: there is no such run, or there are several.
    """
    manager = manager_of(runs_folder)
    return RunHandle(manager, manager.store.find(run).id)
