"""Crash-safe file operations: replace a file as a whole, or append to one.

A run is written with these operations only, so that fault injection has one place to replace.
"""

import errno
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


class SyncError(OSError):
    """Data could not be written to the disk. The operating system may have discarded it."""


def is_full(error: OSError) -> bool:
    """True if the disk is full or the user's quota is used up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def make_folder(folder: Path) -> None:
    """Creates a folder that survives a loss of power; does nothing if it exists."""
    if not folder.is_dir():
        os.mkdir(folder)
        sync_path(folder.parent)


@contextmanager
def replaced(path: Path, *, sync: bool) -> Iterator[IO[bytes]]:
    """Opens a temporary binary file, which replaces `path` at the end of the block.

    Readers see the old file or the complete new one. If the block raises, the old file stays.
    A folder at `path` is renamed to a name that ends in ".damaged".

    Args:
        path: the file to replace or create; its folder must exist.
        sync: wait until the file is on the disk. Otherwise a loss of power may leave it empty or
            damaged; a crash of the process cannot.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            if sync:
                file.flush()
                os.fsync(file.fileno())
        if path.is_dir():
            path.rename(path.with_name(f"{path.name}.{secrets.token_hex(4)}.damaged"))
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if sync:
        sync_path(path.parent)


def rename(source: Path, target: Path) -> None:
    """Renames a file and waits until the new name is on the disk."""
    os.replace(source, target)
    sync_path(target.parent)


def sync_path(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk. Has no effect on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(paths: Collection[Path]) -> None:
    """Waits until files that were written without `sync`, and their names, are on the disk.

    Raises:
        SyncError: the files may be lost.
    """
    try:
        for path in [*paths, *{path.parent for path in paths}]:
            # A user may have removed it.
            with suppress(FileNotFoundError):
                sync_path(path)
    except OSError as error:
        raise SyncError(error.errno, error.strerror) from None


def remove(path: Path) -> None:
    """Removes a file, if it exists and can be removed."""
    with suppress(OSError):
        os.unlink(path)


class AppendOnlyFile:
    """A file of lines that only grows; its contents are never changed or truncated.

    Args:
        path: the file; created when missing.
    """

    def __init__(self, path: Path):
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115
        size = self._file.seek(0, os.SEEK_END)
        if size:
            self._file.seek(size - 1)
        # True if the last line may have no newline.
        self._torn = size > 0 and self._file.read(1) != b"\n"

    def append_line(self, line: bytes) -> None:
        """Adds a line that ends in a newline. If the last line is torn, ends that one first.

        Raises:
            OSError: the line cannot be written completely. A part of it may remain as a torn line.
        """
        content = memoryview(b"\n" + line if self._torn else line)
        self._torn = True
        try:
            while content:
                content = content[self._file.write(content) :]
        except OSError:
            # If only the newline is missing, readers see the line, and the next call ends it.
            if len(content) > 1:
                raise
        else:
            self._torn = False

    def sync(self) -> None:
        """Waits until all lines are on the disk.

        Raises:
            SyncError: lines since the last call may be lost.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise SyncError(error.errno, error.strerror) from None

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
