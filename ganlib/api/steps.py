"""Checks a step that a caller asks for."""

from collections.abc import Sequence

from ganlib.errors import RunError, quote

# Steps that a message lists.
_SHOWN = 8


def checked_step(what: str, run_id: str, steps: Sequence[int], step: int | None) -> int:
    """Returns a step that a run has saved something of.

    Args:
        what: what it has saved, such as "samples".
        run_id: id of the run, for the message.
        steps: the steps with it, in order.
        step: the wanted step; None for the newest.

    Raises:
        RunError: nothing of that step is saved.
    """
    if not steps:
        raise RunError(f"Run {run_id} has no {what} yet.")
    if step is None:
        return steps[-1]
    if step in steps:
        return step
    known = [f"{one:,}" for one in steps]
    if len(known) > _SHOWN:
        known = [*known[: _SHOWN - 1], "...", known[-1]]
    raise RunError(f"step must be one with {what}: {', '.join(known)}. Received: {quote(step)}.")
