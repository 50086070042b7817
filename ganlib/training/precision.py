"""The floating-point precision of a run."""

from functools import cache
from typing import Any

import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.fast.hardware import processor_flags
from ganlib.fast.structure import convolves
from ganlib.recipes.base import Recipe

# Of processors that multiply bfloat16 themselves; without one of these, TensorFlow is several
# times slower in bfloat16 than in float32.
_FLAGS = {"avx512_bf16", "amx_bf16"}
# Of a GPU, from Ampere on.
_COMPUTE_CAPABILITY = (8, 0)


def choose(recipe: Recipe[Any], config: RunConfig, device: str) -> str:
    """The Keras dtype policy for a run.

    For `auto` it is mixed_bfloat16 if the hardware supports it and the networks are
    convolutional. Dense networks of the sizes here gain nothing from it.

    Args:
        recipe: what the run trains.
        config: the run's knobs.
        device: TensorFlow's name of the device.
    """
    if config.precision != "auto":
        return config.precision
    pays = has_bfloat16(device) and convolves(recipe.discriminator(config))
    return "mixed_bfloat16" if pays else "float32"


@cache
def has_bfloat16(device: str) -> bool:
    """True if the device multiplies bfloat16 in hardware.

    Args:
        device: TensorFlow's name of it, such as "/CPU:0".
    """
    if "GPU" in device:
        gpu = tf.config.list_physical_devices("GPU")[int(device.rpartition(":")[2])]
        details = tf.config.experimental.get_device_details(gpu)
        return tuple(details.get("compute_capability", (0, 0))) >= _COMPUTE_CAPABILITY
    return bool(_FLAGS & processor_flags())


def at_least_float32(values: tf.Tensor) -> tf.Tensor:
    """Casts half precision to float32; float32 and float64 stay as they are.

    Losses and samples need more digits than layers in half precision. Networks with the Keras
    dtype policy "float64" run the whole step in float64, so that its gradients can be compared
    with finite differences.

    Args:
        values: of any floating-point dtype and shape.
    Returns:
        The same values and shape.
    """
    return tf.cast(values, tf.float32) if values.dtype.size < 4 else values
