"""What a process holds, as the C library itself tells it."""

import os
import platform
import subprocess
import sys

import pytest

SYSTEM_ALLOCATOR = "TF_ONEDNN_USE_SYSTEM_ALLOCATOR"
GLIBC = platform.libc_ver()[0] == "glibc"

POOLS = """
import ctypes, sys, threading
if "little" in sys.argv:
    from ganlib import memory
    memory.limit_freed_memory()
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

POOL_OF_CONVOLUTIONS = """
import sys
from ganlib import memory
if "little" in sys.argv:
    memory.limit_freed_memory()
import tensorflow as tf
def held():
    return [line for line in open("/proc/self/maps") if mapped(line) >= 90 << 20]
def mapped(line):
    begin, end = line.split()[0].split("-")
    return int(end, 16) - int(begin, 16)
before = held()
images, kernel = tf.ones((128, 28, 28, 64)), tf.ones((5, 5, 64, 128))
tf.nn.conv2d(images, kernel, 1, "SAME")
del images, kernel
print(len(held()) - len(before))
"""


@pytest.mark.skipif(not GLIBC, reason="other libraries have no pools")
def test_threads_share_pools() -> None:
    assert told(POOLS, "little").count("<heap nr=") <= (os.cpu_count() or 1) + 1
    assert told(POOLS).count("<heap nr=") > (os.cpu_count() or 1) + 1


@pytest.mark.skipif(not GLIBC or platform.machine() != "x86_64", reason="elsewhere no oneDNN")
def test_convolutions_keep_no_pool() -> None:
    assert told(POOL_OF_CONVOLUTIONS, "little") == "0\n"
    assert told(POOL_OF_CONVOLUTIONS) != "0\n"


def told(program: str, *how: str) -> str:
    # Tests before this one may have asked for what is asked for here.
    variables = {key: os.environ[key] for key in os.environ if key != SYSTEM_ALLOCATOR}
    asked = [sys.executable, "-c", program, *how]
    done = subprocess.run(
        asked, check=True, env=variables, capture_output=True, text=True, timeout=120
    )
    return done.stdout
