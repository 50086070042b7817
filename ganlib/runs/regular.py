"""Opens files to read without trusting what stands in their place."""

import errno
import os
import stat
from pathlib import Path
from typing import IO

# Without it, opening a pipe that nobody writes to waits for ever. Windows has no such pipes.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> IO[bytes]:
    """A file to read, or a link to one; never a folder, a pipe or a device.

    Raises:
        FileNotFoundError: there is nothing.
        OSError: it is something else than a file, or cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | _AT_ONCE)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a file", str(path))
    return open(descriptor, "rb")
