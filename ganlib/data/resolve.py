"""Which copy of a dataset a run gets, the same way for every dataset.

The order: the folder GANLIB_DATA, the user's cache, a download into that cache
(unless GANLIB_OFFLINE=1), the sample that ships with this package.
"""

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ganlib.data.download import RemoteFile, offline
from ganlib.data.npy import short
from ganlib.errors import DataError, DownloadError
from ganlib.events import Phase
from ganlib.paths import user_path

BUNDLED = Path(__file__).parent / "bundled"

_YOURS = "your folder GANLIB_DATA"
_DOWNLOADED = "downloaded copy"
_BUNDLED = "bundled sample"


class Format(Protocol):
    """How to look into one kind of file. Both raise DataError with one sentence."""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""

    def count(self, path: Path) -> int:
        """Number of samples, from headers alone."""

    def read(self, path: Path) -> np.ndarray:
        """(N, *sample_shape), all checked."""


@dataclass(frozen=True)
class Sources:
    """Where one file of a dataset may be.

    Args:
        name: its path below GANLIB_DATA.
        format: of the file there, and of the bundled one.
        remote: the published file; None where there is none to fetch.
        remote_format: of the published file; None where it is `format`.
        bundled: the sample that ships; None where none does.
    """

    name: str
    format: Format
    remote: RemoteFile | None = None
    remote_format: Format | None = None
    bundled: Path | None = None


@dataclass(frozen=True)
class LocalCopy:
    """A file on this disk that holds a dataset, or part of it.

    Args:
        path: where it is.
        format: how to look into it.
        provenance: for a `DataReport`.
    """

    path: Path
    format: Format
    provenance: str

    def read(self) -> np.ndarray:
        """(N, *sample_shape); raises DataError where it is not what it should be."""
        return self.format.read(self.path)


@dataclass(frozen=True)
class Availability:
    """What `resolve` would give now.

    Args:
        count: number of samples on this disk; 0 where there are none yet.
        provenance: for a `DataReport`.
        note: what the first run would change, or why it would not; may be empty.
        fetches: whether it would ask the network.
    """

    count: int
    provenance: str
    note: str = ""
    fetches: bool = False


def resolve(sources: Sources) -> Generator[Phase, None, LocalCopy]:
    """Finds the first copy there is, fetching it where that is allowed; tells of its progress.

    Raises:
        DataError: GANLIB_DATA is not what it should be, or there is no copy at all.
    """
    copy = _on_disk(sources)
    if copy is not None:
        return copy
    problem, remote = "", sources.remote
    if remote is not None and not offline():
        try:
            yield from remote.fetch()
        except DownloadError as error:
            problem = f"download failed: {error.reason}"
        else:
            format_ = sources.remote_format or sources.format
            return LocalCopy(remote.path, format_, _DOWNLOADED)
    elif remote is not None and remote.state() == "damaged":
        problem = "the downloaded copy is damaged and GANLIB_OFFLINE is set"
    if sources.bundled is None and remote is None:
        raise DataError(f"{sources.name} is not in the folder GANLIB_DATA, and nowhere else.")
    if sources.bundled is None:
        why = problem or "GANLIB_OFFLINE is set"
        raise DataError(f"{sources.name} is not on this machine and was not fetched: {why}.")
    provenance = f"{problem}; using the {_BUNDLED}" if problem else _BUNDLED
    return LocalCopy(sources.bundled, sources.format, provenance)


def locate(sources: Sources) -> Availability:
    """Says what `resolve` would read now. Asks no network and reads only headers.

    Raises:
        DataError: the user's own file is not what it should be.
    """
    copy = _on_disk(sources)
    if copy is not None:
        return Availability(copy.format.count(copy.path), copy.provenance)
    fetches = sources.remote is not None and not offline()
    if sources.remote is None:
        note = ""
    elif offline():
        note = "GANLIB_OFFLINE is set, so the full set is not fetched"
    else:
        sources.remote.check_address()
        megabytes = sources.remote.size / 1e6
        note = f"the full set ({megabytes:.0f} MB) is fetched at the first run"
    if sources.bundled is None:
        return Availability(0, "not on this machine", note, fetches)
    return Availability(sources.format.count(sources.bundled), _BUNDLED, note, fetches)


def _on_disk(sources: Sources) -> LocalCopy | None:
    own = in_data_folder(sources.name)
    if own is not None:
        return LocalCopy(own, sources.format, _YOURS)
    if sources.remote is not None and sources.remote.state() == "whole":
        return LocalCopy(sources.remote.path, sources.remote_format or sources.format, _DOWNLOADED)
    return None


def in_data_folder(name: str) -> Path | None:
    """The user's own file below GANLIB_DATA; None where there is none.

    Raises:
        DataError: GANLIB_DATA is no folder, or the file cannot be looked at.
    """
    chosen = os.environ.get("GANLIB_DATA")
    if not chosen:
        return None
    folder = user_path(chosen, "GANLIB_DATA")
    path = folder / name
    try:
        # A mistyped folder must not turn into other data without a word.
        if not folder.is_dir():
            raise DataError(f"GANLIB_DATA is {chosen}, which is not a folder.")
        return path if path.exists() else None
    except OSError as error:
        raise DataError(f"{short(str(path))} cannot be read: {error.strerror}.") from error
