"""Images out of an .npz file that nobody vouches for."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.data.npy import HEADER_BYTES, NotNpy, first_line, read_header, short
from ganlib.errors import DataError


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

    @property
    def sample_shape(self) -> tuple[int, int, int]:
        """Shape of one image, with its one channel."""
        return (self.side, self.side, 1)

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
            head = file.read(HEADER_BYTES)
        try:
            header = read_header(head)
        except NotNpy as error:
            raise DataError(f"{path}: {self.key} {error}.") from error
        shape, dtype = header.shape, header.dtype
        if dtype.hasobject:
            raise DataError(
                f"{path}: {self.key} holds pickled Python objects, which are never loaded; "
                "expected uint8 images."
            )
        wanted = f"(N, {self.side}, {self.side})"
        if dtype != np.uint8:
            found = short(str(dtype))
            raise DataError(f"{path}: {self.key} is {found}; expected uint8 of {wanted}.")
        if len(shape) != 3 or shape[1:] != (self.side, self.side) or shape[0] < 1:
            found = short(str(shape))
            raise DataError(f"{path}: {self.key} has shape {found}; expected {wanted}.")
        count = shape[0]
        if count > self.most:
            raise DataError(
                f"{path}: {self.key} claims {short(f'{count:,}')} images; "
                f"at most {self.most:,} are read."
            )
        if member.file_size != header.size + count * self.side**2:
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
                f"{path} has no array {self.key!r}; it holds: {short(there) or 'nothing'}."
            ) from None


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
        raise DataError(f"{path} is not a whole .npz file: {first_line(error)}.") from error
    except MemoryError:
        raise
    # Broad on purpose: zipfile, its decompressors and numpy's header parser raise
    # a dozen kinds on damaged bytes, and each means the same to the user.
    except Exception as error:
        raise DataError(f"{path} cannot be read as .npz: {first_line(error)}.") from error
