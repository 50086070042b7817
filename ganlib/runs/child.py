"""Starts a module of this package in another process."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

import ganlib

Child = subprocess.Popen[bytes]
# The module that trains a run; see `ganlib/runs/process.py`.
WORKER = "ganlib.runs.worker"


def start_module(
    module: str,
    arguments: Sequence[str] = (),
    *,
    pass_fds: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> tuple[Child, IO[bytes]]:
    """Starts `python -m module` in a process that imports the same `ganlib` as this one.

    Args:
        module: name of the module.
        arguments: its command-line arguments.
        pass_fds: file descriptors that it inherits.
        environment: its variables beside those of this process.

    Returns:
        The process and its standard input. Its standard output is discarded; it shares the standard
        error of this process.
    """
    folder = str(Path(ganlib.__file__).parents[1])
    path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        # Without a buffer, so that an order is sent at once.
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=pass_fds,
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
        # Ctrl-C in a terminal goes to the parent process alone, which passes it on.
        start_new_session=True,
    )
    if process.stdin is None:
        raise RuntimeError("the process has no standard input")
    return process, process.stdin


def bytes_beside(module: str = WORKER) -> float:
    """Returns the resident memory of the processes of a module that this process has started.

    In a process that was itself started by `start_module`, it is that of the other processes of its
    module and its parent.

    Args:
        module: name of the module.
    """
    me = psutil.Process()
    starter: psutil.Process | None = me
    if (own := _module_of(me)).startswith("ganlib."):
        module, starter = own, me.parent()
    found = 0.0
    for child in starter.children() if starter else ():
        # It may have ended.
        with suppress(psutil.Error):
            if child != me and _module_of(child) == module:
                found += child.memory_info().rss
    return found


def _module_of(process: psutil.Process) -> str:
    """Returns the module that a process of Python runs; empty if it runs none."""
    command = process.cmdline()
    return command[2] if command[1:2] == ["-m"] and len(command) > 2 else ""
