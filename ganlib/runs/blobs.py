"""Stores arrays of a step as plain .npz files. The journal records each file with its CRC-32.

The CRC-32 detects damage and files of another step or run. It does not protect against a file that
was made to do harm: it may be compressed (and unpack to a thousand times its size), contain pickles
(and run code), or claim shapes that do not fit in memory. The reader refuses all of these before
it allocates memory.
"""

import io
import math
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from ganlib.events import Arrays
from ganlib.runs.durable import make_folder, replaced
from ganlib.runs.journal import DamagedError, name_of, unreadable
from ganlib.runs.regular import open_regular
from ganlib.runs.value_checks import is_count

# Exceptions that zipfile and numpy raise for damaged archives.
_UNREADABLE = (
    ValueError,
    TypeError,
    EOFError,
    SyntaxError,
    RuntimeError,
    OverflowError,
    MemoryError,
    RecursionError,
    zipfile.BadZipFile,
)
_FILE = re.compile(r"(samples|checkpoints)/[0-9a-z-]{1,40}\.npz")
# Version of the .npy header -> bytes of the field that states the length of the header.
_SIZES = {b"\1\0": 2, b"\2\0": 4}


@dataclass(frozen=True)
class Blob:
    """A reference to a file of arrays.

    Args:
        file: path relative to the run's folder, such as "samples/00000100.npz".
        crc32: CRC-32 of all bytes of the file.
    """

    file: str
    crc32: int

    def fields(self) -> dict[str, Any]:
        """Returns the fields that a line of the journal stores."""
        return {"file": self.file, "file_crc32": self.crc32}


def blob_of(fields: Any) -> Blob:
    """Parses the fields that `Blob.fields` returns.

    Raises:
        ValueError: the fields do not name a file of samples or of a checkpoint.
    """
    if not isinstance(fields, Mapping):
        raise ValueError("no blob")
    file, crc32 = fields.get("file"), fields.get("file_crc32")
    if not isinstance(file, str) or not _FILE.fullmatch(file) or not is_count(crc32):
        raise ValueError("no blob")
    return Blob(file, crc32)


class _ChecksumWriter(io.RawIOBase):
    """Writes to a file and computes the CRC-32. Cannot seek, so that no byte is written twice."""

    def __init__(self, file: IO[bytes]):
        self._file = file
        self.crc32 = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.crc32 = zlib.crc32(data, self.crc32)
        return self._file.write(data)


def write_blob(folder: Path, file: str, arrays: Arrays, *, sync: bool) -> Blob:
    """Writes arrays as an uncompressed .npz file; replaces an existing file of that name.

    Args:
        folder: the run's folder.
        file: path relative to the folder; see `Blob`.
        arrays: arrays by name.
        sync: wait until the file is on the disk; see `durable.replaced`.

    Raises:
        TypeError: an array has a dtype that cannot be read back without pickle.
        OSError: the file cannot be written.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject or array.dtype.kind == "V":
            raise TypeError(f"array {name!r} must be of plain numbers. Received: {array.dtype}.")
    path = folder / file
    make_folder(path.parent)
    with replaced(path, sync=sync) as opened:
        checked = _ChecksumWriter(opened)
        with zipfile.ZipFile(checked, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    return Blob(file, checked.crc32)


def read_blob(folder: Path, blob: Blob) -> Arrays:
    """Reads the arrays of a blob.

    Args:
        folder: the run's folder.
        blob: reference to the file.
    Returns:
        Read-only arrays by name.
    Raises:
        DamagedError: the file is missing or its contents have changed.
    """
    path = folder / blob.file
    try:
        with open_regular(path) as file:
            content = file.read()
    except FileNotFoundError:
        raise DamagedError(f"{name_of(path)} is missing.") from None
    except OSError as error:
        raise unreadable(path, error) from None
    if zlib.crc32(content) != blob.crc32:
        raise DamagedError(f"{name_of(path)} is damaged.")
    try:
        return _arrays(content)
    except _UNREADABLE:
        raise DamagedError(f"{name_of(path)} is damaged.") from None


def _arrays(content: bytes) -> Arrays:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("compressed")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("members larger than the file")
        return {
            member.filename.removesuffix(".npy"): _array(archive.read(member)) for member in members
        }


def _array(content: bytes) -> np.ndarray:
    size = _SIZES.get(content[6:8])
    if size is None:
        raise ValueError(f"version {content[6:8]!r}")
    start = 8 + size + int.from_bytes(content[8 : 8 + size], "little")
    shape, fortran_order, dtype = _header(content[:start])
    if dtype.hasobject or dtype.itemsize * math.prod(shape) != len(content) - start:
        raise ValueError("shape and size differ")
    flat = np.frombuffer(content, dtype, offset=start)
    return flat.reshape(shape, order="F" if fortran_order else "C")


# Samples have the same headers at every step, and numpy is slow to parse them.
@lru_cache(maxsize=128)
def _header(content: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Returns shape, whether the array is in Fortran order, and dtype."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)
