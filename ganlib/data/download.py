"""Published files: where they are, where they are cached, and their checksums."""

import os
import urllib.parse
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import platformdirs

from ganlib.data.digest import checksum
from ganlib.data.partial import Fetching, Partial
from ganlib.errors import DataError, quote
from ganlib.paths import user_path

_SWITCH = {
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
    **dict.fromkeys(("1", "true", "yes", "on"), True),
}


def offline() -> bool:
    """Returns True if GANLIB_OFFLINE forbids asking the network.

    Raises:
        DataError: its value is neither yes nor no.
    """
    text = os.environ.get("GANLIB_OFFLINE", "")
    if text.strip().lower() not in _SWITCH:
        raise DataError(f"GANLIB_OFFLINE must be 1 or 0. Received: {quote(text)}.")
    return _SWITCH[text.strip().lower()]


def cache_folder() -> Path:
    """Returns the folder of downloads: GANLIB_CACHE, or the system's place for caches.

    Raises:
        DataError: GANLIB_CACHE is not a path.
    """
    chosen = os.environ.get("GANLIB_CACHE")
    if chosen:
        return user_path(chosen, "GANLIB_CACHE")
    return Path(platformdirs.user_cache_dir("ganlib"))


def published_url(variable: str, default: str, name: str) -> str:
    """Returns the address of a published file.

    Args:
        variable: environment variable with the address of a mirror.
        default: base address without one.
        name: path of the file below the base address.
    """
    base = os.environ.get(variable) or default
    return f"{base.rstrip('/')}/{urllib.parse.quote(name)}"


def is_web_address(text: str) -> bool:
    """True if a text is an http or https address with a host."""
    try:
        parts = urllib.parse.urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def check_address(variable: str, default: str) -> None:
    """Checks the base address of published files before a run starts.

    Args:
        variable: environment variable with the address of a mirror.
        default: base address without one.

    Raises:
        DataError: the variable is not an http or https address.
    """
    base = os.environ.get(variable) or default
    if not is_web_address(base):
        raise DataError(
            f"{variable} must be an address that begins with http:// or https://. "
            f"Received: {quote(base)}."
        )


@dataclass(frozen=True)
class RemoteFile:
    """A published file with a known size and checksum.

    Args:
        name: its path below the base address and below the cache folder.
        base_url: the address it is published under.
        url_variable: environment variable with the address of a mirror.
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
        """Address of the file."""
        return published_url(self.url_variable, self.base_url, self.name)

    def check_address(self) -> None:
        """Raises DataError if `url_variable` is not an address."""
        check_address(self.url_variable, self.base_url)

    @property
    def path(self) -> Path:
        """Path in the cache; the file need not exist."""
        return cache_folder() / self.name

    def state(self) -> Literal["absent", "whole", "damaged"]:
        """State of the cached copy; asks no network."""
        try:
            return "whole" if self._matches(self.path) else "damaged"
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        except OSError:
            return "damaged"

    def fetch(self) -> Fetching:
        """Downloads the file into the cache, in place of a damaged copy.

        May be closed at any moment; the next call continues with what was received by then.

        Raises:
            DownloadError: the download failed; a copy in the cache is unchanged.
        """
        path = self.path
        part = Partial(self.name, self.url, path.with_name(f"{path.name}.part"), (self.size,))

        def attempt() -> Fetching:
            # Another process may have fetched it while this one waited for the lock.
            if self.state() == "whole":
                return
            with part.open() as file:
                yield from part.receive(file, self.size)
                if not self._matches(part.path):
                    raise part.discard(
                        file, "the downloaded file does not have the published checksum"
                    )
            part.finish(path)

        yield from part.fetch(attempt)

    def _matches(self, path: Path) -> bool:
        algorithm, _, expected = self.checksum.partition(":")
        stat = path.stat()
        return _checksum(path, algorithm, stat.st_size, stat.st_mtime_ns) == expected


@lru_cache(maxsize=64)
def _checksum(path: Path, algorithm: str, _size: int, _mtime_ns: int) -> str:
    """Checksum of a file, cached until its size or modification time changes."""
    with path.open("rb") as file:
        return checksum(file, algorithm)
