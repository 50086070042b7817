"""The process that trains one run for another process; see `ganlib/runs/process.py`."""

import json
import sys
import threading
from pathlib import Path

from ganlib import memory
from ganlib.priority import lower_thread_priority
from ganlib.runs.control import WORDS, ControlRequest, RunControl
from ganlib.runs.execute import execute
from ganlib.runs.run import Run
from ganlib.runs.trainers import checked, make_trainer


def main(arguments: list[str]) -> int:
    """Trains a run in this process; see `execute_in_process`, which starts it.

    Args:
        arguments: folder of the run, descriptor of its lock, share of the memory, 1 if a user can
            resume it when it is paused, and 1 to write event files for TensorBoard.
    """
    folder, descriptor, share, attended, tensorboard = arguments
    memory.limit_freed_memory()
    lower_thread_priority()
    run = Run(Path(folder))
    run.lock.inherit(int(descriptor))
    control = RunControl(attended=attended == "1")
    threading.Thread(target=_listen, args=(control,), name="orders", daemon=True).start()
    execute(run, checked(make_trainer, int(share)), control, tensorboard=tensorboard == "1")
    return 0


def _listen(control: RunControl) -> None:
    # Without a buffer, whose lock this thread would still hold when the process ends.
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as orders:
        for line in orders:
            order = json.loads(line)
            control.send(order if order in WORDS else ControlRequest(**order))
    # The parent process has ended.
    control.send("interrupt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
