"""Finds the copy of a dataset that a run gets, in the same way for every dataset.

The order: the folder GANLIB_DATA, the user's cache, a download into that cache
(unless GANLIB_OFFLINE=1), the sample that ships with this package.
"""

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.data.download import RemoteFile, offline
from ganlib.data.image_files import ImageFormat
from ganlib.data.npy import short
from ganlib.errors import DataError, DownloadError
from ganlib.events import Phase
from ganlib.paths import user_path

BUNDLED = Path(__file__).parent / "bundled"

IN_DATA_FOLDER = "your data folder"
DOWNLOADED = "downloaded copy"
IN_PACKAGE = "bundled sample"


@dataclass(frozen=True)
class Sources:
    """The places where the file of a dataset may be.

    Args:
        name: its path below GANLIB_DATA.
        format: of the file there, and of the bundled one.
        remote: the published file; None if there is none.
        remote_format: of the published file; None if it is `format`.
        bundled: the sample that ships with this package; None if there is none.
    """

    name: str
    format: ImageFormat
    remote: RemoteFile | None = None
    remote_format: ImageFormat | None = None
    bundled: Path | None = None


@dataclass(frozen=True)
class LocalCopy:
    """A file on this disk with a dataset or a part of it.

    Args:
        path: where it is.
        format: of the file.
        provenance: for a `DataReport`.
    """

    path: Path
    format: ImageFormat
    provenance: str

    def count(self) -> int:
        """See `ImageFormat.count`."""
        return self.format.count(self.path)

    def read(self, most: int | None = None) -> np.ndarray:
        """See `ImageFormat.read`."""
        return self.format.read(self.path, most)


def resolve(sources: Sources) -> Generator[Phase, None, LocalCopy]:
    """Returns the first copy there is, and downloads it if allowed; yields its progress.

    Raises:
        DataError: GANLIB_DATA or the user's file is not valid, or there is no copy at all.
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
            return _downloaded(sources, remote)
    elif remote is not None and remote.state() == "damaged":
        problem = "the downloaded copy is damaged and GANLIB_OFFLINE is set"
    if sources.bundled is None and remote is None:
        raise DataError(
            f"{sources.name} is not in the folder that GANLIB_DATA names, and cannot be downloaded."
        )
    if sources.bundled is None:
        why = problem or "GANLIB_OFFLINE is set"
        raise DataError(f"{sources.name} is not on this machine and was not downloaded: {why}.")
    provenance = f"{problem}; using the {IN_PACKAGE}" if problem else IN_PACKAGE
    return LocalCopy(sources.bundled, sources.format, provenance)


def locate(sources: Sources) -> tuple[LocalCopy | None, str]:
    """Finds the copy on this disk that `resolve` would return now; asks no network.

    Returns:
        The copy, or None if there is none yet; and what the first run would download, or why
        it would not, which may be empty.

    Raises:
        DataError: GANLIB_DATA, the address of a mirror or the user's file is not valid.
    """
    copy, note = _on_disk(sources), ""
    if copy is not None:
        return copy, note
    if sources.remote is not None and offline():
        note = "GANLIB_OFFLINE is set, so the full set is not downloaded"
    elif sources.remote is not None:
        sources.remote.check_address()
        megabytes = sources.remote.size / 1e6
        note = f"the full set ({megabytes:.0f} MB) is downloaded by the first run"
    if sources.bundled is not None:
        copy = LocalCopy(sources.bundled, sources.format, IN_PACKAGE)
    return copy, note


def _on_disk(sources: Sources) -> LocalCopy | None:
    own = in_data_folder(sources.name)
    if own is not None:
        return LocalCopy(own, sources.format, IN_DATA_FOLDER)
    if sources.remote is not None and sources.remote.state() == "whole":
        return _downloaded(sources, sources.remote)
    return None


def _downloaded(sources: Sources, remote: RemoteFile) -> LocalCopy:
    return LocalCopy(remote.path, sources.remote_format or sources.format, DOWNLOADED)


def in_data_folder(name: str) -> Path | None:
    """Returns the user's file below GANLIB_DATA; None if there is none.

    Raises:
        DataError: GANLIB_DATA is not a folder, or the file cannot be looked at.
    """
    chosen = os.environ.get("GANLIB_DATA")
    if not chosen:
        return None
    folder = user_path(chosen, "GANLIB_DATA")
    path = folder / name
    try:
        # A mistyped folder must not silently turn into other data.
        if not folder.is_dir():
            raise DataError(f"GANLIB_DATA is {chosen}, which is not a folder.")
        return path if path.exists() else None
    except OSError as error:
        raise DataError(f"{short(str(path))} cannot be read: {error.strerror}.") from error
