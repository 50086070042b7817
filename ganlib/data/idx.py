"""Images out of a gzipped IDX file, the format that MNIST was first published in."""

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.errors import DataError

# Two zeros, 8 for unsigned bytes, 3 dimensions; then their lengths. All big-endian.
_HEADER = struct.Struct(">4I")
_MAGIC = 0x0803


@dataclass(frozen=True)
class IdxImages:
    """Grey images, uint8 of (N, side, side).

    Args:
        side: height and width of an image, pixels.
        most: more images than this are refused.
    """

    side: int
    most: int

    @property
    def sample_shape(self) -> tuple[int, int, int]:
        """Shape of one image, with its one channel."""
        return (self.side, self.side, 1)

    def count(self, path: Path) -> int:
        """How many images the file holds, from its header alone.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        magic, count, height, width = _HEADER.unpack(_unpacked(path, 0, _HEADER.size))
        if magic != _MAGIC or (height, width) != (self.side, self.side):
            raise DataError(
                f"{path} is not an IDX file of uint8 images of {self.side} x {self.side}."
            )
        if not 1 <= count <= self.most:
            raise DataError(f"{path} claims {count:,} images; 1 to {self.most:,} are read.")
        return count

    def read(self, path: Path) -> np.ndarray:
        """The images: (N, side, side, 1) uint8.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        count = self.count(path)
        content = _unpacked(path, _HEADER.size, count * self.side**2)
        return np.frombuffer(content, np.uint8).reshape(count, *self.sample_shape)


def _unpacked(path: Path, start: int, size: int) -> bytes:
    try:
        with gzip.open(path) as file:
            file.seek(start)
            content = file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read as .gz: {error}.") from error
    if len(content) < size:
        raise DataError(f"{path} ends after {start + len(content):,} bytes, before its images do.")
    return content
