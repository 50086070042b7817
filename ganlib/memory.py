"""Returns freed memory to the system."""

import ctypes
import gc
import os
from contextlib import suppress

# As <malloc.h> has it.
_M_ARENA_MAX = -8


def keep_little() -> None:
    """Makes a long-running process keep little of the memory that it has freed.

    TensorFlow's convolutions take their memory from a pool of their own, which stays as large as
    it ever was: 130 MB once `mnist/dcgan` has been compiled. Asked to, they take it from the C
    library, and train as fast. glibc makes up to eight pools a processor, and what is free in
    one serves only the threads that take from it; no more are made than there are processors.

    To be called before TensorFlow is imported, and before there are many threads.
    """
    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")
    # Other C libraries have no such pools.
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, os.cpu_count() or 1)


def release() -> None:
    """Makes Python and the C library return unused memory to the system."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
