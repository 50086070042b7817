"""One category of Quick, Draw!: where its drawings are, and how to get more of them.

Google's files of drawings are 89 to 267 MB large, and a run needs only the first few MB of them.
The header and these drawings are requested by HTTP Range and kept as the beginning of the file. If
more drawings are wanted later, only the missing ones are downloaded.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ganlib.data.augment import augmented
from ganlib.data.digest import checksum
from ganlib.data.download import cache_folder, offline, published_url
from ganlib.data.image_files import NpyImages
from ganlib.data.npy import HEADER_BYTES, Header, read_header
from ganlib.data.partial import Fetching, Partial
from ganlib.data.resolve import (
    BUNDLED,
    DOWNLOADED,
    IN_DATA_FOLDER,
    IN_PACKAGE,
    in_data_folder,
)
from ganlib.errors import DataError

BASE_URL = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap"
URL_VARIABLE = "GANLIB_QUICKDRAW_URL"
SIDE = 28
_BYTES = SIDE * SIDE
# Of the files as published; newer versions of NumPy write headers of 128 bytes.
_HEADER_BYTES, _NEW_HEADER_BYTES = 80, 128
# A user's file of drawings.
FORMAT = NpyImages(side=SIDE, most=2_000_000)

_BUNDLED = BUNDLED / "quickdraw_100_each.npz"
_AUGMENTED = 2_000


@dataclass(frozen=True)
class LocalDrawings:
    """Drawings of a category on this disk.

    Args:
        count: number of drawings.
        provenance: where they are, in words.
        path: the file they are read from.
        read: (most) -> the first drawings, (n, 28, 28) uint8.
    """

    count: int
    provenance: str
    path: Path
    read: Callable[[int], np.ndarray]

    @property
    def is_sample(self) -> bool:
        """True for the bundled sample, which is augmented."""
        return self.path == _BUNDLED

    def learned(self, most: int) -> int:
        """Returns the number of drawings that `samples` would return."""
        return min(most, _AUGMENTED if self.is_sample else self.count)

    def samples(self, most: int) -> np.ndarray:
        """Returns what a run learns from, at most `most`: (n, 28, 28) uint8."""
        drawings = self.read(most)
        return augmented(drawings, self.learned(most)) if self.is_sample else drawings


@dataclass(frozen=True)
class Category:
    """A category by name, with what is known of its published file.

    Args:
        name: as Google spells it.
        published: drawings in its file.
        md5: checksum of that file, hexadecimal.
    """

    name: str
    published: int
    md5: str

    def downloaded(self) -> int:
        """Number of valid drawings in the cache; asks no network."""
        return self._downloaded()[1]

    def read_downloaded(self, most: int) -> np.ndarray:
        """Reads the first drawings in the cache, at most `most`: (n, 28, 28) uint8."""
        offset, count = self._downloaded()
        if count == 0:
            return np.empty((0, SIDE, SIDE), np.uint8)
        count = min(most, count)
        values = np.fromfile(self._kept.path, np.uint8, count * _BYTES, offset=offset)
        return values.reshape(count, SIDE, SIDE)

    def _downloaded(self) -> tuple[int, int]:
        """Returns the size of the header and the number of valid drawings in the cache."""
        valid = self._kept.valid_bytes()
        header = self._header(valid)
        return (0, 0) if header is None else (header.size, (valid - header.size) // _BYTES)

    def fetch(self, wanted: int) -> Fetching:
        """Downloads what is missing of the first `wanted` drawings; may be closed at any moment.

        The next call continues with what was received by then.

        Raises:
            DownloadError: the download failed; drawings in the cache are unchanged.
        """
        wanted = min(wanted, self.published)
        if self.downloaded() < wanted:
            kept = self._kept
            yield from kept.fetch(lambda: self._attempt(kept, wanted))

    def _attempt(self, kept: Partial, wanted: int) -> Fetching:
        header = self._header(kept.valid_bytes())
        size = header.size if header else _HEADER_BYTES
        with kept.open() as file:
            yield from kept.receive(file, size + wanted * _BYTES)
            header = self._header(file.tell())
            if header is None:
                raise kept.discard(file, "the downloaded file is not a .npy file of drawings")
            if header.shape != (self.published, _BYTES):
                expected = f"expected ({self.published}, {_BYTES})"
                raise kept.discard(file, f"the file has the shape {header.shape}, {expected}")
            yield from kept.receive(file, header.size + wanted * _BYTES)
            whole = wanted == self.published and header.size == _HEADER_BYTES
            if whole and checksum(file, "md5") != self.md5:
                raise kept.discard(file, "the downloaded file does not have the published checksum")

    @property
    def _kept(self) -> Partial:
        """The beginning of the published file, as far as it was downloaded."""
        sizes = tuple(
            header + self.published * _BYTES for header in (_HEADER_BYTES, _NEW_HEADER_BYTES)
        )
        url = published_url(URL_VARIABLE, BASE_URL, f"{self.name}.npy")
        path = cache_folder() / "quickdraw" / f"{self.name}.npy-rows"
        return Partial(self.name, url, path, sizes)

    def _header(self, valid: int) -> Header | None:
        """Reads the header from the first `valid` bytes; None if it is not one of drawings."""
        if valid < _HEADER_BYTES:
            return None
        with self._kept.path.open("rb") as file:
            head = file.read(min(HEADER_BYTES, valid))
        try:
            header = read_header(head)
        except ValueError:
            return None
        return header if header.dtype == np.uint8 and not header.fortran_order else None

    def find(self) -> LocalDrawings | None:
        """Finds drawings on this disk: the user's, downloaded ones, or the bundled sample.

        Raises:
            DataError: the user's file is not valid.
        """
        if (own := self._own()) is not None:
            count = FORMAT.count(own)
            return LocalDrawings(
                count, IN_DATA_FOLDER, own, lambda most: FORMAT.read(own, most)[..., 0]
            )
        if count := self.downloaded():
            return LocalDrawings(count, DOWNLOADED, self._kept.path, self.read_downloaded)
        bundled = bundled_drawings().get(self.name)
        if bundled is None:
            return None
        return LocalDrawings(len(bundled), IN_PACKAGE, _BUNDLED, lambda most: bundled[:most])

    def get(self) -> LocalDrawings:
        """Returns what `find` finds.

        Raises:
            DataError: there are no drawings on this machine, or the user's file is not valid.
        """
        found = self.find()
        if found is None:
            raise DataError(
                f"The drawings of {self.name!r} are not on this machine, which has only those of "
                f"{', '.join(bundled_drawings())}. Others are downloaded if this machine is "
                f"online, or read from quickdraw/{self.name}.npy in the folder that GANLIB_DATA "
                "names."
            )
        return found

    def lacks(self, most: int) -> bool:
        """True if a download would bring more drawings."""
        if offline() or self._own() is not None:
            return False
        return self.downloaded() < min(most, self.published)

    def _own(self) -> Path | None:
        names = (self.name, self.name.replace(" ", "_"))
        paths = (in_data_folder(f"quickdraw/{name}.npy") for name in names)
        return next((path for path in paths if path is not None), None)


@cache
def all_categories() -> dict[str, Category]:
    """Returns all 345 categories by name."""
    lines = (BUNDLED / "quickdraw_manifest.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    return {name: Category(name, int(count), md5) for name, _, count, md5 in rows}


def category(name: str) -> Category:
    """Returns the category of that name.

    Raises:
        DataError: there is none; the message names similar ones.
    """
    found = all_categories().get(name)
    if found is None:
        near = difflib.get_close_matches(name, all_categories(), 3)
        like = f" Similar names: {', '.join(near)}." if near else ""
        raise DataError(f"There is no category {name!r} in Quick, Draw!.{like}")
    return found


@cache
def bundled_drawings() -> dict[str, np.ndarray]:
    """Returns the bundled drawings by category, each (n, 28, 28) uint8."""
    with np.load(_BUNDLED, allow_pickle=False) as arrays:
        return {name: arrays[name].reshape(-1, SIDE, SIDE) for name in arrays.files}
