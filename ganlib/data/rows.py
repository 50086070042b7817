"""The first rows of a published .npy file, fetched without the rest and kept for more.

Google's files of drawings are 89 to 267 MB each, of which a run needs the first few MB. So
the header and the rows that are wanted are asked for by HTTP Range, and kept as what they
are: the beginning of the file. Asked for more rows later, only the missing ones are fetched.
"""

import hashlib
import json
import os
import time
import zlib
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from filelock import FileLock, Timeout

from ganlib.data.answer import TOLD_EVERY_S, Answer
from ganlib.data.npy import HEADER_BYTES, Header, read_header
from ganlib.errors import DownloadError
from ganlib.events import Phase

Fetching = Generator[Phase, None, None]

# numpy's shortest header; newer versions write 128 bytes.
_LEAST_HEADER = 80
_CHUNK_BYTES = 1 << 18
_PAUSES_S = (0.5, 1.0)


@dataclass(frozen=True)
class PublishedRows:
    """The beginning of a published file of uint8 rows.

    Args:
        name: what is fetched, for sentences.
        url: where it is published.
        path: where its beginning is kept; beside it lie a record of what of it is sound,
            and a lock.
        width: bytes in a row.
        rows: rows in the whole file.
        md5: checksum of the whole file as published, hexadecimal.
    """

    name: str
    url: str
    path: Path
    width: int
    rows: int
    md5: str

    def count(self) -> int:
        """Rows that are kept and sound; asks no network."""
        sound = self._sound_bytes()
        header = self._header(sound)
        return 0 if header is None else (sound - header.size) // self.width

    def read(self, most: int) -> np.ndarray:
        """The first rows that are kept, at most `most`: (n, width) uint8."""
        header = self._header(self._sound_bytes())
        if header is None:
            return np.empty((0, self.width), np.uint8)
        with self.path.open("rb") as file:
            file.seek(header.size)
            content = file.read(min(most, self.count()) * self.width)
        return np.frombuffer(content, np.uint8).reshape(-1, self.width)

    def fetch(self, wanted: int) -> Fetching:
        """Fetches what is missing of the first rows; may be closed at any moment.

        What has been received is kept for the next attempt, and taken for no more than it is.

        Raises:
            DownloadError: it could not be had; what was kept before is as it was.
        """
        wanted = min(wanted, self.rows)
        if self.count() >= wanted:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            yield from self._locked(wanted)
        except OSError as error:
            raise self._failure(
                f"{self.path.parent} cannot be written ({error.strerror or error})"
            ) from error

    def _locked(self, wanted: int) -> Fetching:
        lock = FileLock(self.path.with_suffix(".lock"))
        while True:
            try:
                lock.acquire(timeout=TOLD_EVERY_S)
                break
            except Timeout:
                yield Phase(f"waiting for another process that fetches {self.name}")
        try:
            yield from self._attempts(wanted)
        finally:
            lock.release()

    def _attempts(self, wanted: int) -> Fetching:
        for pause in (*_PAUSES_S, None):
            try:
                yield from self._attempt(wanted)
                return
            except DownloadError as error:
                if pause is None or not error.passing:
                    raise
                yield Phase(f"{error.reason}; trying again")
                time.sleep(pause)

    def _attempt(self, wanted: int) -> Fetching:
        sound = self._sound_bytes()
        header = self._header(sound)
        size = header.size if header else _LEAST_HEADER
        with self._open(sound) as file:
            written = yield from self._receive(file, sound, size + wanted * self.width)
            header = self._checked_header(file, written)
            if written < header.size + wanted * self.width:
                goal = header.size + wanted * self.width
                written = yield from self._receive(file, written, goal)
            if wanted == self.rows and header.size == _LEAST_HEADER:
                self._check_md5(file)

    def _receive(self, file: BinaryIO, start: int, goal: int) -> Generator[Phase, None, int]:
        """Appends bytes `start` to `goal` of the published file; returns how many there are."""
        written, told = start, 0.0
        answer = Answer(self.url, start, goal)
        try:
            for kind, value in answer.events():
                if kind == "total":
                    self._check_total(value)
                elif kind == "bytes":
                    _write(file, value)
                    written += len(value)
                elif kind == "failed":
                    raise self._failure(value[0], passing=value[1])
                if time.monotonic() - told >= TOLD_EVERY_S:
                    told = time.monotonic()
                    text = f"downloading {self.name}: {written / 1e6:.1f} of {goal / 1e6:.1f} MB"
                    yield Phase(text, written / goal)
            if written < goal:
                raise self._failure(
                    f"{answer.host} sent only {written:,} of the {goal:,} bytes expected",
                    passing=True,
                )
            self._record(file, written)
            return written
        except (DownloadError, GeneratorExit):
            # What has come is kept for the next attempt.
            self._record(file, written)
            raise
        except OSError:
            # The disk is full, say: then what was there before is all there is.
            with suppress(OSError):
                file.truncate(start)
            raise
        finally:
            answer.abandon()

    def _check_total(self, total: int | None) -> None:
        sizes = [head + self.rows * self.width for head in (_LEAST_HEADER, 128)]
        if total is not None and total not in sizes:
            raise self._failure(f"the file there has {total:,} bytes, expected {sizes[0]:,}")

    def _checked_header(self, file: BinaryIO, written: int) -> Header:
        header = self._header_of(file, written)
        if header is not None and header.shape == (self.rows, self.width):
            return header
        self._forget(file)
        if header is None:
            raise self._failure("what was sent is not a .npy file of drawings")
        raise self._failure(
            f"the file there is of {header.shape}, expected ({self.rows}, {self.width})"
        )

    def _header_of(self, file: BinaryIO, written: int) -> Header | None:
        file.seek(0)
        try:
            header = read_header(file.read(min(HEADER_BYTES, written)))
        except ValueError:
            return None
        finally:
            file.seek(0, os.SEEK_END)
        fits = header.dtype == np.uint8 and not header.fortran_order
        return header if fits else None

    def _header(self, sound: int) -> Header | None:
        if sound < _LEAST_HEADER:
            return None
        with self.path.open("rb") as file:
            return self._header_of(file, sound)

    def _check_md5(self, file: BinaryIO) -> None:
        file.seek(0)
        digest = hashlib.md5(usedforsecurity=False)
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
        if digest.hexdigest() != self.md5:
            self._forget(file)
            raise self._failure("the whole file has not the published checksum")

    def _open(self, sound: int) -> BinaryIO:
        # Unbuffered, so that a write that fails fails here and not later.
        file = self.path.open("r+b" if self.path.exists() else "w+b", buffering=0)
        file.truncate(sound)
        file.seek(sound)
        return file

    @property
    def _record_path(self) -> Path:
        return self.path.with_suffix(".json")

    def _record(self, file: BinaryIO, written: int) -> None:
        """Notes how much of the file is sound, once the disk has it."""
        os.fsync(file.fileno())
        file.seek(0)
        body = {"bytes": written, "crc32": zlib.crc32(file.read(written))}
        file.seek(0, os.SEEK_END)
        temporary = self._record_path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(body))
        temporary.replace(self._record_path)

    def _forget(self, file: BinaryIO) -> None:
        file.truncate(0)
        self._record(file, 0)

    def _sound_bytes(self) -> int:
        """How many of the first bytes are as they were received."""
        try:
            record = json.loads(self._record_path.read_text())
            size, checksum = int(record["bytes"]), int(record["crc32"])
            return size if _crc32(self.path, size, self.path.stat().st_mtime_ns) == checksum else 0
        except (OSError, ValueError, TypeError, KeyError):
            return 0

    def _failure(self, reason: str, *, passing: bool = False) -> DownloadError:
        return DownloadError(self.name, reason, passing=passing)


def _write(file: BinaryIO, content: bytes) -> None:
    while content:
        content = content[file.write(content) :]


@lru_cache(maxsize=512)
def _crc32(path: Path, size: int, mtime_ns: int) -> int:
    """Checksum of a file's first bytes; remembered until its time of change differs."""
    with path.open("rb") as file:
        content = file.read(size)
    return zlib.crc32(content) if len(content) == size else -1
