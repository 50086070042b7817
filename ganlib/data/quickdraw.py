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
    """All 345 of them, as Google spells them."""
    return tuple(all_categories())


CATEGORIES = category_names()


@dataclass(frozen=True)
class CategoryAvailability:
    """How much of a category there is.

    Args:
        count: drawings on this disk.
        provenance: where they are, in words; empty where there are none.
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
        max_drawings: at most so many of each; the first ones of the published file.
        own_file: path of a .npy file, uint8 of (N, 784) or (N, 28, 28), that takes the place
            of the categories; empty for none.
        own_digest: of that file's content, as it must be; empty for any.
    """

    name: str = "quickdraw"
    title: str = "Quick, Draw!"
    licence: str = "CC BY 4.0"
    source: str = "Google, The Quick, Draw! Dataset"
    url: str = "https://github.com/googlecreativelab/quickdraw-dataset"
    bundled: str = "The first 100 drawings of 30 categories."
    categories: tuple[str, ...] = ("apple",)
    max_drawings: int = 20_000
    own_file: str = ""
    own_digest: str = ""
    sample_shape: tuple[int, int, int] = field(default=(SIDE, SIDE, 1), init=False)

    def loading(self) -> Loading:
        """See `Dataset.loading`. Categories of several are drawn in equal shares.

        Raises:
            DataError: a category that does not exist or cannot be had, or a file that is not
                what it should be.
        """
        if self.own_file:
            return shared_data([self._own().path], self, self._read_own)
        problem = ""
        for one in self._chosen():
            if one.lacks(self.max_drawings):
                try:
                    yield from one.fetch(self.max_drawings)
                except DownloadError as error:
                    if not one.there()[0]:
                        raise
                    problem = f"download failed: {error.reason}; using the "
        files = [one.file for one in self._chosen()]
        return shared_data(files, (self, problem), lambda: self._read(problem))

    def most(self) -> int:
        """See `Dataset.most`."""
        if self.own_file:
            return self._own().count()
        return sum(
            min(self.max_drawings, one.published)
            if one.lacks(self.max_drawings)
            else one.count(self.max_drawings)
            for one in self._chosen()
        )

    def locate(self) -> Location:
        """See `Dataset.locate`."""
        if self.own_file:
            count = self._own().count()
            return Location(DataReport("Your drawings", Path(self.own_file).name, count, count))
        lacking = [one for one in self._chosen() if one.lacks(self.max_drawings)]
        if not lacking:
            for one in self._chosen():
                if not one.there()[0]:
                    one.samples(1)  # raises, and says what there is
            return Location(self._report())
        check_address(URL_VARIABLE, BASE_URL)
        wanted = [min(self.max_drawings, one.published) for one in lacking]
        megabytes = sum(wanted) * SIDE * SIDE / 1e6
        note = f"{sum(wanted):,} drawings ({megabytes:.0f} MB) are fetched at the first run"
        return Location(self._report(), note, fetches=True)

    def _read(self, problem: str) -> ArrayData:
        parts = [one.samples(self.max_drawings) for one in self._chosen()]
        # So that each category is as likely as any other.
        least = min(map(len, parts))
        images = np.concatenate([part[:least] for part in parts])
        return ArrayData(images[..., np.newaxis], self._report(problem))

    def _read_own(self) -> ArrayData:
        return ArrayData(self._own().read(), self.locate().report)

    def _chosen(self) -> list[Category]:
        return [category(name) for name in self.categories]

    def _own(self) -> LocalCopy:
        found = own_drawings(self.own_file)
        if self.own_digest:
            check_unchanged(found.path, self.own_digest, file_digest(found.path))
        return found

    def _report(self, problem: str = "") -> DataReport:
        chosen = self._chosen()
        name = f"{self.title} {', '.join(self.categories)}"
        if absent := [one.name for one in chosen if not one.there()[0]]:
            return DataReport(name, f"not on this machine yet: {', '.join(absent)}")
        counts = [one.count(self.max_drawings) for one in chosen]
        places = list(dict.fromkeys(one.there()[1] for one in chosen))
        words = " and ".join(places)
        drawn = not any(one.is_bundled_only() for one in chosen)
        if not drawn:
            words += f" of {min(one.there()[0] for one in chosen)} drawings"
            words += " each, augmented" if len(chosen) > 1 else ", augmented"
        return DataReport(
            name,
            problem + words,
            min(counts) * len(counts),
            # Where some were not drawn by people, no total means anything.
            sum(one.published for one in chosen) if drawn else None,
        )


DATASET = QuickDraw()


def availability() -> dict[str, CategoryAvailability]:
    """What there is of every category; asks no network."""
    return {
        name: CategoryAvailability(*one.there(), one.published)
        for name, one in all_categories().items()
    }


def previews(name: str, count: int = 8) -> np.ndarray | None:
    """(n, 28, 28) uint8 real drawings on this disk; None where there are none."""
    return category(name).raw(count)


def own_drawings(path: str) -> LocalCopy:
    """Returns the user's file of drawings, unread.

    Raises:
        DataError: the path begins with the home folder of nobody.
    """
    return LocalCopy(user_path(path, "own_file"), FORMAT, "your own file")


def drawing(name: str, number: int = NUMBER) -> tuple[np.ndarray, int] | None:
    """The drawing of that number, counted from 0, or the last there is, and its number."""
    raw = category(name).raw(number + 1)
    return None if raw is None else (raw[-1], len(raw) - 1)
