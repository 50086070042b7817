"""A slider over the saved steps of a run that does not move when new steps are added."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from ganlib.amounts import duration
from ganlib.ui.components.component import component

_COMPONENT = component("time_slider", styles=["player"])


def time_slider(
    steps: Sequence[int],
    *,
    key: str,
    total: int,
    marks: Sequence[Mapping[str, object]] = (),
    link: str = "",
    cursor: float | None = None,
    seconds: Sequence[float] = (),
) -> int | None:
    """Lets the user select any saved step, also during training.

    The slider follows the newest step until an older one is selected, and again after the
    newest is selected or the button for it is pressed. Playback starts at the selected step
    and ends at the newest, which the slider then follows.

    Args:
        steps: saved steps, ascending.
        key: session state key of the selected step, None while following the newest.
        total: end of the scale: the run's last step, so that the thumb stays in place during
            training.
        marks: places of interest, to which the mouse snaps: `step`, `kind` ("checkpoint", "change"
            or "best") and `label`, the tooltip.
        link: the vertical line of all charts with this link follows the slider; empty for none.
        cursor: position of that line on their horizontal axes; None for no line.
        seconds: of training until each of the steps, to be shown in the place of the step; empty
            for the step.
    Returns:
        The selected step, or the newest while following; None if there is none yet.
    """
    if not len(steps):
        return None
    data = {
        "ranges": ranges(steps),
        "total": max(int(total), int(steps[-1])),
        "chosen": _chosen(key, steps),
        "marks": marks,
        "link": link,
        "cursor": cursor,
        "times": [_clock(float(one)) for one in seconds],
    }
    _COMPONENT(
        key=f"{key}.slider",
        data=data,
        default={"step": None},
        on_step_change=partial(_keep, key),
    )
    return current_step(steps, key=key)


def current_step(steps: Sequence[int], *, key: str) -> int:
    """Returns the same as `time_slider`, for use before the slider is drawn.

    Args:
        steps: saved steps, ascending; at least one.
        key: of the slider.
    """
    chosen = _chosen(key, steps)
    return int(steps[-1]) if chosen is None else chosen


def ranges(steps: Sequence[int]) -> list[list[int]]:
    """Encodes ascending steps as [first, stride, count]: thousands become a few bytes.

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


def _chosen(key: str, steps: Sequence[int]) -> int | None:
    """The selected step, if it is not the newest; None while following the newest."""
    step = st.session_state.get(key)
    return int(step) if step is not None and step != steps[-1] and step in steps else None


def _clock(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _keep(key: str) -> None:
    """Keeps the selection under a key of its own, because Streamlit drops that of a component that
    is not drawn, for example on another tab."""
    moved = st.session_state[f"{key}.slider"].step
    st.session_state[key] = moved[0] if moved else None
