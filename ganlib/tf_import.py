"""Imports TensorFlow without its start-up messages on the terminal.

TF_CPP_MIN_LOG_LEVEL silences most of them. The CUDA stubs write theirs directly to file
descriptor 2, before TensorFlow's log is configured. So that descriptor is redirected while
TensorFlow is imported and first lists devices, the only times at which these messages appear.
All other lines are written to the terminal afterwards. TF_CPP_MIN_LOG_LEVEL=0 shows everything.

TensorFlow also warns if a function is compiled repeatedly. Here every run has functions of its
own, which TensorFlow mistakes for the same one, so that this warning is filtered.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

# Information, warnings, and the error that a machine without a GPU has no GPU.
_NOTICE = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog"
    rb"|[IW]\d{4} [\d:.]+ +\d+ \S+\.cc:\d+\]"
    rb"|E\d{4} [\d:.]+ +\d+ cuda_\w+\.cc:\d+\]"
)
_OFTEN_COMPILED = "triggered tf.function retracing"


def _import_tensorflow() -> None:
    """Imports TensorFlow and lists GPUs, without start-up messages."""
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
        # Without standard error or temporary files, messages are not filtered.
        with suppress(OSError):
            output = stack.enter_context(tempfile.TemporaryFile())
            terminal = os.dup(2)
            stack.callback(os.close, terminal)
            _flush()
            os.dup2(output.fileno(), 2)
            stack.callback(_pass_on, output, terminal)
        yield


def _pass_on(output: IO[bytes], terminal: int) -> None:
    _flush()
    os.dup2(terminal, 2)
    output.seek(0)
    with suppress(OSError):
        os.write(2, b"".join(line for line in output if not _NOTICE.match(line)))


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


_import_tensorflow()
