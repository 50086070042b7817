"""What trains steps aside for what draws pages."""

import os
import sys
import threading
from queue import SimpleQueue

import pytest

from ganlib.priority import lower_thread_priority


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a priority is a whole process's")
def test_a_thread_and_those_it_starts_step_aside_once() -> None:
    found: SimpleQueue[int] = SimpleQueue()

    def tell() -> None:
        found.put(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def work(again: int) -> None:
        tell()
        lower_thread_priority()
        tell()
        # As a run does whose end starts the next one.
        inner = threading.Thread(target=work if again else tell, args=[0] if again else [])
        inner.start()
        inner.join()

    usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
    outer = threading.Thread(target=work, args=[1])
    outer.start()
    outer.join()
    aside = usual + 5
    assert [found.get() for _ in range(5)] == [usual, aside, aside, aside, aside]
    assert os.getpriority(os.PRIO_PROCESS, os.getpid()) == usual
