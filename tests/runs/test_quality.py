"""How good samples are: next to real ones, and since when."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.runs.quality import first_close_step, quality_at, real_score
from ganlib.runs.view import Scores


def scores(recipe_name: str, values: list[float], real: float) -> Scores:
    recipe = recipes.get(recipe_name)
    steps = 10 * np.arange(len(values))
    name = recipe.score_floor or f"{recipe.score}_real"
    return Scores(steps, {recipe.score: np.array(values), name: np.full(len(values), real)})


@pytest.mark.parametrize(
    ("recipe", "values", "first"),
    [
        # At most three times the distance of real samples ...
        ("toy/scalar", [1.0, 0.31, 0.3, 0.5, 0.1], 20),
        ("mnist/dcgan", [50.0, np.nan, 0.2], 20),
        ("toy/scalar", [1.0, 0.9], None),
        ("toy/scalar", [np.nan], None),
        # ... or what chance rarely exceeds.
        ("toy/plane", [1.0, 0.3, 0.11, 0.1, 0.2], 30),
    ],
)
def test_samples_are_close_from_a_step_on(
    recipe: str, values: list[float], first: int | None
) -> None:
    assert first_close_step(recipes.get(recipe), scores(recipe, values, real=0.1)) == first


def test_runs_without_a_score_of_real_samples_are_never_called_close() -> None:
    recipe = recipes.get("toy/scalar")
    none = Scores(np.array([0]), {recipe.score: np.array([0.0])})
    assert first_close_step(recipe, none) is None
    assert first_close_step(recipe, Scores(np.empty(0, np.int64), {})) is None
    assert real_score(recipe, {recipe.score: 0.5}) is None


@pytest.mark.parametrize("recipe", ["toy/scalar", "toy/plane", "sngan"])
def test_all_places_show_the_same_score_of_real_samples(recipe: str) -> None:
    found = scores(recipe, [0.5, 0.2, 0.4], real=0.1)
    quality = quality_at(recipes.get(recipe), found, found.at(20))
    assert quality == (0.4, 0.1, 0.2, 10)
    assert real_score(recipes.get(recipe), found.at(20)) == 0.1
