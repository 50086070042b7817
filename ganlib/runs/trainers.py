"""Creates the trainer of a run, and checks its config. Imports TensorFlow only when needed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.events import Change, Checkpoint, Event, Samples
from ganlib.runs.run import Run


class Trainer(Protocol):
    """The methods of a trainer that `execute` uses.

    Attributes:
        step: generator updates so far.
    """

    @property
    def step(self) -> int: ...

    def events(self) -> Iterator[Event]:
        """Yields the events of the training. To pause, do not request the next one."""
        ...

    def change(self, knobs: dict[str, Any], learns: str = "") -> Change:
        """Changes settings, or makes the next step update one network only; see `Change`.

        Args:
            knobs: new values by name.
            learns: see `Change`.
        Raises:
            ConfigError: a value is not allowed, or cannot be changed during training.
        """
        ...

    def snapshot(self) -> Samples:
        """Returns samples of the current networks. Call it between events, after `Started`."""
        ...

    def checkpoint(self) -> Checkpoint:
        """Returns the complete state of the training. Call it between events, after `Started`."""
        ...

    def weights_sha256(self) -> str:
        """Returns a hash of all weights."""
        ...

    def close(self) -> None:
        """Releases the networks for reuse. Must not be called after a failure."""
        ...


MakeTrainer = Callable[[Run], Trainer]
ConfigLoader = Callable[[str, Mapping[str, Any]], RunConfig]


def make_trainer(run: Run) -> Trainer:
    """Creates the trainer of a run, which continues from its newest checkpoint, if it has one.

    Imports TensorFlow.

    Raises:
        RunError: the run cannot be resumed; see `Run.resume_point`.
        ConfigError: the recipe does not exist, or a knob has a value that it does not allow.
    """
    from ganlib import recipes, training

    checkpoint, changes = run.resume_point()
    # A resume may have raised the total of steps.
    config = load_config(run.recipe, {**run.config, "steps": run.status().steps})
    return training.Trainer(recipes.get(run.recipe), config, checkpoint, changes)


def load_config(recipe: str, values: Mapping[str, Any]) -> RunConfig:
    """Parses a stored config.

    Args:
        recipe: name of the recipe.
        values: value of each knob by name.
    Raises:
        ConfigError: the recipe does not exist, or a knob has a value that it does not allow.
    """
    from ganlib import recipes

    config: RunConfig = recipes.get(recipe).parse(dict(values))
    return config


def check_change(run: Run, knobs: Mapping[str, Any]) -> None:
    """Checks a change of a running run's settings.

    Args:
        run: the run.
        knobs: new values by name.
    Raises:
        ConfigError: a value is not allowed, or cannot be changed during training.
    """
    from ganlib import recipes

    recipes.get(run.recipe).changed(current_config(run), dict(knobs))


def check_fork(run: Run, step: int, config: RunConfig) -> None:
    """Checks that a checkpoint fits the networks of a config. Imports TensorFlow.

    Args:
        run: the run.
        step: step of the checkpoint.
        config: config of the fork.
    Raises:
        RunError: the checkpoint does not fit or does not exist.
    """
    from ganlib import recipes
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


def current_config(run: Run) -> RunConfig:
    """Returns a run's config after all changes made during training.

    Raises:
        ConfigError: a knob has a value that the recipe does not allow.
    """
    return _config_after(run, run.changes())


def config_at(run: Run, step: int) -> RunConfig:
    """Returns the config with which a run made a step.

    Args:
        run: the run.
        step: the step, counted from 1.
    Raises:
        ConfigError: a knob has a value that the recipe does not allow.
    """
    return _config_after(run, [change for change in run.changes() if change.step < step])


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


def _config_after(run: Run, changes: Iterable[Change]) -> RunConfig:
    from ganlib import recipes

    recipe = recipes.get(run.recipe)
    config: RunConfig = recipe.parse(dict(run.config))
    # After a crash, the list may begin with later changes, which the resumed run will repeat.
    for change in sorted(changes, key=lambda change: change.step):
        config = recipe.changed(config, change.knobs)
    return config
