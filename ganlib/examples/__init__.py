"""Recipes as programs of their own: plain Keras and TensorFlow, one file each, to read and to run.

A file is named after its recipe, `mnist_dcgan.py` after `mnist/dcgan`. It trains with the recipe's
defaults and imports nothing of this library.
"""

from pathlib import Path

from ganlib import recipes
from ganlib.errors import ConfigError, quote

__all__ = ["example_file", "names", "source_of"]

_FOLDER = Path(__file__).parent


def example_file(recipe_name: str) -> str:
    """The name of a recipe's file, whether there is one or not."""
    return f"{recipe_name.replace('/', '_').replace('-', '_')}.py"


def names() -> list[str]:
    """The recipes that have an example."""
    return [name for name in recipes.all_recipes() if (_FOLDER / example_file(name)).is_file()]


def source_of(recipe_name: str) -> str:
    """A recipe as one Python file.

    Raises:
        ConfigError: it has no example; the sentence lists the recipes that have one.
    """
    if recipe_name not in (allowed := names()):
        raise ConfigError(
            f"There is no example of {quote(recipe_name)}. Allowed: {', '.join(allowed)}."
        )
    return (_FOLDER / example_file(recipe_name)).read_text("utf-8")
