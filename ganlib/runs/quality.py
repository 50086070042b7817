"""How good a run's samples are, from the scores of its saved steps."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ganlib.diagnosis import CLOSE
from ganlib.recipes.base import Recipe
from ganlib.runs.run import Run
from ganlib.runs.view import Scores


class Quality(NamedTuple):
    """A distance between generated and real samples; lower is better.

    Args:
        value: at the step.
        real: the distance of another sample of real data of the same size; None for runs that
            did not save it. See `real_score`.
        best: lowest distance of all steps.
        best_step: the step with the lowest distance.
    """

    value: float
    real: float | None
    best: float
    best_step: int


def real_score_name(recipe: Recipe) -> str:
    """Returns the name of the reference score.

    It is `Recipe.score_floor` if the recipe has one, otherwise the score of a second set of real
    samples.
    """
    return recipe.score_floor or f"{recipe.score}_real"


def real_score(recipe: Recipe, scores: Mapping[str, float]) -> float | None:
    """Returns the reference score; None if it was not saved.

    Args:
        recipe: of the run.
        scores: of one step.
    """
    # A table with two rows has a reference score of 0, which is of no use.
    return scores.get(real_score_name(recipe)) or None


def own_scores(run: Run, scores: Scores) -> Scores:
    """Returns the scores of the steps that a run made itself: a fork begins with its parent's.

    Args:
        run: the run.
        scores: of all its saved samples.
    """
    if run.parent is None or not (own := scores.step > run.parent.step).any():
        return scores
    return Scores(scores.step[own], {name: all_[own] for name, all_ in scores.values.items()})


def first_close_step(recipe: Recipe, scores: Scores) -> int | None:
    """Returns the first saved step with a score close to that of real samples; None without one.

    Close is at most `CLOSE` times the reference score. If the recipe has a `score_floor`, close
    means at most the floor.

    Args:
        recipe: of the run.
        scores: of the run's saved samples.
    """
    missing = np.full(len(scores), np.nan)
    values = scores.values.get(recipe.score, missing)
    real = scores.values.get(real_score_name(recipe), missing)
    close = values <= real * (1.0 if recipe.score_floor else CLOSE)
    return int(scores.step[close.argmax()]) if close.any() else None


def quality_at(recipe: Recipe, scores: Scores, here: Mapping[str, float]) -> Quality | None:
    """Returns the quality of the samples of a step; None if they have no score.

    Args:
        recipe: of the run.
        scores: of all steps with saved samples.
        here: scores of the step.
    """
    if recipe.score not in here or recipe.score not in scores.values:
        return None
    values = scores.values[recipe.score]
    best = int(np.nanargmin(values))
    return Quality(
        here[recipe.score],
        real_score(recipe, here),
        float(values[best]),
        int(scores.step[best]),
    )
