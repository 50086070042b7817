"""One category of Quick, Draw!: where its drawings are, and how to get more of them."""

import difflib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ganlib.data.augment import augmented
from ganlib.data.download import cache_folder, offline
from ganlib.data.drawings import SIDE, Drawings
from ganlib.data.partial import Fetching
from ganlib.data.resolve import BUNDLED, in_data_folder
from ganlib.data.rows import PublishedRows
from ganlib.errors import DataError

BASE_URL = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap"
URL_VARIABLE = "GANLIB_QUICKDRAW_URL"
# More drawings in one file are refused.
MOST = 2_000_000

_BUNDLED = BUNDLED / "quickdraw_100_each.npz"
_AUGMENTED = 2_000
_YOURS = "your folder GANLIB_DATA"
_DOWNLOADED = "downloaded copy"


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
    def own(self) -> Drawings | None:
        """The user's file of it; None where there is none."""
        for file in (f"{self.name}.npy", f"{self.name.replace(' ', '_')}.npy"):
            if path := in_data_folder(f"quickdraw/{file}"):
                return Drawings(path, MOST)
        return None

    @property
    def rows(self) -> PublishedRows:
        """The beginning of its published file, as far as it was fetched."""
        base = os.environ.get(URL_VARIABLE) or BASE_URL
        return PublishedRows(
            name=self.name,
            url=f"{base.rstrip('/')}/{quote(self.name)}.npy",
            path=cache_folder() / "quickdraw" / f"{self.name}.npy-rows",
            width=SIDE * SIDE,
            rows=self.published,
            md5=self.md5,
        )

    @property
    def file(self) -> Path:
        """The file that its drawings are read from; there need be nothing in it."""
        if (own := self.own) is not None:
            return own.path
        return self.rows.path if self.rows.count() else _BUNDLED

    def raw(self, most: int) -> np.ndarray | None:
        """(n, 28, 28) uint8 drawings on this disk, at most `most`; None where there are none."""
        if (own := self.own) is not None:
            return own.read(most)
        if self.rows.count():
            return self.rows.read(most).reshape(-1, SIDE, SIDE)
        bundled = bundled_drawings().get(self.name)
        return None if bundled is None else bundled[:most]

    def there(self) -> tuple[int, str]:
        """(drawings on this disk, where they are in words)."""
        if (own := self.own) is not None:
            return own.count(), _YOURS
        if fetched := self.rows.count():
            return fetched, _DOWNLOADED
        bundled = bundled_drawings().get(self.name)
        return (0, "") if bundled is None else (len(bundled), "bundled sample")

    def is_bundled_only(self) -> bool:
        """Whether the bundled sample is all there is, so that it is augmented."""
        return self.file == _BUNDLED and self.name in bundled_drawings()

    def samples(self, most: int) -> np.ndarray:
        """What a run learns: (n, 28, 28) uint8, the bundled sample augmented.

        Raises:
            DataError: there is none on this machine.
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
        """How many `samples` would give."""
        return min(most, _AUGMENTED if self.is_bundled_only() else self.there()[0])

    def lacks(self, most: int) -> bool:
        """Whether a download would bring more."""
        if offline() or self.own is not None:
            return False
        return self.rows.count() < min(most, self.published)

    def fetch(self, most: int) -> Fetching:
        """Fetches what is missing of the first drawings; see `PublishedRows.fetch`."""
        return self.rows.fetch(most)


@cache
def all_categories() -> dict[str, Category]:
    """All 345 of them, by name."""
    lines = (BUNDLED / "quickdraw_manifest.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    return {name: Category(name, int(count), md5) for name, _, count, md5 in rows}


def category(name: str) -> Category:
    """The category of that name.

    Raises:
        DataError: there is none; the sentence names some like it.
    """
    found = all_categories().get(name)
    if found is None:
        near = difflib.get_close_matches(name, all_categories(), 3)
        like = f" Near it: {', '.join(near)}." if near else ""
        raise DataError(f"There is no category {name!r} in Quick, Draw!.{like}")
    return found


@cache
def bundled_drawings() -> dict[str, np.ndarray]:
    """(n, 28, 28) uint8 by category."""
    with np.load(_BUNDLED, allow_pickle=False) as arrays:
        return {name: arrays[name].reshape(-1, SIDE, SIDE) for name in arrays.files}
