"""Shares loaded data between runs.

The compiled step of a run is kept for the next run, with its data. Without sharing, the next run
on the same files would load them a second time.
"""

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from weakref import WeakValueDictionary

from ganlib.data.base import ArrayData

_loaded: WeakValueDictionary[Hashable, ArrayData] = WeakValueDictionary()


def shared_data(
    files: Iterable[Path], meaning: Hashable, read: Callable[[], ArrayData]
) -> ArrayData:
    """Returns data of these files that are still in use, or loads them.

    Args:
        files: the files that `read` reads; after a change to one of them, it is called again.
        meaning: what else the data depend on.
        read: loads the data; may raise.
    """
    key = (meaning, tuple(map(_identity, files)))
    data = _loaded.get(key)
    if data is None:
        data = _loaded[key] = read()
    return data


def _identity(path: Path) -> Hashable:
    try:
        found = path.stat()
    except OSError:
        # `read` reports what is wrong with it.
        return path
    return path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
