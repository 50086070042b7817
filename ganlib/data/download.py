"""One published file, fetched once and kept: checksummed, and never half."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote as url_quote
from urllib.parse import urlsplit

import platformdirs

from ganlib.data.partial import Fetching, Partial, checksum
from ganlib.errors import DataError, quote
from ganlib.paths import user_path

_SWITCH = {
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
    **dict.fromkeys(("1", "true", "yes", "on"), True),
}


def offline() -> bool:
    """Whether GANLIB_OFFLINE forbids asking the network.

    Raises:
        DataError: it says neither yes nor no.
    """
    text = os.environ.get("GANLIB_OFFLINE", "")
    if text.strip().lower() not in _SWITCH:
        raise DataError(f"GANLIB_OFFLINE must be 1 or 0. Received: {quote(text)}.")
    return _SWITCH[text.strip().lower()]


def cache_folder() -> Path:
    """Where fetched files are kept: GANLIB_CACHE, or the system's place for caches.

    Raises:
        DataError: GANLIB_CACHE is no path.
    """
    chosen = os.environ.get("GANLIB_CACHE")
    if chosen:
        return user_path(chosen, "GANLIB_CACHE")
    return Path(platformdirs.user_cache_dir("ganlib"))


def check_address(variable: str, default: str) -> None:
    """Looks at where files are published before a run is made that would ask there.

    Args:
        variable: of the environment, that names a mirror.
        default: where they are without one.

    Raises:
        DataError: the variable holds no address that can be asked.
    """
    base = os.environ.get(variable) or default
    try:
        parts = urlsplit(base)
        asked = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        asked = False
    if not asked:
        raise DataError(
            f"{variable} must be an address that begins with http:// or https://. "
            f"Received: {quote(base)}."
        )


@dataclass(frozen=True)
class RemoteFile:
    """A published file whose every byte is known.

    Args:
        name: its path below the base address and below the cache folder.
        base_url: the address it is published under.
        url_variable: environment variable that puts a mirror in place of `base_url`.
        checksum: "sha256:" or "md5:" and the published checksum, hexadecimal.
        size: bytes.
    """

    name: str
    base_url: str
    url_variable: str
    checksum: str
    size: int

    @property
    def url(self) -> str:
        """Where it is asked for."""
        base = os.environ.get(self.url_variable) or self.base_url
        return f"{base.rstrip('/')}/{url_quote(self.name)}"

    def check_address(self) -> None:
        """Raises DataError where `url_variable` holds no address."""
        check_address(self.url_variable, self.base_url)

    @property
    def path(self) -> Path:
        """Where it is kept; there need be nothing yet."""
        return cache_folder() / self.name

    def state(self) -> Literal["absent", "whole", "damaged"]:
        """What the cache has; asks no network."""
        path = self.path
        try:
            stat = path.stat()
            whole = self._is_right(path, stat.st_size, stat.st_mtime_ns)
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        except OSError:
            return "damaged"
        return "whole" if whole else "damaged"

    def fetch(self) -> Fetching:
        """Downloads the file into the cache, over a damaged copy if there is one.

        May be closed at any moment; what was received by then is kept beside, for the next
        attempt.

        Raises:
            DownloadError: it could not be had; the copy in the cache is as it was.
        """
        part = Partial(self.name, self.url, self.path.with_name(f"{self.path.name}.part"))
        yield from part.fetch(lambda: self._attempt(part))

    def _attempt(self, part: Partial) -> Fetching:
        # Another process may have fetched it while this one waited for the lock.
        if self.state() == "whole":
            return

        def check_total(total: int) -> None:
            if total != self.size:
                raise part.failure(f"the file there has {total:,} bytes, expected {self.size:,}")

        with part.open() as file:
            yield from part.receive(file, self.size, check_total)
            if not self._is_right(part.path, self.size, os.fstat(file.fileno()).st_mtime_ns):
                part.forget(file)
                raise part.failure("what was sent has not the published checksum")
        part.finish(self.path)

    def _is_right(self, path: Path, size: int, mtime_ns: int) -> bool:
        algorithm, _, expected = self.checksum.partition(":")
        return _digest(path, algorithm, size, mtime_ns) == expected


@lru_cache(maxsize=64)
def _digest(path: Path, algorithm: str, size: int, mtime_ns: int) -> str:
    """Checksum of a file; remembered until its size or time of change differ."""
    with path.open("rb") as file:
        return checksum(file, algorithm)
