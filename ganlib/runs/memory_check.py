"""Checks before a run is created whether its training fits in memory."""

import os
from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import psutil

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import ConfigError, UserError
from ganlib.knobs import compile_time_knobs
from ganlib.recipes import Recipe

VARIABLE = "GANLIB_MEMORY_GB"
# More than any recipe needs with its default settings.
PLENTY = 4e9
# Resident memory of a process that has loaded TensorFlow and does not train. Memory beyond that
# belongs to the current run, which ends before the next one begins.
_IDLE_BYTES = 0.8e9
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")


def check_memory(recipe_name: str, config: RunConfig, share: int = 1) -> None:
    """Raises an error if a training would not fit in memory.

    If it clearly fits, TensorFlow is not loaded.

    Args:
        recipe_name: name of the recipe.
        config: its config.
        share: number of runs that may train at the same time and share the memory equally.

    Raises:
        ConfigError: the batch, the data or a network is too large.
        UserError: GANLIB_MEMORY_GB is not a number above 0.
    """
    recipe = recipes.get(recipe_name)
    available = free_bytes() / share
    if available >= PLENTY and is_small(recipe, config):
        return
    from ganlib.training import out_of_memory_message

    if message := out_of_memory_message(recipe, config, available):
        raise ConfigError(message)


def is_small(recipe: Recipe, config: RunConfig) -> bool:
    """True if no knob that affects memory is above the recipe's default.

    `devices` must be the default, too, because a GPU has its own memory.
    """
    usual = compile_time_knobs(recipe.Config())
    return all(
        given == usual[name] or (type(given) is int and given <= usual[name])
        for name, given in compile_time_knobs(config).items()
        if name not in _NO_MEMORY_EFFECT
    )


# Compile-time knobs that change the computation but not the size of any tensor.
_NO_MEMORY_EFFECT = ("target", "loss", "schedule", "preset", "beta_1", "beta_2", "momentum")


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
