"""Trains a run in another process and forwards orders to it.

The process runs `ganlib/runs/worker.py`. It reads orders from its standard input, a line of JSON
each: a word, or the fields of a request (`control.py`).

Both processes hold the run's lock: if one of them dies, the other still owns the run. If the parent
dies, the standard input ends, and the run ends as interrupted, with a checkpoint.
"""

import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import IO

from ganlib.runs.child import WORKER, start_module
from ganlib.runs.control import Order, RunControl
from ganlib.runs.identity import utc_now
from ganlib.runs.run import Run
from ganlib.runs.webhook import Webhook

# Locks cannot be handed on to another process on Windows.
SUPPORTED = os.name == "posix"


def execute_in_process(
    run: Run,
    control: RunControl,
    *,
    memory_share: int = 1,
    tensorboard: bool = True,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Trains a run in a new process until it ends.

    Args:
        run: the run, whose lock this process holds.
        control: its orders are passed on to the process.
        memory_share: number of runs that may train at the same time and share the memory equally.
        tensorboard: also write an event file for TensorBoard.
        environment: variables of the process beside those of this one.
    """
    descriptor = run.lock.descriptor
    switches = [str(int(control.attended)), str(int(tensorboard))]
    arguments = [str(run.path), str(descriptor), str(memory_share), *switches]
    process, orders = start_module(
        WORKER, arguments, pass_fds=[descriptor], environment=environment
    )
    with orders:
        control.forward_to(partial(_send, orders))
        code = process.wait()
    if run.status().active:
        _write_death(run, code)


def _send(orders: IO[bytes], order: Order) -> None:
    """Sends an order; does nothing if the process has ended."""
    line = order if isinstance(order, str) else asdict(order)
    with suppress(OSError, ValueError):
        orders.write(json.dumps(line).encode() + b"\n")


def _write_death(run: Run, code: int) -> None:
    """Writes that the process ended without having ended the run.

    Args:
        run: the run.
        code: exit code of the process; the negative number of a signal that killed it.
    """
    status = run.status()
    message = f"The training process {_cause(code)}. Resume the run from its last checkpoint."
    # Not the time since when it was queued, or the next process would queue it again.
    ended = replace(
        status, state="interrupted", phase="", message=message, queued="", ended=utc_now()
    )
    run.note("ended", ended)
    # The process could not post it.
    Webhook(run).ended(ended)


def _cause(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed (SIGKILL), which happens when memory runs out"
    if code < 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended unexpectedly, with exit code {code}"
