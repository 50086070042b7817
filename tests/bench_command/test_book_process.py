"""The book's loop in a process of its own."""

import os
import signal
from contextlib import closing

import pytest

from ganlib.bench.book_process import BookProcess


def test_a_process_trains_on_request_and_ends_when_closed() -> None:
    with closing(BookProcess("toy/gaussian-vector")) as book:
        for _ in range(2):
            steps, seconds = book(0.01)
            assert steps >= 1
            assert seconds >= 0.01
        process = book._process
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_process_raises() -> None:
    with closing(BookProcess("toy/gaussian-vector")) as book:
        assert book._process.pid
        os.kill(book._process.pid, signal.SIGTERM)
        with pytest.raises(RuntimeError, match="ended early"):
            book(0.01)
