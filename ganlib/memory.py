"""Measures free memory, and returns freed memory to the system."""

import ctypes
import gc
import os
from collections.abc import Iterator
from contextlib import suppress
from math import isfinite
from pathlib import Path

import psutil

from ganlib.errors import UserError

VARIABLE = "GANLIB_MEMORY_GB"
# Resident memory of a process that has loaded TensorFlow and does not train. Memory beyond that
# belongs to the current run, which ends before the next one begins.
_IDLE_BYTES = 0.8e9
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")
# From <malloc.h>.
_M_ARENA_MAX = -8


def limit_freed_memory() -> None:
    """Limits the freed memory that a long-running process keeps.

    TensorFlow's convolutions allocate from a pool of their own, which never shrinks: it has 130 MB
    after `mnist/dcgan` was compiled. With this setting they use the allocator of the C library and
    train as fast. glibc creates up to eight arenas per processor, and the free memory of an arena
    can be used by its own threads only, so their number is limited to that of the processors.

    Must be called before TensorFlow is imported and before many threads are started.
    """
    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")
    # Other C libraries have no arenas.
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, os.cpu_count() or 1)


def release() -> None:
    """Makes Python and the C library return unused memory to the system."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def free_bytes() -> float:
    """Returns the memory that a run may use: GANLIB_MEMORY_GB, or else the free memory.

    Memory that this process uses for the current run counts as free.

    Raises:
        UserError: GANLIB_MEMORY_GB is not a number above 0.
    """
    if text := os.environ.get(VARIABLE):
        return _given_bytes(text)
    ours = max(0.0, psutil.Process().memory_info().rss - _IDLE_BYTES)
    free = float(psutil.virtual_memory().available)
    return min([free, *cgroup_bytes(_CGROUPS, _OWN_CGROUP)]) + ours


def cgroup_bytes(root: Path, own: Path) -> Iterator[float]:
    """Yields the free memory of each control group of the process that has a limit.

    Args:
        root: folder where control groups are mounted.
        own: file that lists the groups of the process, such as "0::/a/b" or "4:memory:/a/b".
    Source: Linux, admin-guide/cgroup-v2 and cgroup-v1/memory.
    """
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            base, names = root, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            base = root / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        # In a container, the group is often mounted at the root.
        group = base / path.lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(base):
                break
            limit, used = _number(folder / names[0]), _number(folder / names[1])
            if limit is not None and used is not None:
                yield max(0.0, limit - used + _reclaimable(folder, names[2]))


def _number(path: Path) -> float | None:
    try:
        # The file contains "max" if there is no limit.
        return float(int(path.read_text()))
    except (OSError, ValueError):
        return None


def _reclaimable(folder: Path, name: str) -> float:
    """Returns the size of cached files, which the system frees when memory is needed."""
    try:
        lines = (folder / "memory.stat").read_text().splitlines()
    except OSError:
        return 0.0
    return float(dict(line.split() for line in lines).get(name, 0))


def _given_bytes(text: str) -> float:
    try:
        given = float(text)
    except ValueError:
        given = 0.0
    if not (isfinite(given) and given > 0):
        raise UserError(f"{VARIABLE} must be a number above 0. Received: {text!r}.")
    return given * 1e9
