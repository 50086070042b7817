"""Creates the trainer or the generator of a run, and checks its config.

Imports TensorFlow only when needed.
"""

import os
from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import ConfigError, RunError
from ganlib.events import Change
from ganlib.knobs import compile_time_knobs
from ganlib.memory import VARIABLE, free_bytes
from ganlib.recipes import Recipe
from ganlib.runs.child import bytes_beside
from ganlib.runs.run import Run
from ganlib.runs.webhook import check_addresses

if TYPE_CHECKING:
    from ganlib.training import Generator, Trainer

# More memory than any recipe needs with its default settings.
PLENTY = 4e9
# Compile-time knobs that change the computation but not the size of any tensor.
_NO_MEMORY_EFFECT = ("target", "loss", "schedule", "preset", "beta_1", "beta_2", "momentum")

MakeTrainer = Callable[[Run], "Trainer"]


def make_trainer(run: Run) -> "Trainer":
    """Creates the trainer of a run, which continues from its newest checkpoint, if it has one.

    Imports TensorFlow.

    Raises:
        RunError: the run cannot be resumed; see `Run.resume_point`.
        ConfigError: the recipe does not exist, or a knob has a value that it does not allow.
    """
    from ganlib import training

    checkpoint, changes = run.resume_point()
    # A resume may have raised the total of steps.
    config = run.config.model_copy(update={"steps": run.status().steps})
    return training.Trainer(recipes.get(run.recipe), config, checkpoint, changes)


def checked(make_trainer: MakeTrainer, share: int) -> MakeTrainer:
    """Returns a function that checks the memory before it creates a trainer.

    Args:
        make_trainer: creates the trainer.
        share: see `check_memory`.
    """

    def make_checked(run: Run) -> "Trainer":
        check_memory(run.recipe, run.config, share)
        return make_trainer(run)

    return make_checked


def make_generator(run: Run, step: int | None = None) -> "Generator":
    """Builds the generator of a checkpoint. Imports TensorFlow.

    Args:
        run: the run.
        step: step of the checkpoint; None takes the newest that can be read.

    Raises:
        RunError: the checkpoint is missing, damaged, or of other networks.
        ConfigError: a knob has a value that the recipe does not allow.
    """
    checkpoint = run.latest_checkpoint() if step is None else run.checkpoint(step)
    config = config_at(run, checkpoint.step)
    from ganlib.training import load_generator

    return load_generator(recipes.get(run.recipe), config, checkpoint.state)


def new_config(recipe_name: str, values: Mapping[str, Any]) -> RunConfig:
    """Returns the validated config of a new run. Memory is checked by `check_memory`.

    Args:
        recipe_name: name of the recipe.
        values: values of knobs by name; missing knobs take their defaults.

    Raises:
        ConfigError: there is no such recipe or knob, or a value is not allowed.
        UserError: the user's own file or an environment variable is not what it should be.
    """
    recipe = recipes.get(recipe_name)
    config: RunConfig = recipe.parse(dict(values))
    # Raises an error if GANLIB_DATA is not a folder or contains invalid files.
    recipe.data_sentence(config)
    check_surroundings(config)
    return config


def check_surroundings(config: RunConfig) -> None:
    """Checks that the webhook's address is valid, and that there is a GPU if the run needs one.

    May import TensorFlow.

    Args:
        config: of a run that is about to be created or resumed.

    Raises:
        UserError: the address of the webhook is not valid, or there is no GPU.
    """
    check_addresses()
    if config.devices == "gpu":
        from ganlib.training import devices

        devices.choose(config.devices)


def check_memory(recipe_name: str, config: RunConfig, share: int = 1) -> None:
    """Raises an error if a training would not fit in memory.

    If it clearly fits, TensorFlow is not loaded.

    Args:
        recipe_name: name of the recipe.
        config: its config.
        share: number of runs that may train at the same time and share the memory equally.

    Raises:
        ConfigError: the batch, the data or a network is too large.
        UserError: GANLIB_MEMORY_GB is not a number above 0.
    """
    recipe = recipes.get(recipe_name)
    available = _available_bytes(share)
    if available >= PLENTY and is_small(recipe, config):
        return
    from ganlib.training import out_of_memory_message

    if message := out_of_memory_message(recipe, config, available):
        raise ConfigError(message)


def _available_bytes(share: int) -> float:
    """Returns the memory that each of several runs may use.

    What runs in other processes use is no longer free, but part of what is shared.
    """
    free = free_bytes()
    if share == 1 or os.environ.get(VARIABLE):
        return free / share
    return min(free, (free + bytes_beside()) / share)


def is_small(recipe: Recipe, config: RunConfig) -> bool:
    """True if no knob that affects memory is above the recipe's default.

    `devices` must be the default, too, because a GPU has its own memory.
    """
    usual = compile_time_knobs(recipe.Config())
    return all(
        given == usual[name] or (type(given) is int and given <= usual[name])
        for name, given in compile_time_knobs(config).items()
        if name not in _NO_MEMORY_EFFECT
    )


def check_fork(run: Run, step: int, config: RunConfig) -> None:
    """Checks that a checkpoint fits the networks of a config. Imports TensorFlow.

    Args:
        run: the run.
        step: step of the checkpoint.
        config: config of the fork.
    Raises:
        RunError: the checkpoint does not fit or does not exist.
    """
    from ganlib.training import fits

    recipe, state = recipes.get(run.recipe), run.checkpoint(step).state
    if fits(recipe, config, state):
        return
    before = config_at(run, step)
    changed = differences(before.model_dump(), config.model_dump())
    # Knobs that do not fit by themselves. If there are none, a combination does not fit.
    misfits = [
        name
        for name in changed
        if not fits(recipe, before.model_copy(update={name: getattr(config, name)}), state)
    ]
    messages = [
        f"{name} must stay {changed[name][0]}. Received: {changed[name][1]}."
        for name in misfits or changed
    ]
    raise RunError(
        "A fork keeps the networks, the optimisers and the state of the schedule: "
        + " ".join(messages or ["this checkpoint does not fit."])
    )


def config_at(run: Run, step: float = inf) -> RunConfig:
    """Returns the config with which a run makes a step, after the changes made before that step.

    Args:
        run: the run.
        step: the step, counted from 1; by default, the next one.
    Raises:
        ConfigError: a knob has a value that the recipe does not allow.
    """
    recipe, config = recipes.get(run.recipe), run.config
    for change in _changes_before(run, step):
        config = recipe.changed(config, change.knobs)
    return config


def loss_at(run: Run, step: int) -> str:
    """Returns the name of the loss with which a run made a step; it can be changed in training.

    Args:
        run: the run.
        step: the step, counted from 1.
    """
    loss = run.values.get("loss")
    for change in _changes_before(run, step):
        loss = change.knobs.get("loss", loss)
    return str(loss)


def _changes_before(run: Run, step: float) -> list[Change]:
    """Returns the changes that act on a step, by step."""
    # After a crash, the list may begin with later changes, which the resumed run will repeat.
    changes = sorted(run.changes(), key=lambda change: change.step)
    return [change for change in changes if change.step < step]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Returns (before, after) for each knob whose value differs.

    Args:
        before: values by name.
        after: values by name.
    """
    return {
        name: (before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }
