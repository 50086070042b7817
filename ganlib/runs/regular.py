"""Opens regular files only."""

import errno
import os
import stat
from pathlib import Path
from typing import IO

# Without O_NONBLOCK, opening a named pipe waits until somebody writes to it.
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> IO[bytes]:
    """Opens a file, or a link to a file, for reading.

    Raises:
        FileNotFoundError: the path does not exist.
        OSError: it is a folder, a pipe or a device, or cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a file", str(path))
    return open(descriptor, "rb")
