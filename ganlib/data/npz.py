"""Images out of an .npz file that nobody vouches for."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.errors import DataError

# numpy refuses headers above 10,000 characters; one of ours has about 70.
_HEADER_BYTES = 10_240


@dataclass(frozen=True)
class NpzImages:
    """Grey images, uint8 of (N, side, side), under one key of an .npz file.

    Everything is decided from the headers before a single image is unpacked: a
    small file can claim, and really unpack to, more than the memory there is.

    Args:
        key: name of the array in the file.
        side: height and width of an image, pixels.
        most: more images than this are refused.
    """

    key: str
    side: int
    most: int

    def count(self, path: Path) -> int:
        """How many images the file holds, from its headers alone.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        with _sentence_for(path), zipfile.ZipFile(path) as archive:
            return self._count(path, archive)

    def read(self, path: Path) -> np.ndarray:
        """The images: (N, side, side, 1) uint8.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        self.count(path)
        with _sentence_for(path), np.load(path, allow_pickle=False) as arrays:
            return np.ascontiguousarray(arrays[self.key])[..., np.newaxis]

    def _count(self, path: Path, archive: zipfile.ZipFile) -> int:
        member = self._member(path, archive)
        with archive.open(member) as file:
            head = io.BytesIO(file.read(_HEADER_BYTES))
        shape, dtype = _read_header(path, self.key, head)
        if dtype.hasobject:
            raise DataError(
                f"{path}: {self.key} holds pickled Python objects, which are never loaded; "
                "expected uint8 images."
            )
        wanted = f"(N, {self.side}, {self.side})"
        if dtype != np.uint8:
            found = _short(str(dtype))
            raise DataError(f"{path}: {self.key} is {found}; expected uint8 of {wanted}.")
        if len(shape) != 3 or shape[1:] != (self.side, self.side) or shape[0] < 1:
            found = _short(str(shape))
            raise DataError(f"{path}: {self.key} has shape {found}; expected {wanted}.")
        count = shape[0]
        if count > self.most:
            raise DataError(
                f"{path}: {self.key} claims {_short(f'{count:,}')} images; "
                f"at most {self.most:,} are read."
            )
        if member.file_size != head.tell() + count * self.side**2:
            raise DataError(
                f"{path}: {self.key} claims {count:,} images, but its size does not fit them; "
                "the file is damaged."
            )
        return count

    def _member(self, path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        try:
            return archive.getinfo(f"{self.key}.npy")
        except KeyError:
            there = ", ".join(repr(name.removesuffix(".npy")) for name in archive.namelist())
            raise DataError(
                f"{path} has no array {self.key!r}; it holds: {_short(there) or 'nothing'}."
            ) from None


def _read_header(path: Path, key: str, head: io.BytesIO) -> tuple[tuple[int, ...], np.dtype]:
    version = np.lib.format.read_magic(head)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(head)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(head)
    else:
        # 3.0 exists for names of fields beyond Latin-1, which images do not have.
        raise DataError(f"{path}: {key} is in .npy format {version}; expected (1, 0) or (2, 0).")
    return shape, dtype


@contextmanager
def _sentence_for(path: Path) -> Iterator[None]:
    """Turns whatever a damaged file provokes into one sentence."""
    try:
        if not path.is_file():
            raise DataError(f"{path} is not a file.")
        if path.stat().st_size == 0:
            raise DataError(f"{path} is empty.")
        yield
    except DataError:
        raise
    except zipfile.BadZipFile as error:
        raise DataError(f"{path} is not a whole .npz file: {_first_line(error)}.") from error
    except MemoryError:
        raise
    # Broad on purpose: zipfile, its decompressors and numpy's header parser raise
    # a dozen kinds on damaged bytes, and each means the same to the user.
    except Exception as error:
        raise DataError(f"{path} cannot be read as .npz: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return _short(lines[0].rstrip(".")) if lines else type(error).__name__


def _short(text: str) -> str:
    """What a file says of itself may be of any length."""
    return text if len(text) <= 120 else text[:117] + "..."
