"""The only file operations that writing a run makes: replace a whole file, or append to one.

Everything that a crash could spoil goes through here, so that there is one place
to reason about (and to inject faults into).
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

# Beside what is written at once, so that a run can still tell that there is no more room.
_SPARE_BYTES = 256 * 1024


def is_full(error: OSError) -> bool:
    """Whether there was no room, on the disk or in a user's share of it."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def free_bytes(folder: Path) -> int:
    """Room for a user's files on the disk of a folder.

    Raises:
        OSError: there is no such folder.
    """
    return shutil.disk_usage(folder).free


def require_room(folder: Path, count: int) -> None:
    """Tells before anything is written that so many bytes would not find room.

    Raises:
        OSError: there is no room; see `is_full`.
    """
    if free_bytes(folder) < count + _SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def make_folder(folder: Path) -> None:
    """Makes a folder that a loss of power does not take away again; nothing where it is there."""
    if not folder.is_dir():
        os.mkdir(folder)
        sync_folder(folder.parent)


@contextmanager
def replaced(path: Path, *, sync: bool) -> Iterator[IO[bytes]]:
    """A binary file to write, which takes the place of `path` when the block ends well.

    Readers see the old file or the whole new one, never a part. When the block
    raises, the old file stays. A folder in its place is set aside, with all that is in it.

    Args:
        path: the file to replace or create; its folder exists.
        sync: wait until the disk has it. Without, a loss of power may leave the
            file empty or damaged; a crash of the process may not.
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
    """Puts `content` in the place of `path`; see `replaced`."""
    with replaced(path, sync=sync) as file:
        file.write(content)


def rename(source: Path, target: Path) -> None:
    """Gives a file its name, and waits until the disk knows it."""
    os.replace(source, target)
    sync_folder(target.parent)


def set_aside(path: Path) -> None:
    """Takes what cannot be read out of the way, under a name that nothing else has."""
    aside = path.with_name(path.name + ".damaged")
    if aside.exists():
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.damaged")
    os.replace(path, aside)


def sync_folder(folder: Path) -> None:
    """Waits until the disk knows the names in a folder; does nothing where that cannot be asked."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Removes a file, where there is one. A folder in its place stays."""
    with suppress(FileNotFoundError):
        if not path.is_dir():
            os.unlink(path)


def remove_temporaries(folder: Path, pattern: str = ".*.tmp") -> None:
    """Removes what writers that died in `replaced` left behind."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            os.unlink(path)


class AppendOnlyFile:
    """A file of lines that only grows. What was written is never changed or cut.

    Args:
        path: the file; created when missing.
    """

    def __init__(self, path: Path):
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115
        size = self._file.seek(0, os.SEEK_END)
        if size:
            self._file.seek(size - 1)
        # Whether the last line has no newline.
        self._torn = size > 0 and self._file.read(1) != b"\n"
        # Bytes that the disk has, and whether it has failed to take those behind them.
        self._synced = size
        self._unsure = False

    def append(self, line: bytes) -> None:
        """Adds a line that ends in a newline, behind a newline where the last line is torn.

        Raises:
            OSError: the disk does not take it. What it took of the line is left torn.
        """
        content = b"\n" + line if self._torn else line
        written = 0
        try:
            while written < len(content):
                written += self._file.write(memoryview(content)[written:])
        except OSError:
            self._torn = self._torn or written > 0
            # Where nothing but the newline is missing, it is a line as soon as the next one comes.
            if written < len(content) - 1:
                raise
        else:
            self._torn = False

    def sync(self) -> None:
        """Waits until the disk has every line.

        Raises:
            OSError: it does not take them. The next call appends them once more: a system may
                have forgotten after a failure that they were still to be written.
        """
        if self._unsure:
            self._file.seek(self._synced)
            lines = self._file.read()
            # Zeros may stand there by now, without a newline.
            self._torn = True
            self.append(lines[: lines.rfind(b"\n") + 1])
        self._unsure = True
        os.fsync(self._file.fileno())
        self._unsure = False
        self._synced = self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
