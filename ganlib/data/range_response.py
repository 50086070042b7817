"""A range of bytes of a published file, received in a thread.

Built on `requests`. Pooch cannot continue a download, ask for a range, or stop, and its timeouts
leave out the look-up of the server's name; fsspec reads a whole file into memory where the
server ignores ranges. This module therefore implements resuming, cancelling and timeouts.
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


def range_chunks(
    name: str, url: str, start: int, end: int, sizes: tuple[int, ...]
) -> Generator[bytes, None, None]:
    """Yields bytes of a published file in order, and b"" whenever nothing has come for 0.3 s.

    Closing the iterator ends the transfer.

    Args:
        name: what is downloaded, for error messages.
        url: where it is published.
        start: first byte.
        end: the byte after the last one.
        sizes: sizes that the whole file may have, bytes; the first is the usual one.

    Raises:
        DownloadError: the server cannot be reached, refuses, is silent for too long, or
            publishes a file of another size.
    """
    received: queue.Queue[bytes | DownloadError | None] = queue.Queue(maxsize=16)
    closed = threading.Event()

    def put(item: bytes | DownloadError | None) -> None:
        while not closed.is_set():
            with suppress(queue.Full):
                return received.put(item, timeout=PROGRESS_EVERY_S)

    def receive() -> None:
        try:
            for chunk in _request(name, url, start, end, sizes):
                put(chunk)
                if closed.is_set():
                    return
            put(None)
        except DownloadError as error:
            put(error)

    threading.Thread(target=receive, name=f"range {url}", daemon=True).start()
    last, patience_s = time.monotonic(), ANSWER_WITHIN_S
    try:
        while True:
            try:
                item = received.get(timeout=PROGRESS_EVERY_S)
            except queue.Empty:
                if time.monotonic() - last > patience_s:
                    reason = f"no answer from {_host(url)} within {patience_s:g} s"
                    raise DownloadError(name, reason, passing=True) from None
                yield b""
                continue
            last, patience_s = time.monotonic(), STALL_S
            if item is None:
                return
            if isinstance(item, DownloadError):
                raise item
            yield item
    finally:
        closed.set()


def _request(name: str, url: str, start: int, end: int, sizes: tuple[int, ...]) -> Iterator[bytes]:
    """Yields b"" when the server has answered, then the bytes; see `range_chunks`."""
    host, answered = _host(url), False
    headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
    timeout = (ANSWER_WITHIN_S, STALL_S)
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
            answered = True
            status = response.status_code
            if status not in (200, 206):
                reason = f"{host} answered {status} {response.reason}"
                raise DownloadError(name, reason, passing=status >= 500)
            yield b""
            size = _published_size(response)
            if size is not None and size not in sizes:
                reason = f"the file has {size:,} bytes, expected {sizes[0]:,}"
                raise DownloadError(name, reason)
            # A server that ignores ranges sends the whole file.
            position = start if status == 206 else 0
            for chunk in response.iter_content(_CHUNK_BYTES):
                skipped = max(0, start - position)
                yield chunk[skipped : max(skipped, end - position)]
                position += len(chunk)
                if position >= end:
                    return
        reason = f"{host} sent only {position:,} of the {end:,} bytes expected"
        raise DownloadError(name, reason, passing=True)
    except ValueError:
        # `requests` raises its errors about invalid addresses as ValueError, too.
        reason = f"{url} is not an address that can be downloaded from"
        raise DownloadError(name, reason) from None
    except requests.RequestException as error:
        reason = f"the connection to {host} broke off"
        if isinstance(error, requests.Timeout):
            reason = f"no answer from {host}"
        elif isinstance(error, requests.ConnectionError) and not answered:
            reason = f"{host} could not be reached"
        # Another attempt cannot help against an unknown host.
        cause = getattr(error.args[0] if error.args else None, "reason", None)
        passing = not isinstance(cause, NameResolutionError)
        raise DownloadError(name, reason, passing=passing) from error


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
