"""A published file being fetched, or only its beginning: kept for more, never trusted blindly.

What has been received lies beside a record of how much of it is sound, so that an attempt
that was cut, stopped or killed goes on where it ended.
"""

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from ganlib.data.range_response import TOLD_EVERY_S, RangeResponse
from ganlib.errors import DownloadError
from ganlib.events import Phase

# Tells what is being done, at least twice a second; may be closed at any moment.
Fetching = Generator[Phase, None, None]

_PAUSES_S = (0.5, 1.0)
_CHUNK_BYTES = 1 << 18


@dataclass(frozen=True)
class Partial:
    """The first bytes of a published file.

    Args:
        name: what is fetched, for sentences.
        url: where it is published.
        path: where its beginning is kept; beside it lie the record and a lock.
    """

    name: str
    url: str
    path: Path

    def valid_bytes(self) -> int:
        """How many of the first bytes are as they were received; asks no network."""
        try:
            record = json.loads(self._record.read_text())
            size, checksum = int(record["bytes"]), int(record["crc32"])
            return size if _crc32(self.path, size, self.path.stat().st_mtime_ns) == checksum else 0
        except (OSError, ValueError, TypeError, KeyError):
            return 0

    def fetch(self, attempt: Callable[[], Fetching]) -> Fetching:
        """Makes attempts, one process at a time, until one succeeds or none can.

        Args:
            attempt: uses `open` and `receive`, and raises DownloadError.
        Raises:
            DownloadError: it could not be had; what was kept before is as it was.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            yield from self._locked(attempt)
        except OSError as error:
            raise self.failure(
                f"{self.path.parent} cannot be written ({error.strerror or error})"
            ) from error

    def open(self) -> BinaryIO:
        """The file, with what is not sound cut off, at its end."""
        # Unbuffered, so that a write that fails fails here and not later.
        file = self.path.open("r+b" if self.path.exists() else "w+b", buffering=0)
        file.seek(file.truncate(self.valid_bytes()))
        return file

    def receive(
        self, file: BinaryIO, goal: int, check_total: Callable[[int], None]
    ) -> Generator[Phase, None, int]:
        """Appends what the published file has up to byte `goal`; returns the length then.

        Args:
            file: from `open`.
            goal: bytes wanted.
            check_total: is given the published file's size, where the server tells it; raises
                what `failure` makes.
        """
        start = file.tell()
        if start >= goal:
            return start
        written, told = start, 0.0
        answer = RangeResponse(self.url, start, goal)
        try:
            for kind, value in answer.events():
                if kind == "total":
                    if value is not None:
                        check_total(value)
                elif kind == "bytes":
                    _write(file, value)
                    written += len(value)
                elif kind == "failed":
                    raise self.failure(value[0], passing=value[1])
                if time.monotonic() - told >= TOLD_EVERY_S:
                    told = time.monotonic()
                    text = f"downloading {self.name}: {written / 1e6:.1f} of {goal / 1e6:.1f} MB"
                    yield Phase(text, written / goal)
            if written < goal:
                raise self.failure(
                    f"{answer.host} sent only {written:,} of the {goal:,} bytes expected",
                    passing=True,
                )
            self._note(file, written)
            return written
        except (DownloadError, GeneratorExit):
            # What has come is kept for the next attempt.
            self._note(file, written)
            raise
        except OSError:
            # The disk is full, say: then what was there before is all there is.
            with suppress(OSError):
                file.truncate(start)
            raise
        finally:
            answer.abandon()

    def forget(self, file: BinaryIO) -> None:
        """Nothing of it is sound."""
        file.truncate(0)
        self._note(file, 0)

    def finish(self, target: Path) -> None:
        """It is whole: puts it at another path, all at once."""
        self.path.replace(target)
        self._record.unlink(missing_ok=True)

    def failure(self, reason: str, *, passing: bool = False) -> DownloadError:
        """An error that says so of this file; a passing one is worth another attempt."""
        return DownloadError(self.name, reason, passing=passing)

    def _locked(self, attempt: Callable[[], Fetching]) -> Fetching:
        lock = FileLock(self.path.with_suffix(".lock"))
        while True:
            try:
                lock.acquire(timeout=TOLD_EVERY_S)
                break
            except Timeout:
                yield Phase(f"waiting for another process that fetches {self.name}")
        try:
            yield from self._attempts(attempt)
        finally:
            lock.release()

    def _attempts(self, attempt: Callable[[], Fetching]) -> Fetching:
        for pause in (*_PAUSES_S, None):
            try:
                yield from attempt()
                return
            except DownloadError as error:
                if pause is None or not error.passing:
                    raise
                yield Phase(f"{error.reason}; trying again")
                time.sleep(pause)

    @property
    def _record(self) -> Path:
        return self.path.with_suffix(".json")

    def _note(self, file: BinaryIO, written: int) -> None:
        """Notes how much of the file is sound, once the disk has it."""
        os.fsync(file.fileno())
        file.seek(0)
        body = {"bytes": written, "crc32": zlib.crc32(file.read(written))}
        file.seek(0, os.SEEK_END)
        temporary = self._record.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(body))
        temporary.replace(self._record)


def checksum(file: BinaryIO, algorithm: str) -> str:
    """Of a whole file: hexadecimal.

    Args:
        file: opened for reading.
        algorithm: as hashlib calls it.
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _write(file: BinaryIO, content: bytes) -> None:
    while content:
        content = content[file.write(content) :]


@lru_cache(maxsize=512)
def _crc32(path: Path, size: int, mtime_ns: int) -> int:
    """Checksum of a file's first bytes; remembered until its time of change differs."""
    with path.open("rb") as file:
        content = file.read(size)
    return zlib.crc32(content) if len(content) == size else -1
