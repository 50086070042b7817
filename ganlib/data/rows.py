"""The first rows of a published .npy file, downloaded without the rest.

Google's files of drawings have 89 to 267 MB, of which a run needs the first few MB. The header
and these rows are requested by HTTP Range and kept as the beginning of the file. If more rows
are wanted later, only the missing ones are downloaded.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganlib.data.digest import checksum
from ganlib.data.npy import HEADER_BYTES, Header, read_header
from ganlib.data.partial import Fetching, Partial

# Of the files as published; newer versions of NumPy write headers of 128 bytes.
_HEADER_BYTES, _NEW_HEADER_BYTES = 80, 128


@dataclass(frozen=True)
class PublishedRows:
    """The beginning of a published file of uint8 rows.

    Args:
        name: what is downloaded, for messages.
        url: where it is published.
        path: where its beginning is kept.
        width: bytes in a row.
        rows: rows in the whole file.
        md5: checksum of the whole file as published, hexadecimal.
    """

    name: str
    url: str
    path: Path
    width: int
    rows: int
    md5: str

    def count(self) -> int:
        """Number of valid rows on disk; asks no network."""
        valid = self._kept.valid_bytes()
        header = self._header(valid)
        return 0 if header is None else (valid - header.size) // self.width

    def read(self, most: int) -> np.ndarray:
        """Reads the first rows on disk, at most `most`: (n, width) uint8."""
        count = min(most, self.count())
        header = self._header(self._kept.valid_bytes()) if count else None
        if header is None:
            return np.empty((0, self.width), np.uint8)
        values = np.fromfile(self.path, np.uint8, count * self.width, offset=header.size)
        return values.reshape(count, self.width)

    def fetch(self, wanted: int) -> Fetching:
        """Downloads what is missing of the first `wanted` rows; may be closed at any moment.

        The next call continues with what was received by then.

        Raises:
            DownloadError: the download failed; rows on disk are unchanged.
        """
        wanted = min(wanted, self.rows)
        if self.count() < wanted:
            yield from self._kept.fetch(lambda: self._attempt(wanted))

    @cached_property
    def _kept(self) -> Partial:
        sizes = tuple(
            header + self.rows * self.width for header in (_HEADER_BYTES, _NEW_HEADER_BYTES)
        )
        return Partial(self.name, self.url, self.path, sizes)

    def _attempt(self, wanted: int) -> Fetching:
        header = self._header(self._kept.valid_bytes())
        size = header.size if header else _HEADER_BYTES
        with self._kept.open() as file:
            yield from self._kept.receive(file, size + wanted * self.width)
            header = self._checked_header(file)
            yield from self._kept.receive(file, header.size + wanted * self.width)
            whole = wanted == self.rows and header.size == _HEADER_BYTES
            if whole and checksum(file, "md5") != self.md5:
                raise self._kept.discard(
                    file, "the downloaded file does not have the published checksum"
                )

    def _checked_header(self, file: BinaryIO) -> Header:
        header = self._header(file.tell())
        if header is None:
            raise self._kept.discard(file, "the downloaded file is not a .npy file of drawings")
        if header.shape != (self.rows, self.width):
            expected = f"expected ({self.rows}, {self.width})"
            raise self._kept.discard(file, f"the file has the shape {header.shape}, {expected}")
        return header

    def _header(self, valid: int) -> Header | None:
        """Reads the header from the first `valid` bytes; None if it is not one of uint8 rows."""
        if valid < _HEADER_BYTES:
            return None
        with self.path.open("rb") as file:
            head = file.read(min(HEADER_BYTES, valid))
        try:
            header = read_header(head)
        except ValueError:
            return None
        return header if header.dtype == np.uint8 and not header.fortran_order else None
