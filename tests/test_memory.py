"""How many pools the C library makes for many threads, as it tells itself."""

import os
import platform
import subprocess
import sys

import pytest

POOLS = """
import ctypes, sys, threading
if "shared" in sys.argv:
    from ganlib import memory
    memory.share_pools()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fopen.restype = ctypes.c_void_p
all_there = threading.Barrier(40)
def take():
    libc.malloc(100_000)
    all_there.wait()
threads = [threading.Thread(target=take) for _ in range(40)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries have no pools")
def test_threads_share_pools() -> None:
    assert pools("shared") <= (os.cpu_count() or 1) + 1
    assert pools("apart") > (os.cpu_count() or 1) + 1


def pools(how: str) -> int:
    asked = [sys.executable, "-c", POOLS, how]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60)
    return told.stdout.count("<heap nr=")
