"""A slider over the saved steps of a run, which new ones do not move."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from ganlib.ui.components.component import component

_COMPONENT = component("time_slider")


def time_slider(steps: Sequence[int], *, key: str, total: int) -> int | None:
    """Lets the user look at any saved step while training goes on.

    It follows the newest step until an older one is chosen, and again once the newest
    is chosen or its button pressed. Playing starts at the step on view and ends with
    following.

    Args:
        steps: saved steps, ascending.
        key: unique on the page and to the run; a choice is kept for as long as it is shown.
        total: end of the scale. The run's last step while it trains, so that the thumb
            stays where it is; its newest saved step once no more will come.
    Returns:
        The chosen step, or the newest while following; None before there is any.
    """
    if not len(steps):
        return None
    data = {
        "ranges": ranges(steps),
        "total": max(int(total), int(steps[-1])),
        "chosen": _chosen(st.session_state.get(key), steps),
    }
    _COMPONENT(key=key, data=data, default={"step": None}, on_step_change=_keep_state)
    return step_on_view(steps, key=key)


def step_on_view(steps: Sequence[int], *, key: str) -> int:
    """What `time_slider` returns, also where that is drawn later.

    Args:
        steps: saved steps, ascending; one at least.
        key: of the slider.
    """
    chosen = _chosen(st.session_state.get(key), steps)
    return int(steps[-1]) if chosen is None else chosen


def ranges(steps: Sequence[int]) -> list[list[int]]:
    """Ascending steps as [first, stride, count], so that thousands travel in a few bytes.

    [0, 100, 200, 250] -> [[0, 100, 3], [250, 1, 1]]
    """
    found: list[list[int]] = []
    values = np.asarray(steps, dtype=np.int64)
    while len(values):
        stride = int(values[1] - values[0]) if len(values) > 1 else 1
        breaks = np.flatnonzero(np.diff(values) != stride)
        count = int(breaks[0]) + 1 if len(breaks) else len(values)
        found.append([int(values[0]), stride, count])
        values = values[count:]
    return found


def _chosen(state: Any, steps: Sequence[int]) -> int | None:
    """The step in the component's state, where it is an older one of this run."""
    step = state.get("step") if state else None
    return int(step) if step is not None and step != steps[-1] and step in steps else None


def _keep_state() -> None:
    """Streamlit keeps only such state as has a callback."""
