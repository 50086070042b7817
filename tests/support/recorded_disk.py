"""A disk that remembers every operation, may fail at any of them, and tells what a crash leaves.

`RecordedDisk` stands in the place of `os` and `open` in `ganlib.runs.durable`, through which a
run writes all that it writes. Operations are made on the real files, and listed. From the list
`images` makes what a disk may hold when the process dies, or the power fails, behind any of them.

The rules are those that POSIX promises, and no more: what was written to a file is sure once
the file was synced, a name once its folder was. Anything else may be there or not, in part, and
in any order.
"""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from ganlib.runs import durable

Kind = Literal["make folder", "create", "write", "cut", "sync", "rename", "remove", "sync folder"]
Image = dict[str, bytes]


@dataclass(frozen=True)
class Operation:
    """One operation.

    Args:
        kind: what is done.
        path: of the file or folder, below the disk's own.
        file: number of the file, whatever it is called; -1 for folders.
        at: where it writes, or how long the file is when it is cut.
        data: what it writes.
        target: the other name, where there is one.
    """

    kind: Kind
    path: str
    file: int = -1
    at: int = 0
    data: bytes = b""
    target: str = ""


@dataclass
class Failure:
    """What an operation raises in the place of doing what it should.

    Args:
        at: number of the operation.
        code: of the error.
        lasting: whether all operations after it fail too, until the disk is mended.
        partial: whether half of what was to be written is.
    """

    at: int
    code: int = errno.EIO
    lasting: bool = False
    partial: bool = False


@dataclass
class RecordedDisk:
    """See the module.

    Args:
        root: the folder that is the disk.
        failure: what fails, if anything does.
        syncs: whether a sync does anything; where one does not, a test must fail.

    Attributes:
        done: all operations so far.
        failed: operations that have raised.
    """

    root: Path
    failure: Failure | None = None
    syncs: Callable[[Operation], bool] = lambda operation: True
    done: list[Operation] = field(default_factory=list)
    failed: list[Operation] = field(default_factory=list)
    _files: dict[str, int] = field(default_factory=dict)
    _open: dict[int, tuple[str, int]] = field(default_factory=dict)
    _made: int = 0

    # What `durable` takes from os and does not change the disk with.
    O_RDONLY = os.O_RDONLY
    SEEK_END = os.SEEK_END
    name = os.name
    strerror = staticmethod(os.strerror)
    close = staticmethod(os.close)
    fstat = staticmethod(os.fstat)

    @contextmanager
    def installed(self) -> Iterator["RecordedDisk"]:
        """Takes its place for the block."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(durable, "os", self)
            patch.setattr(durable, "open", self.open_file, raising=False)
            yield self

    def mend(self) -> None:
        """Nothing fails any more."""
        self.failure = None

    def open(self, path: Path, flags: int) -> int:
        """A file or folder, to be synced."""
        descriptor = os.open(path, flags)
        name = self._below(path)
        self._open[descriptor] = name, self._files.get(name, -1)
        return descriptor

    def open_file(self, path: Path, mode: str, buffering: int = -1) -> Any:
        """A file to be written."""
        name = self._below(path)
        if name not in self._files:
            self._do(Operation("create", name, self._made))
            self._files[name] = self._made
            self._made += 1
        raw = _RecordedFile(path, mode.replace("b", ""), self, name, self._files[name])
        self._open[raw.fileno()] = name, self._files[name]
        return raw if buffering == 0 else io.BufferedWriter(raw)

    def fsync(self, descriptor: int) -> None:
        """See os."""
        name, file = self._open[descriptor]
        operation = Operation("sync folder" if file < 0 else "sync", name, file)
        if self.syncs(operation):
            self._do(operation)

    def mkdir(self, path: Path) -> None:
        """See os."""
        self._do(Operation("make folder", self._below(path)))
        os.mkdir(path)

    def replace(self, source: Path, target: Path) -> None:
        """See os."""
        old, new = self._below(source), self._below(target)
        self._do(Operation("rename", old, self._files[old], target=new))
        os.replace(source, target)
        self._files[new] = self._files.pop(old)

    def unlink(self, path: Path) -> None:
        """See os."""
        if not path.exists():
            raise FileNotFoundError(path)
        name = self._below(path)
        self._do(Operation("remove", name, self._files[name]))
        os.unlink(path)
        del self._files[name]

    def ftruncate(self, descriptor: int, size: int) -> None:
        """See os."""
        name, file = self._open[descriptor]
        self._do(Operation("cut", name, file, at=size))
        os.ftruncate(descriptor, size)

    def _write(self, raw: "_RecordedFile", data: bytes) -> int:
        operation = Operation("write", raw.name_below, raw.number, raw.tell(), data)
        try:
            self._do(operation)
        except OSError:
            if self.failed and self.failure and self.failure.partial and len(data) > 1:
                half = data[: len(data) // 2]
                self.done.append(Operation("write", raw.name_below, raw.number, raw.tell(), half))
                io.FileIO.write(raw, half)
            raise
        return io.FileIO.write(raw, data)

    def _do(self, operation: Operation) -> None:
        number = len(self.done) + len(self.failed)
        failure = self.failure
        if failure and (number == failure.at or (failure.lasting and number > failure.at)):
            self.failed.append(operation)
            raise OSError(failure.code, os.strerror(failure.code))
        self.done.append(operation)

    def _below(self, path: Path) -> str:
        below = Path(path).relative_to(self.root).as_posix()
        return "" if below == "." else below


class _RecordedFile(io.FileIO):
    """A file whose writes the disk hears of."""

    def __init__(self, path: Path, mode: str, disk: RecordedDisk, name: str, number: int):
        super().__init__(path, mode)
        self._disk = disk
        self.name_below = name
        self.number = number

    def write(self, data: Any) -> int:
        return self._disk._write(self, bytes(data))


class _Model:
    """What is on the disk after some operations, of which only some have reached it."""

    def __init__(self) -> None:
        self.folders: set[str] = set()
        self.names: dict[str, int] = {}
        self.contents: dict[int, bytearray] = {}

    def apply(self, operation: Operation, *, zeros: bool = False) -> None:
        """One operation that has reached the disk; a write perhaps as zeros only."""
        one = operation
        if one.kind == "make folder":
            self.folders.add(one.path)
        elif one.kind == "create":
            self.names[one.path] = one.file
        elif one.kind == "write":
            content = self.contents.setdefault(one.file, bytearray())
            # What was before it and has not come is there as zeros.
            content.extend(bytes(max(0, one.at - len(content))))
            content[one.at : one.at + len(one.data)] = bytes(len(one.data)) if zeros else one.data
        elif one.kind == "cut":
            content = self.contents.setdefault(one.file, bytearray())
            content.extend(bytes(max(0, one.at - len(content))))
            del content[one.at :]
        elif one.kind == "rename":
            self.names.pop(one.path, None)
            self.names[one.target] = one.file
        elif one.kind == "remove" and self.names.get(one.path) == one.file:
            del self.names[one.path]

    def image(self) -> Image:
        """Each file by its path. What lies in a folder that is not there is not there either."""

        def there(path: str) -> bool:
            parents = [str(parent) for parent in Path(path).parents if str(parent) != "."]
            return all(parent in self.folders for parent in parents)

        files = {
            path: bytes(self.contents.get(file, b""))
            for path, file in self.names.items()
            if there(path)
        }
        # A folder, for which there is nothing to read.
        return files | {f"{path}/": b"" for path in self.folders if there(f"{path}/x")}


def image(operations: list[Operation]) -> Image:
    """What there is when every operation has reached the disk."""
    model = _Model()
    for operation in operations:
        model.apply(operation)
    return model.image()


def unsure(operations: list[Operation]) -> list[int]:
    """Numbers of the operations that no sync has followed which would have made them sure."""
    found = []
    synced_files: set[int] = set()
    synced_folders: set[str] = set()
    for number in range(len(operations) - 1, -1, -1):
        one = operations[number]
        if one.kind == "sync":
            synced_files.add(one.file)
        elif one.kind == "sync folder":
            synced_folders.add(one.path)
        elif one.kind in ("write", "cut"):
            if one.file not in synced_files:
                found.append(number)
        elif _folder(one.target or one.path) not in synced_folders:
            found.append(number)
    return found[::-1]


def images_when_killed(operations: list[Operation]) -> Iterator[tuple[str, Image]]:
    """What is left where the process died in the last operation: all before it, and of a
    write none, half or everything."""
    *before, last = operations
    if last.kind == "write" and len(last.data) > 1:
        half = Operation("write", last.path, last.file, last.at, last.data[: len(last.data) // 2])
        yield "half of the write", image([*before, half])
    yield "all of it", image(operations)


def images_without_power(operations: list[Operation], *, each: bool) -> Iterator[tuple[str, Image]]:
    """What may be left where the power failed after the last operation.

    Args:
        operations: all that were made.
        each: also for each unsure operation alone: that it is the only one which has come, and
            the only one which has not.
    """
    open_ones = unsure(operations)
    data = {n for n in open_ones if operations[n].kind in ("write", "cut")}
    names = set(open_ones) - data

    def left(lost: set[int], *, zeros: bool = False, torn: bool = False) -> Image:
        model = _Model()
        for number, operation in enumerate(operations):
            if number not in lost:
                model.apply(operation)
            elif operation.kind == "write" and zeros:
                model.apply(operation, zeros=True)
            elif operation.kind == "write" and torn:
                half = operation.data[: len(operation.data) // 2]
                model.apply(Operation("write", operation.path, operation.file, operation.at, half))
        return model.image()

    yield "nothing unsure", left(data | names)
    yield "names without content", left(data)
    yield "names with zeros", left(data, zeros=True)
    yield "names with half of the content", left(data, torn=True)
    yield "content without names", left(names)
    for number in open_ones if each else ():
        what = f"{operations[number].kind} {operations[number].path}"
        yield f"only {what}", left(set(open_ones) - {number})
        yield f"all but {what}", left({number})


def put(files: Image, root: Path) -> None:
    """Makes a folder of an image."""
    for path, content in sorted(files.items()):
        if path.endswith("/"):
            (root / path).mkdir(parents=True, exist_ok=True)
        else:
            (root / path).write_bytes(content)


def found_on(root: Path) -> Image:
    """The image of a folder, without the locks, which no recorded operation makes."""
    return {
        path.relative_to(root).as_posix() + "/" * path.is_dir(): (
            b"" if path.is_dir() else path.read_bytes()
        )
        for path in root.rglob("*")
        if path.name != "lock"
    }


def _folder(path: str) -> str:
    parent = Path(path).parent.as_posix()
    return "" if parent == "." else parent
