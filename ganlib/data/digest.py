"""Files of the user's own, which a run knows again by their content."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from ganlib.data.npy import short
from ganlib.errors import DataError
from ganlib.paths import regular_file

_SIZE = 12
_PIECE = 2**20
DIGEST = re.compile(f"[0-9a-f]{{{2 * _SIZE}}}")


def digest_of(content: bytes | memoryview) -> str:
    """Another content, another digest; BLAKE2b, 24 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=_SIZE).hexdigest()


def file_digest(path: Path) -> str:
    """`digest_of` a file's content, read once for as long as the file stays as it is.

    Raises:
        DataError: there is no such file, or it cannot be read.
    """
    found = regular_file(path, short(str(path)))
    return _read(path, found.st_mtime_ns, found.st_size)


def check_unchanged(path: Path, before: str, now: str) -> None:
    """Whether a run's file still is what it began with.

    Raises:
        DataError: the file has another content.
    """
    if before != now:
        raise DataError(
            f"{path} has changed since these settings were saved. Put the old file back, "
            "or start a new run with it as it is now."
        )


@lru_cache(maxsize=8)
def _read(path: Path, _changed_at: int, _size: int) -> str:
    digest = hashlib.blake2b(digest_size=_SIZE)
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    return digest.hexdigest()
