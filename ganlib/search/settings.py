"""What defines a study: two commands with the same settings continue the same search."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import ConfigError, quote
from ganlib.recipes import Recipe
from ganlib.search import space as spaces
from ganlib.search.objectives import Objective, read_objectives
from ganlib.search.space import Choices, Range, Space

Sampler = Literal["tpe", "random", "grid"]
Pruner = Literal["", "third", "median", "hyperband"]
SAMPLERS: tuple[str, ...] = get_args(Sampler)
PRUNERS: tuple[str, ...] = tuple(filter(None, get_args(Pruner)))
# A study's name is a tag of its runs.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_SLUG, _DIGEST = 12, 7
# Combinations that are tried to find one that the recipe allows.
_TRIED = 200


@dataclass(frozen=True)
class Settings:
    """Settings of a study.

    Args:
        recipe: name of the recipe.
        space: what is tried of each searched knob.
        fixed: values of other knobs by name: those that the user has set, and `steps`.
        objectives: one or two.
        sampler: how the next knobs are chosen: "tpe" learns from the trials before, "random"
            does not, "grid" tries all combinations of `points` values of each range.
        prune: rule that stops a trial early. "third": its best score so far is not among the best
            third of the finished trials at the same step. "median": the same with half of them.
            "hyperband": Optuna's `HyperbandPruner`. Empty: none.
        seed: of the sampler.
        seeds: number of runs of a trial, with different seeds; its value is their mean.
        points: number of values of each range in a grid.
    """

    recipe: str
    space: Space
    fixed: Mapping[str, Any]
    objectives: tuple[Objective, ...]
    sampler: Sampler = "tpe"
    prune: Pruner = ""
    seed: int = 0
    seeds: int = 1
    points: int = 5

    @property
    def steps(self) -> int:
        """Number of steps of each run."""
        return int(self.fixed["steps"])

    def grid_size(self) -> int:
        """Returns the number of combinations of a grid."""
        return int(np.prod([len(one) for one in spaces.grid(self.space, self.points).values()]))

    def limit(self, trials: int | None) -> int | None:
        """Returns a number of trials, but for a grid no more than it has combinations.

        Args:
            trials: the number that is asked for; None for no limit.
        """
        if self.sampler != "grid":
            return trials
        return self.grid_size() if trials is None else min(trials, self.grid_size())

    def config(self, knobs: Mapping[str, Any], number: int = 0) -> RunConfig:
        """Returns the config of a run of a trial.

        Args:
            knobs: values of the searched knobs, by name.
            number: of the run in its trial, from 0.

        Raises:
            ConfigError: the recipe does not allow this combination.
        """
        values = {**self.fixed, **knobs}
        seed = int(values.get("seed", 0)) + number
        config: RunConfig = recipes.get(self.recipe).parse({**values, "seed": seed})
        return config

    def to_json(self) -> dict[str, Any]:
        """Returns the settings as JSON."""
        return {
            **vars(self),
            "space": spaces.to_json(self.space),
            "fixed": dict(self.fixed),
            "objectives": [vars(one) for one in self.objectives],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Settings":
        """Returns the settings that `to_json` turned into JSON."""
        space = spaces.from_json(values["space"])
        objectives = tuple(Objective(**one) for one in values["objectives"])
        return cls(**{**values, "space": space, "objectives": objectives})

    def default_name(self) -> str:
        """Returns a name for the study that only depends on its settings."""
        content = json.dumps(self.to_json(), sort_keys=True).encode()
        slug = self.recipe.replace("/", "-")[:_SLUG].rstrip("-")
        return f"{slug}-{hashlib.sha256(content).hexdigest()[:_DIGEST]}"


def make_settings(
    recipe: Recipe,
    knobs: str | Space,
    fixed: Mapping[str, Any],
    *,
    objectives: tuple[str, ...] | None = None,
    sampler: str = "tpe",
    prune: str = "",
    seed: int = 0,
    seeds: int = 1,
    points: int = 5,
) -> Settings:
    """Checks the settings of a study; the arguments are as the user wrote them.

    Args:
        recipe: the recipe.
        knobs: to search; as text, see `space.read_space`.
        fixed: values of other knobs by name, which may be text.
        objectives: names of one or two scores; None for the recipe's own score.
        sampler: see `Settings`.
        prune: see `Settings`.
        seed: see `Settings`.
        seeds: see `Settings`.
        points: see `Settings`.

    Raises:
        ConfigError: a setting is not allowed, or no combination of the knobs is.
    """
    space = spaces.read_space(recipe.Config, knobs) if isinstance(knobs, str) else knobs
    if both := [name for name in space if name in fixed]:
        raise ConfigError(
            f"{both[0]} is searched; --set must not give it a value. "
            f"Received: {quote(fixed[both[0]])}."
        )
    if sampler not in SAMPLERS:
        raise ConfigError(
            f"--sampler must be one of {', '.join(SAMPLERS)}. Received: {quote(sampler)}."
        )
    if prune and prune not in PRUNERS:
        raise ConfigError(f"--prune must be one of {', '.join(PRUNERS)}. Received: {quote(prune)}.")
    config = allowed_config(recipe, space, fixed)
    found = read_objectives(recipe, config, objectives)
    names = [one.name for one in found]
    if prune and (len(found) > 1 or names == ["time"]):
        raise ConfigError(
            "--prune compares scores of saved samples; --objective must be one score other than "
            "time. "
            f"Received: {quote(','.join(names))}."
        )
    # Values as the recipe reads them, so that "300" and "0300" are the same settings. The number of
    # steps is always one of them, because presets may have different ones.
    values = config.model_dump(mode="json")
    kept = dict.fromkeys(("steps", *fixed))
    return Settings(
        recipe.name,
        space,
        {name: values[name] for name in kept},
        found,
        sampler,  # type: ignore[arg-type]
        prune,  # type: ignore[arg-type]
        seed,
        seeds,
        points,
    )


def allowed_config(recipe: Recipe, space: Space, fixed: Mapping[str, Any]) -> RunConfig:
    """Returns the config of a combination that the recipe allows; its defaults are tried first.

    Args:
        recipe: the recipe.
        space: what is tried of each searched knob.
        fixed: values of other knobs by name.

    Raises:
        ConfigError: a fixed value is not allowed, or no combination is.
    """
    rng = np.random.default_rng(0)
    defaults = {name: recipe.Config.model_fields[name].default for name in space}
    refused: ConfigError | None = None
    for knobs in (defaults, *(_any_values(space, rng) for _ in range(_TRIED))):
        try:
            config: RunConfig = recipe.parse({**fixed, **knobs})
            return config
        except ConfigError as error:
            refused = refused or error
    raise refused or ConfigError("No combination of these knobs is allowed.")


def check_name(name: str) -> str:
    """Returns the name of a study if it is allowed.

    Raises:
        ConfigError: it is too long, or has other characters than letters, digits, "-", "_", ".".
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            "--study takes a name of at most 20 letters, digits, '-', '_' and '.', beginning with "
            f"a letter or digit. Received: {quote(name)}."
        )
    return name


def check_same(name: str, stored: Settings, given: Settings) -> None:
    """Checks that a command continues a study with the settings that it has.

    Args:
        name: of the study.
        stored: its settings.
        given: those of the command.

    Raises:
        ConfigError: they differ.
    """
    before, now = stored.to_json(), given.to_json()
    for key, label in _LABELS.items():
        if before[key] != now[key]:
            raise ConfigError(
                f"Study {name} exists with {label} {_text(key, before[key])}. Received: "
                f"{_text(key, now[key])}. Give the same, or another name with --study."
            )


_LABELS = {
    "recipe": "the recipe",
    "space": "the knobs",
    "fixed": "--set",
    "objectives": "the objective",
    "sampler": "--sampler",
    "prune": "--prune",
    "seed": "--seed",
    "seeds": "--seeds",
    "points": "--points",
}


def _text(key: str, value: Any) -> str:
    if key == "space":
        return ", ".join(
            f"{name}={_range_text(one)}" for name, one in spaces.from_json(value).items()
        )
    if key == "fixed":
        return ", ".join(f"{name}={one}" for name, one in value.items()) or "nothing"
    if key == "objectives":
        return ",".join(one["name"] for one in value)
    return str(value) or "nothing"


def _range_text(one: Range | Choices) -> str:
    if isinstance(one, Choices):
        return "|".join(map(str, one.values))
    return f"{one.low:g}:{one.high:g}:{'log' if one.log else 'linear'}"


def _any_values(space: Space, rng: np.random.Generator) -> dict[str, Any]:
    points = spaces.grid(space, 9)
    return {name: values[int(rng.integers(len(values)))] for name, values in points.items()}
