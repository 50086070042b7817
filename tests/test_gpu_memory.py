"""Runs share a GPU: TensorFlow takes of its memory what it needs, whatever is done first.

There is no GPU where this is tested. TensorFlow's own C++ reads a variable when it makes its
devices: shown is that it asks for that one, and what it would read at that moment.
"""

import mmap
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from ganlib import GROWTH

# What C++ sees is not always what Python does.
LOADS_DATA = """
import ctypes
from tensorflow.python.eager import context
from ganlib import recipes

read = ctypes.CDLL(None).getenv
read.restype = ctypes.c_char_p
begin = context.Context.ensure_initialized

def watched(self):
    if not self._initialized:
        print(read(b"TF_FORCE_GPU_ALLOW_GROWTH").decode())
    begin(self)

context.Context.ensure_initialized = watched
recipe = recipes.get("mnist/basic")
recipe.load(recipe.parse({}))
"""


@pytest.mark.parametrize(("asked", "read"), [(None, "true"), ("false", "false")])
def test_it_is_asked_for_before_the_first_tensor(asked: str | None, read: str) -> None:
    variables = {**os.environ, GROWTH: asked}
    done = subprocess.run(
        [sys.executable, "-c", LOADS_DATA],
        env={key: value for key, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{read}\n"


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="elsewhere it has no CUDA"
)
def test_tensorflow_knows_the_variable() -> None:
    library = Path(tf.sysconfig.get_lib(), "libtensorflow_framework.so.2")
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        assert text.find(GROWTH.encode() + b"\0") >= 0
