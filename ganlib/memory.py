"""What the C library keeps of memory that was freed, where that library is glibc."""

import ctypes
import gc
import os
from contextlib import suppress

# As <malloc.h> has it.
_M_ARENA_MAX = -8


def share_pools() -> None:
    """One pool of memory a processor, where glibc would make eight.

    What is free in a pool serves only the threads that take from it, and of most pools nothing
    is ever given back: after hundreds of runs with twenty pages open, a server held 300 MB
    that nobody used. To be called before there are many threads.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, os.cpu_count() or 1)


def give_back() -> None:
    """Has Python and the C library return to the system what nobody uses."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
