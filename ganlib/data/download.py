"""One published file, fetched once and kept: checksummed, and never half."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote


def offline() -> bool:
    """Whether GANLIB_OFFLINE forbids asking the network."""
    return os.environ.get("GANLIB_OFFLINE", "") not in ("", "0")


def cache_folder() -> Path:
    """Where fetched files are kept: GANLIB_CACHE, or the system's place for caches."""
    chosen = os.environ.get("GANLIB_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    # pooch costs 0.2 s, which the import of a page should not pay.
    import pooch

    return pooch.os_cache("ganlib")


@dataclass(frozen=True)
class RemoteFile:
    """A published file whose every byte is known.

    Args:
        name: its path below the base address and below the cache folder.
        base_url: the address it is published under.
        url_variable: environment variable that puts a mirror in place of `base_url`.
        sha256: checksum, hexadecimal.
        size: bytes.
    """

    name: str
    base_url: str
    url_variable: str
    sha256: str
    size: int

    @property
    def url(self) -> str:
        """Where it is asked for."""
        base = os.environ.get(self.url_variable) or self.base_url
        return f"{base.rstrip('/')}/{quote(self.name)}"

    @property
    def path(self) -> Path:
        """Where it is kept; there need be nothing yet."""
        return cache_folder() / self.name

    def state(self) -> Literal["absent", "whole", "damaged"]:
        """What the cache has; asks no network."""
        path = self.path
        try:
            stat = path.stat()
            same = _sha256(path, stat.st_size, stat.st_mtime_ns) == self.sha256
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        except OSError:
            return "damaged"
        return "whole" if same else "damaged"

    def fetch(self) -> Path:
        """Downloads the file into the cache, over a damaged copy if there is one.

        Returns:
            Where it lies, whole.

        Raises:
            DownloadError: it could not be had; the cache is as it was.
        """
        # Loads requests, which the import of a page should not pay.
        from ganlib.data.transfer import Transfer

        return Transfer(self.name, self.url, self.path, self.sha256, self.size).run()


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    """Checksum of a file; remembered until its size or time of change differ."""
    import pooch

    return pooch.file_hash(str(path), alg="sha256")
