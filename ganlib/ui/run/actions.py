"""Actions that control a run: Pause, Resume, Stop, Cancel run, Move up.

A run that another process trains, such as the command line or a search, is asked by its mailbox.
"""

import time
from collections.abc import Sequence

from ganlib.runs import Status
from ganlib.runs.control import Command
from ganlib.ui.components.errors import deferred_errors
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import run_names

PAUSE, RESUME, STOP, CANCEL, MOVE_UP = "Pause", "Resume", "Stop", "Cancel run", "Move up"
ICONS = {
    PAUSE: ":material/pause:",
    RESUME: ":material/resume:",
    STOP: ":material/stop:",
    CANCEL: ":material/cancel:",
    MOVE_UP: ":material/arrow_upward:",
}
# Commands to whoever trains a run; a run that has ended is resumed by this server.
_COMMANDS: dict[str, Command] = {
    PAUSE: "pause",
    RESUME: "unpause",
    STOP: "stop",
}
# Longest wait for the effect of an action, so that the page shows the new state.
_SETTLE_S = 0.4


def is_queued_here(run_id: str, status: Status | None) -> bool:
    """Returns whether a run is in the queue of this server, which cannot change other queues.

    Args:
        run_id: of the run.
        status: its status; None if it cannot be read.
    """
    return bool(status and status.state == "queued" and manager().owns(run_id))


def actions_of(run_id: str, status: Status | None) -> list[str]:
    """Returns the actions that the state of a run allows.

    Args:
        run_id: of the run.
        status: its status; None if it cannot be read.
    """
    if status is None:
        return []
    if is_queued_here(run_id, status):
        return [CANCEL]
    # It is in the queue of another process.
    if status.state == "queued":
        return []
    if status.state == "running":
        return [PAUSE, STOP]
    if status.state == "paused":
        return [RESUME, STOP]
    return [] if status.state == "finished" else [RESUME]


def perform(action: str, run_ids: Sequence[str], error_key: str) -> None:
    """Performs an action on runs, and waits a moment for its effect on the last one.

    Runs for which another click has done it already are skipped.

    Args:
        action: one of this module.
        run_ids: of the runs.
        error_key: session state key of errors; see `show_deferred_error`.
    """
    for run_id in run_ids:
        # Another session may have deleted the run.
        with deferred_errors(error_key, run_names(run_id)):
            before = manager().store.open(run_id).status()
            if _is_over(action, run_id, before):
                continue
            if action in _COMMANDS and not (action == RESUME and before.state != "paused"):
                manager().command(run_id, _COMMANDS[action])
            else:
                acts = {
                    RESUME: manager().resume,
                    CANCEL: manager().cancel,
                    MOVE_UP: manager().move_up,
                }
                acts[action](run_id)
            if run_id == run_ids[-1] and action != MOVE_UP:
                _wait_for_change(run_id, before)


def _is_over(action: str, run_id: str, status: Status) -> bool:
    """Whether an action has already been done, or comes too late.

    A run that has left the queue meanwhile can still be stopped, but no longer be cancelled, which
    is an error.
    """
    if action in (STOP, CANCEL):
        return not status.active
    return action != MOVE_UP and action not in actions_of(run_id, status)


def _wait_for_change(run_id: str, before: Status) -> None:
    deadline = time.monotonic() + _SETTLE_S
    while time.monotonic() < deadline:
        now = manager().store.open(run_id).status()
        if (now.state, now.phase) != (before.state, before.phase):
            return
        time.sleep(0.02)
