"""What a search looks for: scores of a recipe, and which way they get better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ganlib.comparing import finite_scores, newest_values
from ganlib.config import RunConfig
from ganlib.errors import ConfigError, quote
from ganlib.metrics.directions import is_higher_better
from ganlib.recipes.base import Kind, Recipe
from ganlib.runs import Scores

Direction = Literal["minimize", "maximize"]
# Seconds of training.
TIME = "time"
MAX_OBJECTIVES = 2
# Scores of each kind of samples that say how good they are; `ganlib.metrics` defines them.
_SCORES: dict[Kind, tuple[str, ...]] = {
    "scalar": ("w1_over_sigma", "kolmogorov_smirnov", "histogram_overlap", "coverage"),
    "plane": ("sliced_w1_over_sigma", "coverage"),
    "image": ("frechet", "coverage", "pixel_w1", "ink_w1_over_sigma"),
}
# Scores of data that consist of peaks.
_OF_PEAKS = ("modes", "high_quality", "reverse_kl")


@dataclass(frozen=True)
class Objective:
    """A number that a search makes as small or as large as possible.

    Args:
        name: of a score, or "time" for seconds of training.
        direction: "minimize" or "maximize".
    """

    name: str
    direction: Direction


def objectives_of(recipe: Recipe, config: RunConfig) -> tuple[Objective, ...]:
    """Returns what a search of a recipe can look for; the recipe's own score is the first.

    Args:
        recipe: the recipe.
        config: says which data are learned.
    """
    peaks = _OF_PEAKS if recipe.peaks(config) else ()
    names = dict.fromkeys((recipe.score, *_SCORES[recipe.kind], *peaks, TIME))
    return tuple(
        Objective(name, "maximize" if is_higher_better(name) else "minimize") for name in names
    )


def read_objectives(
    recipe: Recipe, config: RunConfig, names: Sequence[str] | None
) -> tuple[Objective, ...]:
    """Returns objectives by their names.

    Args:
        recipe: the recipe.
        config: says which data are learned.
        names: of one or two objectives; None for the recipe's own score.

    Raises:
        ConfigError: the recipe does not have it, or there are too many.
    """
    known = {one.name: one for one in objectives_of(recipe, config)}
    if names is None:
        return (known[recipe.score],)
    for name in names:
        if name not in known:
            raise ConfigError(
                f"{recipe.name} has no score {quote(name)} to search for. "
                f"Allowed: {', '.join(known)}."
            )
    if not 1 <= len(set(names)) == len(names) <= MAX_OBJECTIVES:
        raise ConfigError(
            f"--objective takes one score, or two different ones. "
            f"Received: {quote(','.join(names))}."
        )
    return tuple(known[name] for name in names)


def value_at_end(scores: Scores, name: str) -> float | None:
    """Returns the value of a run: the mean of a score over the end of its training.

    The end is the last five saved steps, without those of the first half; a comparison of runs
    uses the same steps. A single last value would be a poor objective: the
    networks of a GAN oscillate, and a search would choose the run that happened to end at a good
    moment. For the same reason it is not the score of the finished run, although that score is
    calculated from more samples.

    Args:
        scores: of the run's saved samples.
        name: of the score.
    Returns:
        The mean; None if no samples have been scored.
    """
    steps, values = finite_scores(scores, name)
    return float(np.mean(newest_values(steps, values))) if len(steps) else None
