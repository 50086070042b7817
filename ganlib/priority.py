"""Who waits for whom where training and pages want the same processor."""

import os
import sys
import threading
from contextlib import suppress

# Where both want a processor, a thread that steps aside gets a third of what another gets.
_NICENESS = 5


def step_aside() -> None:
    """Has this thread, and all that it starts from now on, let others go first.

    A page is drawn in a few hundredths of a second, and somebody waits for it; a step of training
    can wait that long. While nobody wants the processor, nothing changes.
    """
    # Only on Linux is a priority a thread's own; elsewhere all would step aside.
    if sys.platform == "linux":
        with suppress(OSError):
            usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), usual + _NICENESS)
