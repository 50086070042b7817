"""Stores arrays of a step as plain .npz files. The journal records each file with its CRC-32.

The CRC-32 detects damage and files of another step or run. It does not protect against a file that
was made to do harm: it may be compressed (and unpack to a thousand times its size), contain pickles
(and run code), or claim shapes that do not fit in memory. The reader refuses all of these.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import numpy as np
from pydantic import Field

from ganlib.events import Arrays
from ganlib.runs.durable import make_folder, replaced
from ganlib.runs.journal import DamagedError, name_of, opened
from ganlib.runs.status import Count


@dataclass(frozen=True)
class Blob:
    """A reference to a file of arrays. Lines of the journal have the same fields.

    Args:
        file: path relative to the run's folder, such as "samples/00000100.npz".
        file_crc32: CRC-32 of all bytes of the file.
    """

    file: Annotated[str, Field(pattern=r"^(samples|checkpoints)/[0-9a-z-]{1,40}\.npz$")]
    file_crc32: Count


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
        ValueError: an array has a dtype that cannot be read back without pickle.
        OSError: the file cannot be written.
    """
    path = folder / file
    make_folder(path.parent)
    with replaced(path, sync=sync) as opened_file:
        checked = _ChecksumWriter(opened_file)
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
    with opened(path) as file:
        content = file.read()
    try:
        if zlib.crc32(content) != blob.file_crc32:
            raise ValueError("another checksum")
        return _arrays(content)
    except Exception:
        # zipfile and numpy raise errors of many kinds for files that were made to do harm.
        raise DamagedError(f"{name_of(path)} is damaged.") from None


def _arrays(content: bytes) -> Arrays:
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("compressed")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("members larger than the file")
        for member in members:
            with archive.open(member) as file:
                array = np.lib.format.read_array(file, allow_pickle=False)
            array.flags.writeable = False
            arrays[member.filename.removesuffix(".npy")] = array
    return arrays
