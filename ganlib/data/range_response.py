"""A server's answer to one request for a range of bytes."""

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError

# A machine without network is held up no longer than this, name look-up included.
ANSWER_WITHIN_S = 3.0
# Silence in the middle.
STALL_S = 10.0
# Small, for what is left of a chunk is lost when the connection breaks off.
_CHUNK_BYTES = 1 << 14
TOLD_EVERY_S = 0.3


class RangeResponse:
    """A server's answer to one request for a range of bytes, read in a thread of its own.

    No time-out of the library covers the look-up of a name, and a user who presses Stop
    does not want to wait for a silent server.

    Args:
        url: what is asked for.
        start: the first byte.
        goal: the byte behind the last one.
    """

    def __init__(self, url: str, start: int, goal: int):
        self.host = _host(url)
        self._url = url
        self._start = start
        self._goal = goal
        self._events: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=16)
        self._abandoned = threading.Event()
        self._answered = False

    def abandon(self) -> None:
        """Nobody listens any more."""
        self._abandoned.set()

    def events(self) -> Iterator[tuple[str, Any]]:
        """("total", bytes or None), ("bytes", content) and so on, ("waiting", None) meanwhile.

        Ends after the last byte, or with ("failed", (reason, whether trying again may help)).
        """
        threading.Thread(target=self._work, name=f"range {self._url}", daemon=True).start()
        heard, patience = time.monotonic(), ANSWER_WITHIN_S
        while True:
            try:
                kind, value = self._events.get(timeout=TOLD_EVERY_S)
            except queue.Empty:
                if time.monotonic() - heard > patience:
                    yield "failed", (f"no answer from {self.host} within {patience:g} s", True)
                    return
                yield "waiting", None
                continue
            heard, patience = time.monotonic(), STALL_S
            if kind == "done":
                return
            yield kind, value

    def _work(self) -> None:
        try:
            self._ask()
            self._tell("done", None)
        except requests.RequestException as error:
            self._tell("failed", (self._reason(error), _passes(error)))

    def _ask(self) -> None:
        headers = {
            "Range": f"bytes={self._start}-{self._goal - 1}",
            "Accept-Encoding": "identity",
        }
        timeout = (ANSWER_WITHIN_S, STALL_S)
        with requests.get(self._url, headers=headers, stream=True, timeout=timeout) as response:
            self._answered = True
            if response.status_code not in (200, 206):
                said = f"{self.host} answered {response.status_code} {response.reason}"
                self._tell("failed", (said, response.status_code >= 500))
                return
            partial = response.status_code == 206
            self._tell("total", _total(response, partial))
            # A server that does not know ranges sends everything from the first byte on.
            position = self._start if partial else 0
            for chunk in response.iter_content(_CHUNK_BYTES):
                first = max(0, self._start - position)
                fresh = chunk[first : max(first, self._goal - position)]
                position += len(chunk)
                if fresh:
                    self._tell("bytes", fresh)
                if position >= self._goal or self._abandoned.is_set():
                    return

    def _tell(self, kind: str, value: Any) -> None:
        while not self._abandoned.is_set():
            try:
                self._events.put((kind, value), timeout=TOLD_EVERY_S)
                return
            except queue.Full:
                continue

    def _reason(self, error: requests.RequestException) -> str:
        if isinstance(error, ValueError):
            return f"{self._url} is not an address that can be fetched"
        if isinstance(error, requests.Timeout):
            return f"no answer from {self.host}"
        if isinstance(error, requests.ConnectionError) and not self._answered:
            return f"{self.host} could not be reached"
        return f"the connection to {self.host} broke off"


def _passes(error: requests.RequestException) -> bool:
    """Whether trying again may help: a name that nobody knows stays unknown for a while."""
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    return not isinstance(error, ValueError) and not isinstance(cause, NameResolutionError)


def _host(url: str) -> str:
    """The address's host and port, without a password that may stand before them."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def _total(response: requests.Response, partial: bool) -> int | None:
    """Bytes of the whole published file, where the server says."""
    said = response.headers.get("Content-Range" if partial else "Content-Length", "")
    number = said.rpartition("/")[2]
    return int(number) if number.isdigit() else None
