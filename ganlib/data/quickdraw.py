"""Quick, Draw!: drawings that people made in twenty seconds, in 345 categories."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ganlib.data.base import ArrayData, Loading
from ganlib.data.categories import (
    BASE_URL,
    FORMAT,
    SIDE,
    URL_VARIABLE,
    Category,
    all_categories,
    category,
)
from ganlib.data.dataset import Dataset, Location
from ganlib.data.digest import check_unchanged, file_digest
from ganlib.data.download import check_address
from ganlib.data.resolve import LocalCopy
from ganlib.data.shared_data import shared_data
from ganlib.errors import DownloadError
from ganlib.events import DataReport
from ganlib.paths import user_path

# The drawing that the book shows.
NUMBER = 4_242


def category_names() -> tuple[str, ...]:
    """Returns all 345 names, as Google spells them."""
    return tuple(all_categories())


CATEGORIES = category_names()


@dataclass(frozen=True)
class CategoryAvailability:
    """How much of a category there is.

    Args:
        count: drawings on this disk.
        provenance: where they are, in words; empty if there are none.
        total: drawings published.
    """

    count: int
    provenance: str
    total: int


@dataclass(frozen=True, kw_only=True)
class QuickDraw(Dataset):
    """Drawings of one or several categories, or the user's own.

    Args:
        categories: names among `CATEGORIES`.
        max_drawings: limit for each category; the first drawings of the published file are used.
        own_file: path of a .npy file to use in place of the categories, uint8 of (N, 784) or
            (N, 28, 28); empty for none.
        own_digest: required digest of that file; empty for any.
    """

    name: str = "quickdraw"
    title: str = "Quick, Draw!"
    licence: str = "CC BY 4.0"
    source: str = "Google, The Quick, Draw! Dataset"
    url: str = "https://github.com/googlecreativelab/quickdraw-dataset"
    bundled: str = "The first 100 drawings of each of 30 categories."
    categories: tuple[str, ...] = ("apple",)
    max_drawings: int = 20_000
    own_file: str = ""
    own_digest: str = ""
    sample_shape: tuple[int, int, int] = field(default=(SIDE, SIDE, 1), init=False)

    def loading(self) -> Loading:
        """See `Dataset.loading`. Each of several categories is drawn equally often.

        Raises:
            DataError: a category does not exist or cannot be downloaded, or a file is not valid.
        """
        if self.own_file:
            return shared_data([self._own().path], self, self._read_own)
        problem = ""
        for one in self._lacking():
            try:
                yield from one.fetch(self.max_drawings)
            except DownloadError as error:
                if one.find() is None:
                    raise
                problem = f"download failed: {error.reason}; using the "
        files = [one.get().path for one in self._chosen()]
        return shared_data(files, (self, problem), lambda: self._read(problem))

    def most(self) -> int:
        """See `Dataset.most`."""
        if self.own_file:
            return self._own().count()
        lacking = self._lacking()
        fetched = sum(min(self.max_drawings, one.published) for one in lacking)
        found = (one.find() for one in self._chosen() if one not in lacking)
        return fetched + sum(one.learned(self.max_drawings) for one in found if one)

    def locate(self) -> Location:
        """See `Dataset.locate`."""
        if self.own_file:
            count = self._own().count()
            return Location(DataReport("Your drawings", Path(self.own_file).name, count, count))
        lacking = self._lacking()
        if not lacking:
            for one in self._chosen():
                one.get()
            return Location(self._report())
        check_address(URL_VARIABLE, BASE_URL)
        wanted = sum(min(self.max_drawings, one.published) - one.downloaded() for one in lacking)
        megabytes = wanted * SIDE * SIDE / 1e6
        note = f"{wanted:,} drawings ({megabytes:.0f} MB) are downloaded by the first run"
        return Location(self._report(), note, fetches=True)

    def _read(self, problem: str) -> ArrayData:
        parts = [one.get().samples(self.max_drawings) for one in self._chosen()]
        # As many of each, so that all categories are equally likely.
        least = min(map(len, parts))
        images = np.concatenate([part[:least] for part in parts])
        return ArrayData(images[..., np.newaxis], self._report(problem))

    def _read_own(self) -> ArrayData:
        return ArrayData(self._own().read(), self.locate().report)

    def _chosen(self) -> list[Category]:
        return [category(name) for name in self.categories]

    def _lacking(self) -> list[Category]:
        return [one for one in self._chosen() if one.lacks(self.max_drawings)]

    def _own(self) -> LocalCopy:
        found = own_drawings(self.own_file)
        if self.own_digest:
            check_unchanged(found.path, self.own_digest, file_digest(found.path))
        return found

    def _report(self, problem: str = "") -> DataReport:
        name = f"{self.title} {', '.join(self.categories)}"
        by_name = {one.name: one.find() for one in self._chosen()}
        found = [one for one in by_name.values() if one is not None]
        if len(found) < len(by_name):
            absent = ", ".join(name for name, one in by_name.items() if one is None)
            return DataReport(name, f"not on this machine yet: {absent}")
        words = " and ".join(dict.fromkeys(one.provenance for one in found))
        augmented = any(one.is_sample for one in found)
        if augmented:
            each = " each" if len(found) > 1 else ""
            words += f" of {min(one.count for one in found)} drawings{each}, augmented"
        count = min(one.learned(self.max_drawings) for one in found) * len(found)
        # With drawings that people did not make, a total has no meaning.
        total = None if augmented else sum(one.published for one in self._chosen())
        return DataReport(name, problem + words, count, total)


DATASET = QuickDraw()


def availability() -> dict[str, CategoryAvailability]:
    """Returns how much there is of every category; asks no network."""
    available = {}
    for name, one in all_categories().items():
        found = one.find()
        count, provenance = (found.count, found.provenance) if found else (0, "")
        available[name] = CategoryAvailability(count, provenance, one.published)
    return available


def previews(name: str, count: int = 8) -> np.ndarray | None:
    """Returns the first drawings on this disk, (n, 28, 28) uint8; None if there are none."""
    found = category(name).find()
    return found.read(count) if found else None


def own_drawings(path: str) -> LocalCopy:
    """Returns the user's file of drawings, unread.

    Raises:
        DataError: the path begins with `~` and an unknown user.
    """
    return LocalCopy(user_path(path, "own_file"), FORMAT, "your own file")


def drawing(name: str, number: int = NUMBER) -> tuple[np.ndarray, int] | None:
    """Returns a drawing and its number, or the last there is; None if there are none.

    Args:
        name: of a category.
        number: counted from 0.
    """
    first = previews(name, number + 1)
    return None if first is None else (first[-1], len(first) - 1)
