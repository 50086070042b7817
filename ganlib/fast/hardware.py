"""Properties of the machine, for layers that are fast on some hardware and slow on other."""

from functools import cache
from pathlib import Path

import keras

_CPUINFO = Path("/proc/cpuinfo")


def device_of(network: keras.Layer) -> str:
    """TensorFlow's name of the device that has the weights of a network, or of a layer.

    If several devices have copies of the weights, it is the calling device, or else the first.

    Args:
        network: built, with weights.
    """
    # Keras' own `value` may be a stand-in tensor, which need not have a device yet.
    device: str = network.weights[0]._value.device
    return device


def on_gpu(network: keras.Layer) -> bool:
    """True if the weights of a network, or of a layer, are on a GPU.

    A machine with a GPU can also train on its processor.
    """
    return "GPU" in device_of(network)


@cache
def processor_flags(cpuinfo: Path = _CPUINFO) -> frozenset[str]:
    """Flags of the processor; empty if the system has no such file.

    Args:
        cpuinfo: Linux's description of the processors.
    """
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return frozenset()
    said = [line.partition(":")[2] for line in lines if line.startswith("flags")]
    return frozenset(flag for line in said for flag in line.split())
