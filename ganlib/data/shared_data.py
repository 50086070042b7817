"""Samples of files, held once by all who have them at the same time.

A program that is kept for the next run holds its data. The next run of the same data would
read and hold them a second time.
"""

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from weakref import WeakValueDictionary

from ganlib.data.base import ArrayData

_held: WeakValueDictionary[Hashable, ArrayData] = WeakValueDictionary()


def shared_data(
    files: Iterable[Path], meaning: Hashable, read: Callable[[], ArrayData]
) -> ArrayData:
    """What somebody still holds of these files, or what `read` makes of them.

    Args:
        files: that `read` reads. One that has changed is another.
        meaning: what else the data depend on.
        read: may raise; nothing is held then.
    """
    key = (meaning, tuple(map(_identity, files)))
    data = _held.get(key)
    if data is None:
        data = _held[key] = read()
    return data


def _identity(path: Path) -> Hashable:
    try:
        found = path.stat()
    except OSError:
        # `read` says what is wrong with it.
        return path
    return path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
