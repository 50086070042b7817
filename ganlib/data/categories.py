"""One category of Quick, Draw!: where its drawings are, and how to get more of them."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ganlib.data.augment import augmented
from ganlib.data.download import cache_folder, offline, published_url
from ganlib.data.image_files import NpyImages
from ganlib.data.resolve import (
    BUNDLED,
    DOWNLOADED,
    IN_DATA_FOLDER,
    IN_PACKAGE,
    in_data_folder,
)
from ganlib.data.rows import PublishedRows
from ganlib.errors import DataError

BASE_URL = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap"
URL_VARIABLE = "GANLIB_QUICKDRAW_URL"
SIDE = 28
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

    @property
    def rows(self) -> PublishedRows:
        """The beginning of the published file, as far as it was downloaded."""
        return PublishedRows(
            name=self.name,
            url=published_url(URL_VARIABLE, BASE_URL, f"{self.name}.npy"),
            path=cache_folder() / "quickdraw" / f"{self.name}.npy-rows",
            width=SIDE * SIDE,
            rows=self.published,
            md5=self.md5,
        )

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
        rows = self.rows
        if fetched := rows.count():
            return LocalDrawings(
                fetched, DOWNLOADED, rows.path, lambda most: rows.read(most).reshape(-1, SIDE, SIDE)
            )
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
                f"{', '.join(bundled_drawings())}. Others are downloaded if there is a network, or "
                f"read from quickdraw/{self.name}.npy in the folder GANLIB_DATA."
            )
        return found

    def lacks(self, most: int) -> bool:
        """True if a download would bring more drawings."""
        if offline() or self._own() is not None:
            return False
        return self.rows.count() < min(most, self.published)

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
