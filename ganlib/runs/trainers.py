"""Where a run gets its trainer from. TensorFlow is imported when the first one is made."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.events import Change, Checkpoint, Event, Phase, Samples
from ganlib.runs.run import Run


class Trainer(Protocol):
    """What `execute` needs of a trainer.

    Attributes:
        step: generator updates so far.
    """

    @property
    def step(self) -> int: ...

    def events(self) -> Iterator[Event]:
        """The run, event by event. Pausing is not asking for the next one."""
        ...

    def change(self, knobs: dict[str, Any], learns: str = "") -> Change:
        """Changes knobs, or has one network learn alone in the next step; see `Change`.

        Raises:
            ConfigError: a value is not allowed, or cannot be changed now.
        """
        ...

    def look(self) -> Samples:
        """The samples of this moment; between events, after `Started`."""
        ...

    def checkpoint(self) -> Checkpoint:
        """Everything that decides the future; between events, after `Started`."""
        ...

    def weights_sha256(self) -> str:
        """Of all weights as they are."""
        ...

    def close(self) -> None:
        """The last call to one that has not failed: others may use what it holds."""
        ...


TrainerFactory = Callable[[str, RunConfig, Checkpoint | None, Sequence[Change]], Trainer]
ConfigLoader = Callable[[str, Mapping[str, Any]], RunConfig]


def create_trainer(
    recipe: str, config: RunConfig, checkpoint: Checkpoint | None, changes: Sequence[Change]
) -> Trainer:
    """The recipe's trainer; imports TensorFlow."""
    from ganlib.training import create_trainer as create

    return create(recipe, config, checkpoint, changes)


def load_config(recipe: str, values: Mapping[str, Any]) -> RunConfig:
    """A stored run's config.

    Raises:
        ConfigError: a knob has a value that the recipe no longer takes.
            Or there is no such recipe any more.
    """
    from ganlib import recipes

    config: RunConfig = recipes.get(recipe).parse(dict(values))
    return config


def check_change(run: Run, knobs: Mapping[str, Any]) -> None:
    """Whether a run may be changed so, after all changes before.

    Raises:
        ConfigError: a value is not allowed, or cannot be changed in the middle of a run.
    """
    from ganlib import recipes

    recipes.get(run.recipe).changed(config_now(run), dict(knobs))


def check_fork(run: Run, step: int, config: RunConfig) -> None:
    """Whether a run's checkpoint fits the networks that a config makes; imports TensorFlow.

    Raises:
        RunError: it does not, or there is none at that step.
    """
    from ganlib import recipes
    from ganlib.training import fits

    recipe, state = recipes.get(run.recipe), run.checkpoint(step).state
    if fits(recipe, config, state):
        return
    before = config_at(run, step)
    changed = differences(before.model_dump(), config.model_dump())
    # Each by itself; where none of them is to blame, it is several together.
    blamed = [
        name
        for name in changed
        if not fits(recipe, before.model_copy(update={name: getattr(config, name)}), state)
    ]
    told = [
        f"{name} must stay {changed[name][0]}. Received: {changed[name][1]}."
        for name in blamed or changed
    ]
    raise RunError(
        "A fork keeps the networks, their optimisers and what the schedule remembers: "
        + " ".join(told or ["this checkpoint has others."])
    )


def config_now(run: Run) -> RunConfig:
    """A run's knobs after everything that was changed in its middle.

    Raises:
        ConfigError: a knob has a value that the recipe no longer takes.
    """
    return _config_after(run, run.changes())


def config_at(run: Run, step: int) -> RunConfig:
    """A run's knobs as its update of a step was made.

    Raises:
        ConfigError: a knob has a value that the recipe no longer takes.
    """
    return _config_after(run, [change for change in run.changes() if change.step < step])


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """(before, after) of each knob that has another value."""
    return {
        name: (before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }


def _config_after(run: Run, changes: Iterable[Change]) -> RunConfig:
    from ganlib import recipes

    recipe = recipes.get(run.recipe)
    config: RunConfig = recipe.parse(dict(run.config))
    # After a crash there may be later ones in front, which are still to be repeated.
    for change in sorted(changes, key=lambda change: change.step):
        config = recipe.changed(config, change.knobs)
    return config


class LateTrainer:
    """A trainer that is made when its first event is asked for.

    So the seconds it takes, and what goes wrong in them, belong to the run like the rest.
    It goes on from the run's newest checkpoint, or begins where there is none.

    Args:
        run: the run.
        config: its knobs, with the total of steps to reach.
        factory: makes the trainer.
    """

    def __init__(self, run: Run, config: RunConfig, factory: TrainerFactory = create_trainer):
        self._run = run
        self._config = config
        self._factory = factory
        self._trainer: Trainer | None = None
        self._first_step = 0

    @property
    def step(self) -> int:
        """Generator updates so far."""
        return self._first_step if self._trainer is None else self._trainer.step

    def events(self) -> Iterator[Event]:
        """See `Trainer`."""
        yield Phase("loading TensorFlow")
        self._trainer = self._make()
        yield from self._trainer.events()

    def change(self, knobs: dict[str, Any], learns: str = "") -> Change:
        """See `Trainer`."""
        return self._made().change(knobs, learns)

    def look(self) -> Samples:
        """See `Trainer`."""
        return self._made().look()

    def checkpoint(self) -> Checkpoint:
        """See `Trainer`."""
        return self._made().checkpoint()

    def weights_sha256(self) -> str:
        """See `Trainer`."""
        return self._made().weights_sha256()

    def close(self) -> None:
        """See `Trainer`."""
        if self._trainer is not None:
            self._trainer.close()

    def _make(self) -> Trainer:
        checkpoint, changes = self._run.resume_point()
        self._first_step = checkpoint.step if checkpoint else 0
        return self._factory(self._run.recipe, self._config, checkpoint, changes)

    def _made(self) -> Trainer:
        if self._trainer is None:
            raise RuntimeError("the trainer has not started")
        return self._trainer
