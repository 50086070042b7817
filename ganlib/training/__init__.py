"""Training: steps, trainer, networks and their state. Importing it imports TensorFlow.

What others need of it they import from here, never from one of its modules: while one thread
imports this package, another waits for it here. There it would not wait, but import Keras into
a TensorFlow that is only half imported, which breaks both.
"""

# First, for every other module here imports TensorFlow too, and lets it talk.
import ganlib.tf_import  # noqa: F401
from ganlib.training.describe import describe
from ganlib.training.generator import Generator, evaluate_state, load_generator
from ganlib.training.memory_estimate import out_of_memory_message
from ganlib.training.networks import count_parameters, fits
from ganlib.training.trainer import Trainer, prepare

__all__ = [
    "Generator",
    "Trainer",
    "count_parameters",
    "describe",
    "evaluate_state",
    "fits",
    "load_generator",
    "out_of_memory_message",
    "prepare",
]
