"""The dashboard of this checkout, served by a process of its own, as a user would start it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganlib.errors import UserError
from tests.support import ROOT

START_S = 120.0
_STOP_S = 30.0


def environment(folder: Path) -> dict[str, str]:
    """Variables for a process of this checkout that has its own files and asks no network.

    Args:
        folder: for the runs and the downloads.
    """
    return {
        **os.environ,
        "GANLIB_RUNS": str(folder / "runs"),
        "GANLIB_CACHE": str(folder / "cache"),
        "GANLIB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT),
    }


class AppServer:
    """Streamlit serving app.py.

    Args:
        folder: for the runs, the cache and the log; its `secrets.toml`, where there is one,
            takes the place of the user's own.
        entry: what follows `python` up to the app's own options.
        variables: of the environment, beside those that every server here gets.

    Attributes:
        url: where it answers.
        runs: its run folder.
        asked_at: when it was last started, as `time.monotonic` says it.

    Raises:
        UserError: there is no app here.
    """

    def __init__(
        self,
        folder: Path,
        entry: tuple[str, ...] = ("-m", "streamlit"),
        variables: Mapping[str, str] | None = None,
    ):
        app = ROOT / "app.py"
        if not app.exists():
            raise UserError(f"This needs the dashboard, and there is no {app}.")
        self.runs = folder / "runs"
        self._log = folder / "server.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._command = [
            *(sys.executable, *entry, "run", str(app)),
            f"--server.port={port}",
            f"--secrets.files={folder / 'secrets.toml'}",
        ]
        self._environment = {**environment(folder), **(variables or {})}
        self.start()

    def start(self) -> None:
        """Starts it; again after `kill`, with the same address, folder and log."""
        self.asked_at = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )

    def wait_until_healthy(self) -> None:
        """Returns once it answers.

        Raises:
            UserError: it does not come up.
        """
        if not becomes_healthy(self.url, self._process, self.asked_at + START_S):
            raise UserError(f"The dashboard did not come up. It said:\n{self.log() or 'nothing'}")

    def log(self, start: int = 0) -> str:
        """What it has said so far, from a byte on."""
        return self._log.read_bytes()[start:].decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        """Its process, the only one it has."""
        return self._process.pid

    @property
    def log_bytes(self) -> int:
        return self._log.stat().st_size

    def kill(self) -> None:
        """Ends it as a crash would: it gets no chance to do anything."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ends it as Ctrl-C would, and kills it where that is not enough.

        Raises:
            UserError: it had to be killed.
        """
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise UserError(f"The dashboard did not end by itself:\n{self.log()}") from None


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[AppServer]:
    """A server that answers, until the end of the block.

    Args:
        folder: for the runs, the cache and the log.
        options: as `AppServer`.

    Raises:
        UserError: as `AppServer`.
    """
    server = AppServer(folder, **options)
    try:
        server.wait_until_healthy()
        yield server
    finally:
        server.stop()


def becomes_healthy(url: str, process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Waits until a Streamlit server answers.

    Args:
        url: where it should.
        process: that serves; nothing is waited for once it has ended.
        deadline: until when, as `time.monotonic` says it.

    Returns:
        Whether it answers.
    """
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return True
        except OSError:
            time.sleep(0.05)
    return False


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
