"""Imports TensorFlow, with its notices at start-up kept off the terminal.

TF_CPP_MIN_LOG_LEVEL silences most of them. Messages of the CUDA stubs come before
TensorFlow has set up its log, so no variable affects them: they go straight to file
descriptor 2. That descriptor is therefore redirected while TensorFlow is imported and first
lists its devices. Every line that is not such a notice is passed on afterwards.
TF_CPP_MIN_LOG_LEVEL=0 lets everything through.

Later, TensorFlow warns if one function is compiled again and again. Here every run's networks
have functions of their own, which it mistakes for one.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

# Information, warnings, and the error message on every machine without a GPU.
_NOTICE = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog"
    rb"|[IW]\d{4} [\d:.]+ +\d+ \S+\.cc:\d+\]"
    rb"|E\d{4} [\d:.]+ +\d+ cuda_\w+\.cc:\d+\]"
)
_OFTEN_COMPILED = "triggered tf.function retracing"


def _import_tensorflow() -> None:
    """Imports TensorFlow and lists its devices, without its notices."""
    # TensorFlow reads this once, at import.
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") == "0":
        return
    with _without_notices():
        import tensorflow as tf

        tf.config.list_physical_devices()
    tf.get_logger().addFilter(lambda record: _OFTEN_COMPILED not in record.getMessage())


@contextmanager
def _without_notices() -> Iterator[None]:
    with ExitStack() as stack:
        # No standard error, or nowhere to keep it for a while: then nothing is held back.
        with suppress(OSError):
            said = stack.enter_context(tempfile.TemporaryFile())
            terminal = os.dup(2)
            stack.callback(os.close, terminal)
            _flush()
            os.dup2(said.fileno(), 2)
            stack.callback(_pass_on, said, terminal)
        yield


def _pass_on(said: IO[bytes], terminal: int) -> None:
    _flush()
    os.dup2(terminal, 2)
    said.seek(0)
    with suppress(OSError):
        os.write(2, b"".join(line for line in said if not _NOTICE.match(line)))


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


_import_tensorflow()
