"""What was measured of each recipe with its own settings, for pages without a finished run.

The speeds are those of two processor cores, and the distances those of 2,000 samples at the end of
the runs of which the app has pictures; see tests/bench/README.md.
"""

from typing import NamedTuple

from ganlib.recipes import Recipe
from ganlib.viz.metric_specs import name_of_score


class Measured(NamedTuple):
    """Measurements of a recipe.

    Args:
        steps_per_second: on two processor cores.
        steps: of the run that was scored; 0 if none was.
        distance: the recipe's score at its end.
        real: the same score of other real samples; 0 if it is unknown.
    """

    steps_per_second: float
    steps: int = 0
    distance: float = 0.0
    real: float = 0.0


MEASURED = {
    "toy/scalar": Measured(670),
    "toy/gaussian-vector": Measured(555, 500, 0.063),
    "toy/plane": Measured(120),
    "fashion/dense": Measured(600, 93_750, 1.5, 0.18),
    "mnist/dcgan": Measured(2.3, 4_000, 1.1, 0.18),
    "mnist/basic": Measured(3.2, 10_000, 1.2, 0.18),
    "progressive": Measured(0.5, 3_500, 1.6, 0.18),
    "quickdraw/conv": Measured(0.95, 2_000, 1.0, 0.14),
    "wgan/clip": Measured(2.1, 10_000, 5.2, 0.18),
    "wgan/gp": Measured(1.3, 5_000, 2.8, 0.18),
    "sngan": Measured(2.3),
}


def measured_quality(recipe: Recipe) -> str:
    """Returns the distance that a recipe reached and that of real samples; may be empty.

    Args:
        recipe: to describe.
    """
    found = MEASURED.get(recipe.name)
    if found is None or not found.steps:
        return ""
    real = f" (real samples {found.real:.2g})" if found.real else ""
    return f"{name_of_score(recipe.score)} {found.distance:.2g}{real} after {found.steps:,} steps"
