"""Quick, Draw!: drawings that people made in twenty seconds, in 345 categories."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from ganlib.data.augment import augmented
from ganlib.data.base import ArrayData, Loading
from ganlib.data.dataset import Dataset, Location
from ganlib.data.drawings import Drawings
from ganlib.data.resolve import BUNDLED, in_data_folder
from ganlib.errors import DataError
from ganlib.events import DataReport

# The drawing that the book shows.
NUMBER = 4_242
_AUGMENTED = 2_000
_YOURS = "your folder GANLIB_DATA"
_BUNDLED = "bundled sample"
_MOST = 2_000_000


@dataclass(frozen=True)
class Published:
    """What is known of one category's published file.

    Args:
        bytes: its size.
        drawings: how many it holds.
        md5: its checksum, hexadecimal.
    """

    bytes: int
    drawings: int
    md5: str


@dataclass(frozen=True)
class Availability:
    """How much of a category there is.

    Args:
        count: drawings on this disk.
        provenance: where they are, in words; empty where there are none.
        total: drawings published.
    """

    count: int
    provenance: str
    total: int


@cache
def published() -> dict[str, Published]:
    """Every category's published file, by name."""
    lines = (BUNDLED / "quickdraw_manifest.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    return {name: Published(int(size), int(count), md5) for name, size, count, md5 in rows}


def category_names() -> tuple[str, ...]:
    """All 345 of them, as Google spells them."""
    return tuple(published())


CATEGORIES = category_names()


@dataclass(frozen=True, kw_only=True)
class QuickDraw(Dataset):
    """Drawings of one or several categories, or the user's own.

    Args:
        categories: names among `CATEGORIES`.
        max_drawings: at most so many of each.
        own_file: path of a .npy file, uint8 of (N, 784) or (N, 28, 28), that takes the place
            of the categories; empty for none.
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
    sample_shape: tuple[int, int, int] = field(default=(28, 28, 1), init=False)

    def loading(self) -> Loading:
        """See `Dataset.loading`. Categories of several are drawn in equal shares.

        Raises:
            DataError: a category that does not exist, is not on this machine, or a file that
                is not what it should be.
        """
        yield from ()
        if self.own_file:
            images = _own(self.own_file).read(_MOST)
            return ArrayData(images[..., np.newaxis], self.locate().report)
        parts = [_read(name, self.max_drawings) for name in self.categories]
        # So that each category is as likely as any other.
        least = min(map(len, parts))
        images = np.concatenate([part[:least] for part in parts])
        return ArrayData(images[..., np.newaxis], self.locate().report)

    def locate(self) -> Location:
        """See `Dataset.locate`."""
        if self.own_file:
            count = _own(self.own_file).count()
            return Location(DataReport("Your drawings", Path(self.own_file).name, count, count))
        for name in self.categories:
            _check(name)
        counts = [_count(name, self.max_drawings) for name in self.categories]
        report = DataReport(
            f"{self.title} {', '.join(self.categories)}",
            _provenance(self.categories),
            min(counts) * len(counts),
            self._total(),
        )
        return Location(report)

    def _total(self) -> int | None:
        """Drawings published; None where the ones in use were not drawn by people."""
        if any(_own_category(name) is None for name in self.categories):
            return None
        return sum(published()[name].drawings for name in self.categories)


DATASET = QuickDraw()


def availability() -> dict[str, Availability]:
    """What there is of every category; asks no network."""
    bundled = _bundled()
    found = {}
    for name, known in published().items():
        own = _own_category(name)
        if own is not None:
            found[name] = Availability(own.count(), _YOURS, known.drawings)
        elif name in bundled:
            found[name] = Availability(len(bundled[name]), _BUNDLED, known.drawings)
        else:
            found[name] = Availability(0, "", known.drawings)
    return found


def previews(category: str, count: int = 8) -> np.ndarray | None:
    """(n, 28, 28) uint8 real drawings on this disk; None where there are none."""
    raw = _raw(category, count)
    return None if raw is None else raw[:count]


def drawing(category: str, number: int = NUMBER) -> tuple[np.ndarray, int] | None:
    """The drawing of that number, counted from 0, or the last there is, and its number."""
    raw = _raw(category, number + 1)
    if raw is None:
        return None
    found = min(number, len(raw) - 1)
    return raw[found], found


def _raw(name: str, most: int) -> np.ndarray | None:
    """(n, 28, 28) uint8 as they are on this disk, at most `most`; None where there are none."""
    own = _own_category(name)
    if own is not None:
        return own.read(most)
    return _bundled().get(name)


def _read(name: str, most: int) -> np.ndarray:
    _check(name)
    own = _own_category(name)
    if own is not None:
        return own.read(most)
    return augmented(_bundled()[name], min(most, _AUGMENTED))


def _count(name: str, most: int) -> int:
    own = _own_category(name)
    return min(most, own.count() if own is not None else _AUGMENTED)


def _provenance(names: Sequence[str]) -> str:
    if all(_own_category(name) is not None for name in names):
        return _YOURS
    several = " each" if len(names) > 1 else ""
    drawings = len(_bundled()[names[0]]) if names[0] in _bundled() else 100
    return f"{_BUNDLED} of {drawings} drawings{several}, augmented"


def _check(name: str) -> None:
    if name not in published():
        near = difflib.get_close_matches(name, CATEGORIES, 3)
        like = f" Near it: {', '.join(near)}." if near else ""
        raise DataError(f"There is no category {name!r} in Quick, Draw!.{like}")
    if _own_category(name) is None and name not in _bundled():
        there = ", ".join(sorted(_bundled()))
        raise DataError(
            f"The drawings of {name!r} are not on this machine. Put {name}.npy into the folder "
            f"quickdraw of GANLIB_DATA, or take one of: {there}."
        )


def _own_category(name: str) -> Drawings | None:
    for file in (f"{name}.npy", f"{name.replace(' ', '_')}.npy"):
        if path := in_data_folder(f"quickdraw/{file}"):
            return Drawings(path, _MOST)
    return None


def _own(path: str) -> Drawings:
    return Drawings(Path(path).expanduser(), _MOST)


@cache
def _bundled() -> dict[str, np.ndarray]:
    """(n, 28, 28) uint8 by category."""
    with np.load(BUNDLED / "quickdraw_100_each.npz", allow_pickle=False) as arrays:
        return {name.replace("_", " "): arrays[name].reshape(-1, 28, 28) for name in arrays.files}
