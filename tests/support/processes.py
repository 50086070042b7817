"""What the command line says, and the command line in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support import ROOT


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one line of strict JSON."""
        [line] = self.out.splitlines()
        return json.loads(line, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


@contextmanager
def started(*argv: str) -> Iterator[subprocess.Popen[str]]:
    """The process, with pipes for what it prints; killed at the end of the block."""
    environment = {key: value for key, value in os.environ.items() if key[:7] != "TF_CPP_"}
    process = subprocess.Popen(
        [sys.executable, *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(*argv: str) -> Said:
    """What a process leaves that nobody disturbs."""
    with started(*argv) as process:
        out, err = process.communicate(timeout=300)
        return Said(process.returncode, out, err)


def wait_until(condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
    """Returns once the condition holds; fails the test when it does not come to that."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come to hold")
        time.sleep(0.02)
