"""The dashboard of this checkout, served by a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ganlib.errors import UserError

ROOT = Path(__file__).parents[2]

_START_S = 120.0
_STOP_S = 30.0


@dataclass(frozen=True)
class Server:
    """Where it answers, and where it keeps its runs."""

    url: str
    runs: Path


def environment(folder: Path) -> dict[str, str]:
    """Variables for a process of this checkout that has its own runs and asks no network."""
    return {
        **os.environ,
        "GANLIB_RUNS": str(folder / "runs"),
        "GANLIB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A server that answers, until the end of the block.

    Args:
        folder: for the runs and the log.

    Raises:
        UserError: there is no app here, or it does not come up.
    """
    app = ROOT / "app.py"
    if not app.exists():
        raise UserError(f"Watching needs the dashboard, and there is no {app}.")
    port = _free_port()
    url, log = f"http://127.0.0.1:{port}", folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(app), f"--server.port={port}"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(folder),
        )
    try:
        _wait_until_it_answers(url, process, log)
        yield Server(url, folder / "runs")
    finally:
        _stop(process)


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    said = log.read_text("utf-8", "replace").strip().splitlines()
    raise UserError(f"The dashboard did not come up: {said[-1] if said else 'it said nothing'}.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C would, and by force where that is not enough."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
