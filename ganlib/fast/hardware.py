"""What the machine has, for layers that are quick on one kind of it and slow on another."""

from functools import cache
from pathlib import Path

import keras

_CPUINFO = Path("/proc/cpuinfo")


def device_of(network: keras.Layer) -> str:
    """TensorFlow's name of the device that a network, or a layer of one, lies on.

    Of several devices that hold the same weights it is the one that asks, or else the first.

    Args:
        network: built, with weights.
    """
    # Keras' own `value` may stand for somebody else's tensors, which need not lie anywhere yet.
    device: str = network.weights[0]._value.device
    return device


def on_gpu(network: keras.Layer) -> bool:
    """Whether a network, or a layer of one, lies on a GPU; it is computed where it lies.

    A machine with a GPU also trains on its processor, where it is asked to.
    """
    return "GPU" in device_of(network)


@cache
def processor_flags(cpuinfo: Path = _CPUINFO) -> frozenset[str]:
    """What the processor says it can; nothing where the system has no such file.

    Args:
        cpuinfo: Linux's description of the processors.
    """
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return frozenset()
    said = [line.partition(":")[2] for line in lines if line.startswith("flags")]
    return frozenset(flag for line in said for flag in line.split())
