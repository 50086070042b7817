"""The real app in a process of its own, for one test module or one test."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRACEBACK = "Traceback (most recent call last)"

_START_S = 60.0
_STOP_S = 30.0


class AppServer:
    """Streamlit serving app.py, with its own run folder and no network.

    Args:
        folder: for the runs, the cache and the log.
        entry: what follows `python` up to the app's own options.
        environment: variables beside those that every server here gets.

    Attributes:
        url: where it answers.
        runs: its run folder.
    """

    def __init__(
        self,
        folder: Path,
        entry: tuple[str, ...] = ("-m", "streamlit"),
        environment: Mapping[str, str] | None = None,
    ):
        self.runs = folder / "runs"
        self._log = folder / "server.log"
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.asked_at = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *entry, "run", str(ROOT / "app.py"), f"--server.port={port}"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "GANLIB_RUNS": str(self.runs),
                    "GANLIB_CACHE": str(folder / "cache"),
                    "GANLIB_OFFLINE": "1",
                    "PYTHONPATH": str(ROOT),
                    **(environment or {}),
                },
            )

    def wait_until_healthy(self) -> None:
        """Returns once it answers."""
        while time.monotonic() < self.asked_at + _START_S:
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"The server did not come up:\n{self.log()}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def log(self, start: int = 0) -> str:
        """What it has said so far, from a byte on."""
        return self._log.read_bytes()[start:].decode("utf-8", "replace")

    @property
    def log_bytes(self) -> int:
        return self._log.stat().st_size

    def stop(self) -> None:
        """Ends it as Ctrl-C would, and kills it where that is not enough."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"The server did not end by itself:\n{self.log()}") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
