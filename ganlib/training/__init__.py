"""Training: steps, trainer, networks and their state. Importing it imports TensorFlow.

Import from this package, never from its modules. A second thread then waits until the package is
imported, instead of loading Keras into a partly imported TensorFlow.
"""

# Must come first: it silences TensorFlow's log before any other module imports TensorFlow.
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
