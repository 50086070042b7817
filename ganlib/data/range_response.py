"""A server's response to one request for a range of bytes, received in a thread.

Built on `requests`. Pooch cannot continue a download, ask for a range, or stop, and its timeouts
leave out the look-up of the server's name; fsspec reads a whole file into memory where the
server ignores ranges. So continuing, stopping and giving up are written here.
"""

import queue
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError

from ganlib.errors import DownloadError

# The first answer, name look-up included, must come within this time.
ANSWER_WITHIN_S = 3.0
# The longest silence after that.
STALL_S = 10.0
PROGRESS_EVERY_S = 0.3
# Small, because the rest of a chunk is lost when the connection breaks.
_CHUNK_BYTES = 1 << 14


class RangeResponse:
    """Bytes `start` to `end` of a published file. Iterate over `chunks` once.

    Args:
        name: what is downloaded, for error messages.
        url: where it is published.
        start: first byte.
        end: the byte after the last one.
        sizes: sizes that the whole file may have, bytes; the first is the usual one.
    """

    def __init__(self, name: str, url: str, start: int, end: int, sizes: tuple[int, ...]):
        self._name = name
        self._url = url
        self._start = start
        self._end = end
        self._sizes = sizes
        self._host = _host(url)
        self._queue: queue.Queue[bytes | DownloadError | None] = queue.Queue(maxsize=16)
        self._closed = threading.Event()
        self._answered = False

    def chunks(self) -> Generator[bytes, None, None]:
        """Yields the bytes in order, and b"" whenever nothing has come for 0.3 s.

        Closing the iterator ends the transfer.

        Raises:
            DownloadError: the server cannot be reached, refuses, is silent for too long, or
                publishes a file of another size.
        """
        threading.Thread(target=self._receive, name=f"range {self._url}", daemon=True).start()
        last, patience_s = time.monotonic(), ANSWER_WITHIN_S
        try:
            while True:
                try:
                    received = self._queue.get(timeout=PROGRESS_EVERY_S)
                except queue.Empty:
                    if time.monotonic() - last > patience_s:
                        reason = f"no answer from {self._host} within {patience_s:g} s"
                        raise self._error(reason, passing=True) from None
                    yield b""
                    continue
                last, patience_s = time.monotonic(), STALL_S
                if received is None:
                    return
                if isinstance(received, DownloadError):
                    raise received
                yield received
        finally:
            self._closed.set()

    def _receive(self) -> None:
        """Runs in the thread."""
        try:
            for chunk in self._request():
                self._put(chunk)
            self._put(None)
        except DownloadError as error:
            self._put(error)
        except requests.RequestException as error:
            self._put(self._error(self._reason(error), passing=_may_pass(error)))

    def _put(self, received: bytes | DownloadError | None) -> None:
        while not self._closed.is_set():
            with suppress(queue.Full):
                return self._queue.put(received, timeout=PROGRESS_EVERY_S)

    def _request(self) -> Iterator[bytes]:
        """Yields b"" when the server has answered, then the bytes."""
        headers = {"Range": f"bytes={self._start}-{self._end - 1}", "Accept-Encoding": "identity"}
        timeout = (ANSWER_WITHIN_S, STALL_S)
        with requests.get(self._url, headers=headers, stream=True, timeout=timeout) as response:
            self._answered = True
            status = response.status_code
            if status not in (200, 206):
                reason = f"{self._host} answered {status} {response.reason}"
                raise self._error(reason, passing=status >= 500)
            yield b""
            size = _published_size(response)
            if size is not None and size not in self._sizes:
                raise self._error(f"the file has {size:,} bytes, expected {self._sizes[0]:,}")
            # A server that ignores ranges sends the whole file.
            position = self._start if status == 206 else 0
            for chunk in response.iter_content(_CHUNK_BYTES):
                skipped = max(0, self._start - position)
                yield chunk[skipped : max(skipped, self._end - position)]
                position += len(chunk)
                if position >= self._end or self._closed.is_set():
                    return
            raise self._error(
                f"{self._host} sent only {position:,} of the {self._end:,} bytes expected",
                passing=True,
            )

    def _error(self, reason: str, *, passing: bool = False) -> DownloadError:
        return DownloadError(self._name, reason, passing=passing)

    def _reason(self, error: requests.RequestException) -> str:
        if isinstance(error, ValueError):
            return f"{self._url} is not an address that can be downloaded from"
        if isinstance(error, requests.Timeout):
            return f"no answer from {self._host}"
        if isinstance(error, requests.ConnectionError) and not self._answered:
            return f"{self._host} could not be reached"
        return f"the connection to {self._host} broke off"


def _may_pass(error: requests.RequestException) -> bool:
    """True unless the address is wrong or its host unknown, which another attempt cannot mend."""
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    return not isinstance(error, ValueError) and not isinstance(cause, NameResolutionError)


def _host(url: str) -> str:
    """Host and port, without a user name and password before them."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def _published_size(response: requests.Response) -> int | None:
    """Bytes of the whole published file; None if the server does not say."""
    header = "Content-Range" if response.status_code == 206 else "Content-Length"
    size = response.headers.get(header, "").rpartition("/")[2]
    return int(size) if size.isdigit() else None
