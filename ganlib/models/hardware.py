"""What the machine has, for layers that are quick on one kind of it and slow on another."""

from functools import cache
from pathlib import Path

import tensorflow as tf

_CPUINFO = Path("/proc/cpuinfo")


def on_gpu() -> bool:
    """Whether there is one."""
    return bool(tf.config.list_physical_devices("GPU"))


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
