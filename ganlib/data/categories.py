"""One category of Quick, Draw!: where its drawings are, and how to get more of them."""

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ganlib.data.augment import augmented
from ganlib.data.download import cache_folder, offline, published_url
from ganlib.data.image_files import NpyImages
from ganlib.data.partial import Fetching
from ganlib.data.resolve import (
    BUNDLED,
    DOWNLOADED,
    IN_DATA_FOLDER,
    IN_PACKAGE,
    LocalCopy,
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
    def own(self) -> LocalCopy | None:
        """The user's file of this category; None if there is none."""
        for file in (f"{self.name}.npy", f"{self.name.replace(' ', '_')}.npy"):
            if path := in_data_folder(f"quickdraw/{file}"):
                return LocalCopy(path, FORMAT, IN_DATA_FOLDER)
        return None

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

    @property
    def file(self) -> Path:
        """The file that drawings are read from; there may be none in it."""
        if (own := self.own) is not None:
            return own.path
        return self.rows.path if self.rows.count() else _BUNDLED

    def raw(self, most: int) -> np.ndarray | None:
        """Drawings on this disk, at most `most`: (n, 28, 28) uint8; None if there are none."""
        if (own := self.own) is not None:
            return own.read(most)[..., 0]
        if self.rows.count():
            return self.rows.read(most).reshape(-1, SIDE, SIDE)
        bundled = bundled_drawings().get(self.name)
        return None if bundled is None else bundled[:most]

    def there(self) -> tuple[int, str]:
        """Returns (number of drawings on this disk, where they are in words)."""
        if (own := self.own) is not None:
            return own.count(), own.provenance
        if fetched := self.rows.count():
            return fetched, DOWNLOADED
        bundled = bundled_drawings().get(self.name)
        return (0, "") if bundled is None else (len(bundled), IN_PACKAGE)

    def is_bundled_only(self) -> bool:
        """True if the bundled sample is all there is, so that it is augmented."""
        return self.file == _BUNDLED and self.name in bundled_drawings()

    def samples(self, most: int) -> np.ndarray:
        """Returns what a run learns from: (n, 28, 28) uint8, the bundled sample augmented.

        Raises:
            DataError: there are no drawings on this machine.
        """
        raw = self.raw(most)
        if raw is None:
            raise DataError(
                f"The drawings of {self.name!r} are not on this machine. On it are those of "
                f"{', '.join(bundled_drawings())}; others are fetched where there is a network, or "
                f"taken from {self.name}.npy in the folder quickdraw of GANLIB_DATA."
            )
        return augmented(raw, min(most, _AUGMENTED)) if self.is_bundled_only() else raw

    def count(self, most: int) -> int:
        """Returns the number of drawings that `samples` would return."""
        return min(most, _AUGMENTED if self.is_bundled_only() else self.there()[0])

    def lacks(self, most: int) -> bool:
        """True if a download would bring more drawings."""
        if offline() or self.own is not None:
            return False
        return self.rows.count() < min(most, self.published)

    def fetch(self, most: int) -> Fetching:
        """Downloads what is missing of the first drawings; see `PublishedRows.fetch`."""
        return self.rows.fetch(most)


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
        like = f" Near it: {', '.join(near)}." if near else ""
        raise DataError(f"There is no category {name!r} in Quick, Draw!.{like}")
    return found


@cache
def bundled_drawings() -> dict[str, np.ndarray]:
    """Returns the bundled drawings by category, each (n, 28, 28) uint8."""
    with np.load(_BUNDLED, allow_pickle=False) as arrays:
        return {name: arrays[name].reshape(-1, SIDE, SIDE) for name in arrays.files}
