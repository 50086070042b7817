"""A download that continues where the last attempt stopped.

Beside the bytes received lies a record of their number and checksum, which is written when an
attempt ends, is cut off or is stopped. The next attempt continues from there and downloads damaged
bytes again. An attempt that is killed writes no record: the next one continues from the record
before, or starts over if there is none. Pooch deletes an unfinished download and does not lock out
other processes; see `range_response`.
"""

import json
import os
import time
import zlib
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from ganlib.data.range_response import PROGRESS_EVERY_S, range_chunks
from ganlib.errors import DownloadError
from ganlib.events import Phase

# Reports progress at least every 0.6 s; may be closed at any moment.
Fetching = Generator[Phase, None, None]

_PAUSES_S = (0.5, 1.0)


@dataclass(frozen=True)
class Partial:
    """The first bytes of a published file, on disk.

    Args:
        name: what is downloaded, for messages.
        url: where it is published.
        path: where its bytes are kept; the record and a lock file lie beside it.
        sizes: sizes that the whole file may have, bytes; the first is the usual one.
    """

    name: str
    url: str
    path: Path
    sizes: tuple[int, ...]

    def valid_bytes(self) -> int:
        """Number of bytes on disk that are as they were received; asks no network."""
        try:
            record = json.loads(self._record.read_text())
            size, checksum = int(record["bytes"]), int(record["crc32"])
            return size if _crc32(self.path, size, self.path.stat().st_mtime_ns) == checksum else 0
        except (OSError, ValueError, TypeError, KeyError):
            return 0

    def fetch(self, attempt: Callable[[], Fetching]) -> Fetching:
        """Makes up to three attempts, in one process at a time.

        Args:
            attempt: uses `open` and `receive`, and raises DownloadError.

        Raises:
            DownloadError: no attempt succeeded, or the folder cannot be written.
        """
        # thread_local=False: the generator may be closed by another thread.
        lock = FileLock(self.path.with_suffix(".lock"), thread_local=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            while not lock.is_locked:
                try:
                    lock.acquire(timeout=PROGRESS_EVERY_S)
                except Timeout:
                    yield Phase(f"waiting for another process that is downloading {self.name}")
            for pause_s in (*_PAUSES_S, None):
                try:
                    return (yield from attempt())
                except DownloadError as error:
                    if pause_s is None or not error.passing:
                        raise
                    yield Phase(f"{error.reason}; trying again")
                    time.sleep(pause_s)
        except OSError as error:
            reason = f"{self.path.parent} cannot be written ({error.strerror or error})"
            raise DownloadError(self.name, reason) from error
        finally:
            lock.release()

    def open(self) -> BinaryIO:
        """Opens the file at its end, after cutting off bytes that are not valid."""
        # Unbuffered, so that a write fails at once if it fails.
        file = self.path.open("r+b" if self.path.exists() else "w+b", buffering=0)
        file.seek(file.truncate(self.valid_bytes()))
        return file

    def receive(self, file: BinaryIO, end: int) -> Fetching:
        """Appends what is missing of the first `end` bytes; keeps what came before an error.

        Args:
            file: from `open`, at its end.
            end: bytes wanted.

        Raises:
            DownloadError: see `range_chunks`.
        """
        start = written = file.tell()
        if start >= end:
            return
        reported = 0.0
        try:
            with closing(range_chunks(self.name, self.url, start, end, self.sizes)) as chunks:
                for chunk in chunks:
                    while chunk:
                        count = file.write(chunk)
                        written, chunk = written + count, chunk[count:]
                    if time.monotonic() - reported >= PROGRESS_EVERY_S:
                        reported = time.monotonic()
                        megabytes = f"{written / 1e6:.1f} of {end / 1e6:.1f} MB"
                        yield Phase(f"downloading {self.name}: {megabytes}", written / end)
        except OSError:
            # For example, the disk is full: only what was there before counts.
            with suppress(OSError):
                file.truncate(start)
            raise
        except (DownloadError, GeneratorExit):
            self._write_record(file, written)
            raise
        self._write_record(file, written)

    def discard(self, file: BinaryIO, reason: str) -> DownloadError:
        """Empties the file, and returns the error to raise.

        Args:
            file: from `open`.
            reason: what is wrong with its content, as a clause.
        """
        file.truncate(0)
        self._write_record(file, 0)
        return DownloadError(self.name, reason)

    def finish(self, target: Path) -> None:
        """Moves the complete file to `target`, atomically."""
        self.path.replace(target)
        self._record.unlink(missing_ok=True)

    @property
    def _record(self) -> Path:
        return self.path.with_suffix(".json")

    def _write_record(self, file: BinaryIO, size: int) -> None:
        """Records that the first `size` bytes are valid, once they are on disk."""
        os.fsync(file.fileno())
        file.seek(0)
        record = {"bytes": size, "crc32": zlib.crc32(file.read(size))}
        file.seek(0, os.SEEK_END)
        temporary = self._record.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(record))
        temporary.replace(self._record)


@lru_cache(maxsize=512)
def _crc32(path: Path, size: int, mtime_ns: int) -> int:
    """CRC-32 of a file's first bytes, cached until the file changes; -1 if it is shorter."""
    with path.open("rb") as file:
        content = file.read(size)
    return zlib.crc32(content) if len(content) == size else -1
