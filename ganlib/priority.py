"""Lowers the priority of training, so that pages stay responsive."""

import os
import sys
import threading
from contextlib import suppress

# With this value, a thread gets a third of the processor time of one with normal priority.
_NICENESS = 5


def lower_thread_priority() -> None:
    """Lowers the priority of this thread and of all threads that it starts from now on.

    A page is drawn in a few hundredths of a second while a user waits for it; training can wait
    that long. If the processor is idle, the priority makes no difference.
    """
    # Only Linux has priorities of threads; elsewhere the entire process would be slowed down.
    if sys.platform == "linux":
        with suppress(OSError):
            usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), usual + _NICENESS)
