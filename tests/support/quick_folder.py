"""A folder for what is made thousands of times."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A new folder, in memory where there is such a place; it goes with the block."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as path:
        yield Path(path)
