"""The only file operations that writing a run makes: replace a whole file, or append to one.

Everything that a crash could spoil goes through here, so that there is one place
to reason about (and to inject faults into).
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


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
            temporary.unlink()
        raise
    if sync:
        sync_folder(path.parent)


def replace_bytes(path: Path, content: bytes, *, sync: bool) -> None:
    """Puts `content` in the place of `path`; see `replaced`."""
    with replaced(path, sync=sync) as file:
        file.write(content)


def set_aside(path: Path) -> None:
    """Takes what cannot be read out of the way, under a name that nothing else has."""
    aside = path.with_name(path.name + ".damaged")
    if aside.exists():
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.damaged")
    path.replace(aside)


def sync_folder(folder: Path) -> None:
    """Waits until the disk knows the names in a folder; does nothing where that cannot be asked."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporaries(folder: Path, pattern: str = ".*.tmp") -> None:
    """Removes what writers that died in `replaced` left behind."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            path.unlink()


class AppendFile:
    """A file that grows by whole records.

    After a failed append (a full disk, say) the file ends where it did before, and
    the next append goes there.

    Args:
        path: the file; it exists.
        end: bytes of it that are good; what lies behind is cut off.
    """

    def __init__(self, path: Path, end: int):
        self._file = open(path, "r+b", buffering=0)  # noqa: SIM115
        self._end = end
        self._cut()

    @property
    def end(self) -> int:
        """Bytes of whole records."""
        return self._end

    def append(self, record: bytes) -> None:
        """Adds one record, or nothing when it raises OSError."""
        self._cut()
        view = memoryview(record)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            with suppress(OSError):
                self._cut()
            raise
        self._end += len(record)

    def sync(self) -> None:
        """Waits until the disk has every record."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def _cut(self) -> None:
        if os.fstat(self._file.fileno()).st_size != self._end:
            os.ftruncate(self._file.fileno(), self._end)
        self._file.seek(self._end)
