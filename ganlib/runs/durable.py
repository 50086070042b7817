"""Crash-safe file operations: replace a file as a whole, or append to one.

A run is written with these operations only, so that fault injection has one place to replace.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

# Extra space that must stay free, so that a run can still report that the disk is full.
_SPARE_BYTES = 256 * 1024


def is_full(error: OSError) -> bool:
    """True if the disk is full or the user's quota is used up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def free_bytes(folder: Path) -> int:
    """Returns the free space on the disk of a folder, in bytes.

    Raises:
        OSError: the folder does not exist.
    """
    return shutil.disk_usage(folder).free


def require_space(folder: Path, count: int) -> None:
    """Checks that the disk has enough space, before anything is written.

    Args:
        folder: folder on that disk.
        count: bytes to be written.
    Raises:
        OSError: there is not enough space; see `is_full`.
    """
    if free_bytes(folder) < count + _SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def make_folder(folder: Path) -> None:
    """Creates a folder that survives a loss of power; does nothing if it exists."""
    if not folder.is_dir():
        os.mkdir(folder)
        sync_folder(folder.parent)


@contextmanager
def replaced(path: Path, *, sync: bool) -> Iterator[IO[bytes]]:
    """Opens a temporary binary file, which replaces `path` at the end of the block.

    Readers see the old file or the complete new one. If the block raises, the old file stays.
    A folder at `path` is renamed; see `set_aside`.

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
        try:
            os.replace(temporary, path)
        except (IsADirectoryError, PermissionError):
            if not path.is_dir():
                raise
            set_aside(path)
            os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if sync:
        sync_folder(path.parent)


def replace_bytes(path: Path, content: bytes, *, sync: bool) -> None:
    """Replaces a file.

    Args:
        path: the file to replace or create.
        content: its new content.
        sync: see `replaced`.
    """
    with replaced(path, sync=sync) as file:
        file.write(content)


def rename(source: Path, target: Path) -> None:
    """Renames a file and waits until the new name is on the disk."""
    os.replace(source, target)
    sync_folder(target.parent)


def set_aside(path: Path) -> None:
    """Renames a file or folder that cannot be used to an unused name that ends in ".damaged"."""
    aside = path.with_name(path.name + ".damaged")
    if aside.exists():
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.damaged")
    os.replace(path, aside)


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk. Has no effect on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Removes a file if it exists. A folder of that name stays."""
    with suppress(FileNotFoundError):
        if not path.is_dir():
            os.unlink(path)


def remove_temporaries(folder: Path, pattern: str = ".*.tmp") -> None:
    """Removes temporary files that a crash during `replaced` has left.

    Args:
        folder: where to look.
        pattern: glob pattern of the names.
    """
    for path in folder.glob(pattern):
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
        # True if the last line has no newline.
        self._torn = size > 0 and self._file.read(1) != b"\n"
        # Number of bytes that are on the disk, and whether the last sync has failed.
        self._synced = size
        self._unsure = False

    def append(self, line: bytes) -> None:
        """Adds a line that ends in a newline. If the last line is torn, ends that one first.

        Raises:
            OSError: the line cannot be written completely. A part of it may remain as a torn line.
        """
        content = b"\n" + line if self._torn else line
        written = 0
        try:
            while written < len(content):
                written += self._file.write(memoryview(content)[written:])
        except OSError:
            self._torn = self._torn or written > 0
            # If only the newline is missing, the next append completes the line.
            if written < len(content) - 1:
                raise
        else:
            self._torn = False

    def sync(self) -> None:
        """Waits until all lines are on the disk.

        Raises:
            OSError: the lines cannot be written. The next call appends them again, because an
                operating system may discard unwritten data after a failed fsync.
        """
        if self._unsure:
            self._file.seek(self._synced)
            lines = self._file.read()
            # The data in the file may have become zeros, without a newline.
            self._torn = True
            self.append(lines[: lines.rfind(b"\n") + 1])
        self._unsure = True
        os.fsync(self._file.fileno())
        self._unsure = False
        self._synced = self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
