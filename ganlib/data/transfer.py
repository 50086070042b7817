"""One attempt at a download, which never holds its caller up for long."""

import logging
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pooch
import requests

from ganlib.errors import DownloadError

# A machine without network is held up no longer than this, name look-up included.
ANSWER_WITHIN_S = 3.0
# Silence in the middle of a transfer, and all of a transfer.
STALL_S = 10.0
WHOLE_S = 600.0

_CHUNK_BYTES = 1 << 16


class Transfer:
    """Fetches one file whose size and checksum are known.

    Args:
        name: the file's name, for sentences.
        url: where to ask.
        path: where to put it.
        sha256: checksum, hexadecimal.
        size: bytes.
    """

    def __init__(self, name: str, url: str, path: Path, sha256: str, size: int):
        self._name = name
        self._url = url
        self._path = path
        self._sha256 = sha256
        self._size = size
        self._host = _host(url)
        self._answered = threading.Event()
        self._abandoned = threading.Event()
        self._done: Future[Path] = Future()

    def run(self) -> Path:
        """Waits for the file, but for no server that is silent or endlessly slow.

        Returns:
            Where it lies, whole.

        Raises:
            DownloadError: it could not be had; what lay at the path is as it was.
        """
        # A thread, since no timeout of the libraries covers the look-up of a name
        # or the trying of one dead address after another.
        threading.Thread(target=self._work, name=f"download {self._name}", daemon=True).start()
        try:
            if not self._answered.wait(ANSWER_WITHIN_S):
                raise self._failure(self._silence())
            return self._done.result(timeout=WHOLE_S)
        except FutureTimeoutError:
            raise self._failure(f"{self._host} was not done after {WHOLE_S:g} s") from None
        finally:
            self._abandoned.set()

    def _work(self) -> None:
        try:
            self._done.set_result(self._retrieve())
        except DownloadError as error:
            self._done.set_exception(error)
        except Exception as error:
            failure = self._failure(self._reason(error))
            failure.__cause__ = error
            self._done.set_exception(failure)
        finally:
            self._answered.set()

    def _retrieve(self) -> Path:
        pooch.get_logger().setLevel(logging.WARNING)
        # pooch writes to a temporary file beside the target, compares the checksum
        # and only then renames, so that nothing partial ever has the right name.
        return Path(
            pooch.retrieve(
                self._url,
                known_hash=f"sha256:{self._sha256}",
                path=self._path.parent,
                fname=self._path.name,
                downloader=self._stream,
            )
        )

    def _stream(self, url: str, output_file: str, _pooch: Any) -> None:
        """Writes what the server sends into `output_file`; pooch calls this."""
        with requests.get(
            url,
            stream=True,
            timeout=(ANSWER_WITHIN_S, STALL_S),
            headers={"Accept-Encoding": "identity"},
        ) as response:
            response.raise_for_status()
            self._answered.set()
            received = 0
            with open(output_file, "wb") as output:
                for chunk in response.iter_content(_CHUNK_BYTES):
                    received += len(chunk)
                    if self._abandoned.is_set():
                        raise self._failure("it was given up")
                    if received > self._size:
                        raise self._failure(
                            f"{self._host} sent more than the {self._size:,} bytes expected"
                        )
                    output.write(chunk)
        if received < self._size:
            raise self._failure(
                f"{self._host} sent only {received:,} of the {self._size:,} bytes expected"
            )

    def _failure(self, reason: str) -> DownloadError:
        return DownloadError(self._name, reason)

    def _silence(self) -> str:
        return f"no answer from {self._host} within {ANSWER_WITHIN_S:g} s"

    def _reason(self, error: Exception) -> str:
        if isinstance(error, requests.HTTPError) and error.response is not None:
            return f"{self._host} answered {error.response.status_code} {error.response.reason}"
        # requests says so of an address that makes no sense.
        if isinstance(error, requests.RequestException) and isinstance(error, ValueError):
            return f"{self._url} is not an address that can be fetched"
        if isinstance(error, requests.RequestException):
            if self._answered.is_set():
                return f"the connection to {self._host} broke off"
            if isinstance(error, requests.Timeout):
                return self._silence()
            return f"{self._host} could not be reached"
        if isinstance(error, OSError):
            # pooch raises a PermissionError of its own without a number.
            denied = isinstance(error, PermissionError)
            why = error.strerror or ("Permission denied" if denied else str(error))
            return f"{self._path.parent} cannot be written ({why})"
        if isinstance(error, ValueError):
            return f"what {self._host} sent has not the checksum of {self._name}"
        return f"{type(error).__name__}: {error}"


def _host(url: str) -> str:
    """The address's host and port, without a password that may stand before them."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url
