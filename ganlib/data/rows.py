"""The first rows of a published .npy file, fetched without the rest and kept for more.

Google's files of drawings are 89 to 267 MB each, of which a run needs the first few MB. So
the header and the rows that are wanted are asked for by HTTP Range, and kept as what they
are: the beginning of the file. Asked for more rows later, only the missing ones are fetched.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganlib.data.npy import HEADER_BYTES, Header, read_header
from ganlib.data.partial import Fetching, Partial, checksum

# numpy's shortest header; newer versions write 128 bytes.
_LEAST_HEADER = 80


@dataclass(frozen=True)
class PublishedRows:
    """The beginning of a published file of uint8 rows.

    Args:
        name: what is fetched, for sentences.
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
        """Rows that are kept and sound; asks no network."""
        sound = self._kept.valid_bytes()
        header = self._header(sound)
        return 0 if header is None else (sound - header.size) // self.width

    def read(self, most: int) -> np.ndarray:
        """The first rows that are kept, at most `most`: (n, width) uint8."""
        header = self._header(self._kept.valid_bytes())
        if header is None:
            return np.empty((0, self.width), np.uint8)
        with self.path.open("rb") as file:
            file.seek(header.size)
            content = file.read(min(most, self.count()) * self.width)
        return np.frombuffer(content, np.uint8).reshape(-1, self.width)

    def fetch(self, wanted: int) -> Fetching:
        """Fetches what is missing of the first rows; may be closed at any moment.

        What has been received is kept for the next attempt, and taken for no more than it is.

        Raises:
            DownloadError: it could not be had; what was kept before is as it was.
        """
        wanted = min(wanted, self.rows)
        if self.count() < wanted:
            yield from self._kept.fetch(lambda: self._attempt(wanted))

    @cached_property
    def _kept(self) -> Partial:
        return Partial(self.name, self.url, self.path)

    def _attempt(self, wanted: int) -> Fetching:
        header = self._header(self._kept.valid_bytes())
        size = header.size if header else _LEAST_HEADER
        with self._kept.open() as file:
            written = yield from self._kept.receive(
                file, size + wanted * self.width, self._check_total
            )
            header = self._checked_header(file, written)
            yield from self._kept.receive(
                file, header.size + wanted * self.width, self._check_total
            )
            if wanted == self.rows and header.size == _LEAST_HEADER:
                self._check_md5(file)

    def _check_total(self, total: int) -> None:
        sizes = [head + self.rows * self.width for head in (_LEAST_HEADER, 128)]
        if total not in sizes:
            raise self._kept.failure(f"the file there has {total:,} bytes, expected {sizes[0]:,}")

    def _checked_header(self, file: BinaryIO, written: int) -> Header:
        header = self._header_of(file, written)
        if header is not None and header.shape == (self.rows, self.width):
            return header
        self._kept.forget(file)
        if header is None:
            raise self._kept.failure("what was sent is not a .npy file of drawings")
        raise self._kept.failure(
            f"the file there is of {header.shape}, expected ({self.rows}, {self.width})"
        )

    def _header_of(self, file: BinaryIO, written: int) -> Header | None:
        file.seek(0)
        try:
            header = read_header(file.read(min(HEADER_BYTES, written)))
        except ValueError:
            return None
        finally:
            file.seek(0, os.SEEK_END)
        fits = header.dtype == np.uint8 and not header.fortran_order
        return header if fits else None

    def _header(self, sound: int) -> Header | None:
        if sound < _LEAST_HEADER:
            return None
        with self.path.open("rb") as file:
            return self._header_of(file, sound)

    def _check_md5(self, file: BinaryIO) -> None:
        if checksum(file, "md5") != self.md5:
            self._kept.forget(file)
            raise self._kept.failure("the whole file has not the published checksum")
