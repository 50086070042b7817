"""The systems one can train, one file each.

A module in this folder that defines `RECIPE` is a recipe: nothing else is to be
registered. Importing this package imports no TensorFlow.
"""

from functools import cache
from typing import Any

from ganlib.discovery import discover
from ganlib.errors import ConfigError, quote
from ganlib.recipes.base import PAGES, Recipe

__all__ = ["Recipe", "all_recipes", "get", "on_page"]


@cache
def all_recipes() -> dict[str, Recipe[Any]]:
    """Every recipe by name, a page's together and in their `order`.

    Raises:
        ValueError: a recipe names a page that does not exist.
    """
    recipes: list[Recipe[Any]] = discover(__name__, "RECIPE")
    for recipe in recipes:
        if recipe.page not in PAGES:
            raise ValueError(
                f"The page of {recipe.name} must be one of {', '.join(PAGES)}. "
                f"Received: {recipe.page!r}."
            )
    recipes.sort(key=lambda recipe: (recipe.page, recipe.order, recipe.name))
    return {recipe.name: recipe for recipe in recipes}


def get(name: str) -> Recipe[Any]:
    """The recipe of that name.

    Raises:
        ConfigError: there is none; the sentence lists those there are.
    """
    found = all_recipes()
    if name not in found:
        raise ConfigError(f"There is no recipe {quote(name)}. Allowed: {', '.join(found)}.")
    return found[name]


def on_page(page: str) -> list[Recipe[Any]]:
    """The recipes that a page trains, the one to begin with first."""
    return [recipe for recipe in all_recipes().values() if recipe.page == page]
