"""Whether a training fits in memory, asked before there is a run."""

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
# More than any recipe takes as it is; smaller settings take less.
PLENTY = 4e9
# Resident memory of a process that has loaded TensorFlow and trains nothing. What it holds
# beyond that is a run's, which will have ended before another one begins.
_IDLE = 0.8e9
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")


def check_memory(recipe_name: str, config: RunConfig, share: int = 1) -> None:
    """Refuses what would not fit. Where it plainly does, TensorFlow is not loaded.

    Args:
        recipe_name: what is to be trained.
        config: its knobs.
        share: how many runs may train at the same time, each with as much of the memory.

    Raises:
        ConfigError: the batch, the data or a network is too large.
        UserError: GANLIB_MEMORY_GB is no number above 0.
    """
    recipe = recipes.get(recipe_name)
    there = free_bytes() / share
    if there >= PLENTY and is_small(recipe, config):
        return
    from ganlib.training import out_of_memory_message

    if sentence := out_of_memory_message(recipe, config, there):
        raise ConfigError(sentence)


def is_small(recipe: Recipe, config: RunConfig) -> bool:
    """Whether nothing that may cost memory is above what the recipe has by default.

    `devices` must be the default, too: a GPU has a memory of its own.
    """
    usual = compile_time_knobs(recipe.Config())
    return all(
        given == usual[name] or (type(given) is int and given <= usual[name])
        for name, given in compile_time_knobs(config).items()
        if name not in _WEIGHTLESS
    )


# Which need another formula in a step and not another place to keep its numbers.
_WEIGHTLESS = ("target", "loss", "schedule", "preset", "beta_1", "beta_2", "momentum")


def free_bytes() -> float:
    """What a run may take here: what GANLIB_MEMORY_GB says, or what is free.

    What this process holds for a run that trains now counts as free.

    Raises:
        UserError: GANLIB_MEMORY_GB is no number above 0.
    """
    if text := os.environ.get(VARIABLE):
        return _given_bytes(text)
    ours = max(0.0, psutil.Process().memory_info().rss - _IDLE)
    free = float(psutil.virtual_memory().available)
    return min([free, *cgroup_bytes(_CGROUPS, _OWN_CGROUP)]) + ours


def cgroup_bytes(root: Path, own: Path) -> Iterator[float]:
    """What each limited control group of a process has left; nothing where none is limited.

    Args:
        root: where the groups are mounted.
        own: lists the process's groups, "0::/a/b" or "4:memory:/a/b" on a line.
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
        # In a container the group is often mounted as if it were the first.
        group = base / path.lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(base):
                break
            limit, used = _number(folder / names[0]), _number(folder / names[1])
            if limit is not None and used is not None:
                yield max(0.0, limit - used + _reclaimable(folder, names[2]))


def _number(path: Path) -> float | None:
    try:
        # "max" where there is no limit.
        return float(int(path.read_text()))
    except (OSError, ValueError):
        return None


def _reclaimable(folder: Path, name: str) -> float:
    """Pages of files that the system gives up as soon as somebody needs them."""
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
