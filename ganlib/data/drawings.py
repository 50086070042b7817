"""Drawings in a .npy file that nobody vouches for."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.data.npy import HEADER_BYTES, Header, NotNpy, first_line, read_header, short
from ganlib.errors import DataError
from ganlib.paths import regular_file

SIDE = 28
_PIXELS = SIDE * SIDE


@dataclass(frozen=True)
class Drawings:
    """uint8 of (N, 784) or (N, 28, 28), decided from the header before anything is read.

    Args:
        path: the file.
        most: more drawings than this are refused.
    """

    path: Path
    most: int

    def count(self) -> int:
        """How many drawings the file holds, from its header and its size.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        header = self._header()
        return int(header.shape[0])

    def read(self, most: int) -> np.ndarray:
        """The first drawings, at most `most`: (n, 28, 28) uint8.

        Raises:
            DataError: the file is damaged or holds something else.
        """
        header = self._header()
        count = min(most, int(header.shape[0]))
        try:
            with self.path.open("rb") as file:
                file.seek(header.size)
                content = file.read(count * _PIXELS)
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}.") from error
        return np.frombuffer(content, np.uint8).reshape(count, SIDE, SIDE)

    def _header(self) -> Header:
        size = regular_file(self.path, short(str(self.path))).st_size
        if not size:
            raise DataError(f"{self.path} is empty.")
        try:
            with self.path.open("rb") as file:
                header = read_header(file.read(HEADER_BYTES))
        except NotNpy as error:
            raise DataError(f"{self.path} {error}.") from error
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise DataError(f"{self.path} is not a .npy file: {first_line(error)}.") from error
        shape, dtype = header.shape, header.dtype
        if dtype.hasobject:
            raise DataError(f"{self.path} holds pickled Python objects, which are never loaded.")
        if (
            dtype != np.uint8
            or header.fortran_order
            or shape[1:] not in ((_PIXELS,), (SIDE, SIDE))
            or shape[0] < 1
        ):
            found = short(f"{dtype} of {shape}")
            raise DataError(
                f"{self.path} is {found}; expected uint8 of (N, {_PIXELS}) or (N, {SIDE}, {SIDE})."
            )
        if shape[0] > self.most:
            raise DataError(
                f"{self.path} claims {short(f'{shape[0]:,}')} drawings; "
                f"at most {self.most:,} are read."
            )
        if size != header.size + shape[0] * _PIXELS:
            raise DataError(
                f"{self.path} claims {shape[0]:,} drawings, but its size does not fit them; "
                "the file is damaged."
            )
        return header
