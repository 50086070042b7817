"""Returns freed memory to the system."""

import ctypes
import gc
import os
from contextlib import suppress

# From <malloc.h>.
_M_ARENA_MAX = -8


def limit_freed_memory() -> None:
    """Limits the freed memory that a long-running process keeps.

    TensorFlow's convolutions allocate from a pool of their own, which never shrinks: it has 130 MB
    after `mnist/dcgan` was compiled. With this setting they use the allocator of the C library and
    train as fast. glibc creates up to eight arenas per processor, and the free memory of an arena
    can be used by its own threads only, so their number is limited to that of the processors.

    Must be called before TensorFlow is imported and before many threads are started.
    """
    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")
    # Other C libraries have no arenas.
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, os.cpu_count() or 1)


def release() -> None:
    """Makes Python and the C library return unused memory to the system."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
