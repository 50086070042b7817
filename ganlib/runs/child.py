"""Starts a module of this package in another process."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import ganlib

Child = subprocess.Popen[bytes]


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
