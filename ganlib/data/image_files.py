"""Grey images in .npy, .npz and gzipped IDX files that may be damaged or lie.

NumPy reads the images, after their number and size have been checked from the headers: a header
may claim more than there is, and a small compressed file can unpack to more than fits into
memory. Pickled objects are never loaded.
"""

import gzip
import struct
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from ganlib.data.npy import HEADER_BYTES, NotNpy, first_line, read_header, short
from ganlib.errors import DataError
from ganlib.paths import regular_file

# An IDX file begins with two zeros, 8 for unsigned bytes, 3 dimensions, and their lengths.
_IDX_HEADER = struct.Struct(">4I")
_IDX_MAGIC = 0x0803


@dataclass(frozen=True, kw_only=True)
class ImageFormat(ABC):
    """A file format of grey images.

    Args:
        side: height and width of an image, pixels.
        most: files with more images than this are refused.
    """

    side: int
    most: int
    suffix: ClassVar[str]

    @property
    def sample_shape(self) -> tuple[int, int, int]:
        """Shape of one image, with its one channel."""
        return (self.side, self.side, 1)

    def count(self, path: Path) -> int:
        """Counts the images of a file, from its headers alone.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        with _readable(path, self.suffix):
            return self._count(path)

    def read(self, path: Path, most: int | None = None) -> np.ndarray:
        """Reads the first images of a file, or all: (n, side, side, 1) uint8.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        with _readable(path, self.suffix):
            count = min(self._count(path), self.most if most is None else most)
            images = np.ascontiguousarray(self._images(path, count))
        return images.reshape(count, *self.sample_shape)

    @abstractmethod
    def _count(self, path: Path) -> int: ...

    @abstractmethod
    def _images(self, path: Path, count: int) -> np.ndarray:
        """The first `count` images, uint8, in any shape of that size."""

    def _count_in_npy(self, what: str, head: bytes, size: int, *shapes: tuple[int, ...]) -> int:
        """Checks a .npy header against the size of its file, and returns the number of images.

        Args:
            what: the file or the array, for messages.
            head: see `read_header`.
            size: bytes of the whole file.
            shapes: allowed shapes of one image.
        """
        try:
            header = read_header(head)
        except NotNpy as error:
            raise DataError(f"{what} {error}.") from error
        shape, dtype = header.shape, header.dtype
        if dtype.hasobject:
            raise DataError(f"{what} contains pickled Python objects, which are never loaded.")
        if dtype != np.uint8 or shape[1:] not in shapes or shape[0] < 1:
            allowed = " or ".join(f"(N, {', '.join(map(str, one))})" for one in shapes)
            found = short(f"{dtype} of {shape}")
            raise DataError(f"{what} is {found}; expected uint8 of shape {allowed}.")
        if shape[0] > self.most:
            claimed = short(f"{shape[0]:,}")
            raise DataError(f"{what} claims {claimed} images; at most {self.most:,} are read.")
        if size != header.size + shape[0] * self.side**2:
            raise DataError(
                f"{what} claims {shape[0]:,} images, but its size does not fit them; "
                "the file is damaged."
            )
        return shape[0]


@dataclass(frozen=True, kw_only=True)
class NpyImages(ImageFormat):
    """uint8 of (N, side, side) or (N, side * side) in a .npy file."""

    suffix: ClassVar[str] = ".npy"

    def _count(self, path: Path) -> int:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
        size, side = path.stat().st_size, self.side
        return self._count_in_npy(str(path), head, size, (side * side,), (side, side))

    def _images(self, path: Path, count: int) -> np.ndarray:
        # A copy, because the file may change while the images are in use.
        return np.array(np.load(path, mmap_mode="r", allow_pickle=False)[:count])


@dataclass(frozen=True, kw_only=True)
class NpzImages(ImageFormat):
    """uint8 of (N, side, side) in an .npz file.

    Args:
        key: name of the array in the file.
    """

    key: str
    suffix: ClassVar[str] = ".npz"

    def _count(self, path: Path) -> int:
        with zipfile.ZipFile(path) as archive:
            try:
                member = archive.getinfo(f"{self.key}.npy")
            except KeyError:
                names = ", ".join(repr(name.removesuffix(".npy")) for name in archive.namelist())
                raise DataError(
                    f"{path} has no array {self.key!r}; it holds: {short(names) or 'nothing'}."
                ) from None
            with archive.open(member) as file:
                head = file.read(HEADER_BYTES)
        what = f"{path}: {self.key}"
        return self._count_in_npy(what, head, member.file_size, (self.side, self.side))

    def _images(self, path: Path, count: int) -> np.ndarray:
        with np.load(path, allow_pickle=False) as arrays:
            images: np.ndarray = arrays[self.key][:count]
        return images


@dataclass(frozen=True, kw_only=True)
class IdxImages(ImageFormat):
    """uint8 of (N, side, side) in a gzipped IDX file, the first format of MNIST."""

    suffix: ClassVar[str] = ".gz"

    def _count(self, path: Path) -> int:
        with gzip.open(path) as file:
            magic, count, *shape = _IDX_HEADER.unpack(file.read(_IDX_HEADER.size))
        if magic != _IDX_MAGIC or shape != [self.side, self.side]:
            raise DataError(
                f"{path} is not an IDX file of uint8 images of {self.side} x {self.side}."
            )
        if not 1 <= count <= self.most:
            raise DataError(f"{path} claims {count:,} images; 1 to {self.most:,} are read.")
        return int(count)

    def _images(self, path: Path, count: int) -> np.ndarray:
        with gzip.open(path) as file:
            file.seek(_IDX_HEADER.size)
            content = file.read(count * self.side**2)
        if len(content) < count * self.side**2:
            raise DataError(f"{path} ends before its {count:,} images do.")
        return np.frombuffer(content, np.uint8)


@contextmanager
def _readable(path: Path, suffix: str) -> Iterator[None]:
    """Turns whatever a missing, foreign or damaged file raises into one sentence."""
    if not regular_file(path, short(str(path))).st_size:
        raise DataError(f"{path} is empty.")
    try:
        yield
    except (DataError, MemoryError):
        raise
    # Decompressors and header parsers raise a dozen kinds of exceptions on damaged bytes.
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise DataError(f"{path} cannot be read: {error.strerror}.") from error
        raise DataError(f"{path} is not a valid {suffix} file: {first_line(error)}.") from error
