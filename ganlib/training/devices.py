"""Where a run trains."""

from typing import Literal

import tensorflow as tf

from ganlib.errors import ConfigError


def choose(devices: Literal["auto", "cpu", "gpu"]) -> tuple[str, str]:
    """(TensorFlow's device name, its name for a user).

    Raises:
        ConfigError: a GPU was asked for and TensorFlow sees none.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if devices == "gpu" and not gpus:
        raise ConfigError(
            "devices must be auto or cpu on this machine: TensorFlow sees no GPU. Received: 'gpu'."
        )
    if devices == "cpu" or not gpus:
        return "/CPU:0", "CPU"
    _share_memory(gpus)
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")
    return "/GPU:0", str(name)


def _share_memory(gpus: list[tf.config.PhysicalDevice]) -> None:
    """Lets runs share a GPU instead of the first one taking all of its memory."""
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            return  # the devices are in use already, with whatever was chosen then
