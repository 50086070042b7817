"""Arrays in uncompressed .npz files, read without trusting them.

Each says where it was written, so that a copy of another run's file, or of another step's,
is told from the file that was there. Those of an earlier version do not say it, and are read.

A foreign file may be compressed (and unpack to a thousand times its size), hold
pickles (and run code), or claim shapes that do not fit in memory: all refused
before anything is allocated.
"""

import io
import math
import os
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from ganlib.events import Arrays
from ganlib.runs.documents import (
    SCHEMA,
    DamagedError,
    TooNewError,
    damaged,
    foreign,
    name_of,
)
from ganlib.runs.durable import replaced
from ganlib.runs.regular import open_regular

# Everything that zipfile and numpy were seen to raise on damaged archives.
_UNREADABLE = (
    OSError,
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
_BEHIND_STAMP = b"; "
# Of each version of an array's header, the bytes that say how long it is.
_SIZES = {b"\1\0": 2, b"\2\0": 4}


def write_arrays(path: Path, arrays: Arrays, *, sync: bool) -> None:
    """Replaces the file at `path`; see `durable.replaced` for `sync`.

    Raises:
        TypeError: an array's dtype cannot be read back without pickle.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject or array.dtype.kind == "V":
            raise TypeError(f"array {name!r} must be of plain numbers. Received: {array.dtype}.")
    with replaced(path, sync=sync) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
        archive.comment = _contents(archive.namelist(), _stamp(path))


def read_arrays(path: Path) -> Arrays:
    """The arrays at `path` by name. They cannot be written to.

    Raises:
        DamagedError: it is missing, or not a file that `write_arrays` made there.
        TooNewError: a later version wrote it.
    """
    what = name_of(path)
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            stamp = archive.comment.rpartition(_BEHIND_STAMP)[0]
            if archive.comment != _contents(archive.namelist(), stamp):
                raise ValueError("members missing")
            _check_stamp(stamp, path)
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise ValueError("compressed")
            if sum(member.file_size for member in members) > os.fstat(file.fileno()).st_size:
                raise ValueError("members larger than the file")
            # `read` compares each member's CRC-32.
            return {
                member.filename.removesuffix(".npy"): _array(archive.read(member))
                for member in members
            }
    except FileNotFoundError:
        raise DamagedError(f"{what} is missing.") from None
    except _UNREADABLE:
        raise damaged(what) from None


def _stamp(path: Path) -> bytes:
    """Where an archive is written: in which run, folder and file."""
    return "/".join(path.parts[-3:]).encode("utf-8", "surrogateescape") + b", schema %d" % SCHEMA


def _check_stamp(stamp: bytes, path: Path) -> None:
    if stamp in (b"", _stamp(path)):
        return
    schema = int(stamp.rpartition(b" ")[2])
    if schema > SCHEMA:
        raise TooNewError(f"{name_of(path)} was written by a later version (schema {schema}).")
    raise foreign(name_of(path))


def _contents(names: list[str], stamp: bytes = b"") -> bytes:
    """What the archive's comment says. A flipped length in its directory may hide members."""
    crc = zlib.crc32("/".join(names).encode(), zlib.crc32(stamp))
    before = stamp + _BEHIND_STAMP if stamp else b""
    return before + f"{len(names)} members, crc32 {crc:08x}".encode()


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


# Those of a run's samples are the same at every step, and Python is compiled to read one.
@lru_cache(maxsize=128)
def _header(content: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether it is in Fortran's order, and dtype."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)
