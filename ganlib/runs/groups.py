"""Groups of runs: several seeds of the same settings.

A group is a name in the labels of its runs (`Label.group`), so that it survives renaming and
copying.
"""

from ganlib.config import RunConfig
from ganlib.recipes.base import Recipe

# Most seeds that are started at once.
MAX_SEEDS = 20


def seeded(recipe: Recipe, config: RunConfig, count: int) -> list[RunConfig]:
    """Returns the settings with the seeds seed, seed + 1, ..., all else equal.

    Args:
        recipe: of the settings.
        config: the settings with the first seed.
        count: number of seeds.
    Raises:
        ConfigError: the last seed is above the greatest that is allowed.
    """
    values = config.model_dump()
    return [recipe.parse({**values, "seed": config.seed + at}) for at in range(count)]
