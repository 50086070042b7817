"""Training: steps, trainer, networks and their state. Importing it imports TensorFlow.

What others need of it they import from here, never from one of its modules: while one thread
imports this package, another waits for it here. There it would not wait, but import Keras into
a TensorFlow that is only half imported, which breaks both.
"""

from collections.abc import Sequence

# First, for every other module here imports TensorFlow too, and lets it talk.
import ganlib.tf_import  # noqa: F401
from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.events import Change, Checkpoint
from ganlib.training.describe import describe
from ganlib.training.generator import Generator, evaluate_state, load_generator
from ganlib.training.memory_estimate import out_of_memory_message
from ganlib.training.networks import count_parameters, fits
from ganlib.training.trainer import Trainer, prepare

__all__ = [
    "Generator",
    "Trainer",
    "count_parameters",
    "create_trainer",
    "describe",
    "evaluate_state",
    "fits",
    "load_generator",
    "out_of_memory_message",
    "prepare",
]


def create_trainer(
    recipe_name: str,
    config: RunConfig,
    checkpoint: Checkpoint | None = None,
    changes: Sequence[Change] = (),
) -> Trainer:
    """A trainer for a recipe by name; see `Trainer`.

    Raises:
        ConfigError: there is no such recipe.
    """
    return Trainer(recipes.get(recipe_name), config, checkpoint, changes)
