"""One of several workers of a search, as a process: `python -m ganlib.search`."""

import json
import signal
import sys
import threading

from ganlib.search.trial import Stopper
from ganlib.search.worker import Task, work


def main() -> None:
    """Reads a task from standard input and works on it until it is done or the input is closed."""
    task, stopper = Task(**json.loads(sys.stdin.readline())), Stopper()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: stopper.stop())

    def stop_with_parent() -> None:
        sys.stdin.read()
        stopper.stop()

    threading.Thread(target=stop_with_parent, daemon=True).start()
    work(task, stopper)


if __name__ == "__main__":
    main()
