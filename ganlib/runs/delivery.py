"""Sends messages to a webhook in a background thread, so that training never waits for it.

Built on `requests`, with a loop of its own in place of urllib3's `Retry`: that one logs the path of
the address, which is often a secret, at each retry.
"""

import logging
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

_LOG = logging.getLogger(__name__)
# Waits before the second to the fifth attempt.
PAUSES_S = (1.0, 2.0, 4.0, 8.0)
# Greatest time to connect, and greatest silence after that.
TIMEOUT_S = 10.0
# Further messages are dropped.
MAX_UNSENT = 100
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Message:
    """A message to be sent.

    Args:
        url: http or https address that it is posted to.
        body: its content, sent as JSON.
        about: its content in a few words, for the log.
    """

    url: str
    body: dict[str, Any]
    about: str


class Delivery:
    """A queue of messages, and the daemon thread that sends them one after the other.

    All methods may be called from any thread, and only `flush` waits.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        # The first one is being sent.
        self._unsent: deque[Message] = deque()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the thread if it is not running: Python cannot while the process ends."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhook", daemon=True)
                self._thread.start()

    def post(self, message: Message) -> None:
        """Queues a message; if too many are waiting, logs that it is dropped."""
        with self._changed:
            if len(self._unsent) < MAX_UNSENT:
                self._unsent.append(message)
                self._changed.notify_all()
                return
        where = masked(message.url)
        _LOG.warning("The webhook %s is too slow: %s was not sent.", where, message.about)

    def flush(self, timeout_s: float) -> None:
        """Waits until every message is sent or given up; after the timeout, logs the unsent ones.

        Args:
            timeout_s: seconds.
        """
        # The user who interrupts the wait does not want to wait.
        with suppress(KeyboardInterrupt), self._changed:
            self._changed.wait_for(lambda: not self._unsent, timeout_s)
        if unsent := list(self._unsent):
            where, about = masked(unsent[0].url), ", ".join(one.about for one in unsent)
            _LOG.warning("The webhook %s has not answered yet; not sent: %s.", where, about)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._unsent)
                message = self._unsent[0]
            for pause_s in (*PAUSES_S, None):
                problem, may_pass = self._attempt(message)
                if pause_s is None or not may_pass:
                    break
                time.sleep(pause_s)
            if problem:
                where = masked(message.url)
                _LOG.warning("The webhook %s %s: %s was not sent.", where, problem, message.about)
            with self._changed:
                self._unsent.popleft()
                self._changed.notify_all()

    def _attempt(self, message: Message) -> tuple[str, bool]:
        """Sends a message.

        Returns:
            (problem, may_pass): a clause without any part of the address, empty if the message was
            sent; and whether another attempt may succeed.
        """
        try:
            # A redirected POST becomes a GET, which would deliver nothing. The body of the answer
            # is not read, since it may have no end.
            with requests.post(
                message.url,
                json=message.body,
                headers={"User-Agent": "ganlib"},
                timeout=TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
        except requests.Timeout:
            return "did not answer in time", True
        except requests.ConnectionError:
            return "could not be reached", True
        except Exception as error:
            # Its text may contain the address.
            return f"failed with {type(error).__name__}", False
        if 200 <= status < 300:
            return "", False
        return f"answered {status}", status >= 500 or status == _TOO_MANY_REQUESTS


def masked(url: str) -> str:
    """Returns an address without user, password, path and query, which may be secret.

    Args:
        url: any text, also one that is not an address.

    Example:
        >>> masked("https://me:secret@example.com:8080/hooks/T01?token=abc")
        'https://example.com:8080/***'
        >>> masked("me:secret@example.com")
        '***'
    """
    scheme, separator, _ = url.partition("://")
    if not (separator and scheme.isascii() and scheme.isalpha()):
        return "***"
    try:
        parts = urlsplit(url)
        # A port that is no number raises an error.
        host = parts.netloc.rpartition("@")[2] if parts.hostname and parts.port != 0 else ""
    except ValueError:
        return f"{scheme}://***"
    # What seems to be the host may be part of a password with a slash.
    if not host or "@" in parts.path + parts.query + parts.fragment:
        return f"{scheme}://***"
    return f"{scheme}://{host}/***"
