"""Checksums of files, and the digest by which a run recognises a file of the user's own."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from ganlib.data.npy import short
from ganlib.errors import DataError
from ganlib.paths import regular_file

_SIZE = 12
_CHUNK_BYTES = 2**20
DIGEST = re.compile(f"[0-9a-f]{{{2 * _SIZE}}}")


def checksum(file: BinaryIO, algorithm: str, digest_size: int | None = None) -> str:
    """Hashes a whole file.

    Args:
        file: opened for reading.
        algorithm: as hashlib calls it, such as "sha256".
        digest_size: bytes of the digest; for "blake2b" only.
    Returns:
        Hexadecimal digits.
    """
    options = {} if digest_size is None else {"digest_size": digest_size}
    digest: Any = getattr(hashlib, algorithm)(usedforsecurity=False, **options)
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    return str(digest.hexdigest())


def digest_of(content: bytes | memoryview) -> str:
    """Returns the BLAKE2b digest of a content, 24 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=_SIZE).hexdigest()


def file_digest(path: Path) -> str:
    """Returns `digest_of` a file's content, cached until the file changes.

    Raises:
        DataError: the file does not exist or cannot be read.
    """
    found = regular_file(path, short(str(path)))
    return _file_digest(path, found.st_mtime_ns, found.st_size)


def check_unchanged(path: Path, before: str, now: str) -> None:
    """Checks that a run's file is the one it began with.

    Args:
        path: for the error message.
        before: the digest in the run's settings.
        now: the file's digest.

    Raises:
        DataError: the digests differ.
    """
    if before != now:
        raise DataError(
            f"{path} has changed since these settings were saved. Restore the old "
            "file, or start a new run with the changed one."
        )


@lru_cache(maxsize=8)
def _file_digest(path: Path, _mtime_ns: int, _size: int) -> str:
    try:
        with path.open("rb") as file:
            return checksum(file, "blake2b", _SIZE)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
