"""Training: steps, trainer, networks and their state. Importing it imports TensorFlow."""

import os

# TensorFlow reads this once, at import: without it every start prints a page of notices.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.events import Checkpoint
from ganlib.training.generator import Generator, load_generator
from ganlib.training.trainer import Trainer

__all__ = ["Generator", "Trainer", "create_trainer", "load_generator"]


def create_trainer(
    recipe_name: str, config: RunConfig, checkpoint: Checkpoint | None = None
) -> Trainer:
    """A trainer for a recipe by name; see `Trainer`.

    Raises:
        ConfigError: there is no such recipe.
    """
    return Trainer(recipes.get(recipe_name), config, checkpoint)
