"""How good a run's samples are, from the scores of its saved steps."""

from typing import NamedTuple

import numpy as np

from ganlib.recipes.base import Recipe
from ganlib.runs.view import Scores


class Quality(NamedTuple):
    """A distance between generated and real samples; lower is better.

    Args:
        value: at the step.
        real: the distance of another sample of real data of the same size; None for runs that
            did not save it.
        best: lowest distance of all steps.
        best_step: the step with the lowest distance.
    """

    value: float
    real: float | None
    best: float
    best_step: int


def quality_at(recipe: Recipe, scores: Scores, step: int) -> Quality | None:
    """Returns the quality of the samples of a step; None if they have no score.

    Args:
        recipe: of the run.
        scores: of the run's saved samples.
        step: with saved samples.
    """
    here = scores.at(step)
    if recipe.score not in here:
        return None
    values = scores.values[recipe.score]
    best = int(np.nanargmin(values))
    return Quality(
        here[recipe.score],
        here.get(f"{recipe.score}_real"),
        float(values[best]),
        int(scores.step[best]),
    )
