"""Status of a run in one line."""

from dataclasses import replace
from typing import Literal

import streamlit as st

from ganlib import recipes
from ganlib.amounts import duration, rate
from ganlib.runs import Status
from ganlib.runs.status import State
from ganlib.ui.components.text import plain

_Colour = Literal["gray", "blue", "orange", "green", "red"]

_BADGES: dict[State, tuple[str, _Colour]] = {
    "queued": ("Queued", "gray"),
    "running": ("Running", "blue"),
    "paused": ("Paused", "orange"),
    "stopped": ("Stopped", "gray"),
    "finished": ("Finished", "green"),
    "failed": ("Failed", "red"),
    "interrupted": ("Interrupted", "orange"),
}
_SLOWLY = "slow motion, one update a second"
_WILL = {"pause": "pausing after this step", "stop": "stopping after this step"}


def status_line(status: Status, note: str = "") -> None:
    """Shows state, step, speed, remaining time and device of a run.

    Args:
        status: of the run.
        note: the user's note on the run, shown as text without Markdown.
    """
    state, colour = _BADGES[status.state]
    # One element, because the time of a refresh grows with the number of elements.
    text = f":{colour}-badge[{state}] {plain(status_text(status))}"
    st.markdown(f"{text}\u2003:gray[:small[{plain(note)}]]" if note else text)


def with_pending_action(status: Status, asked: str, *, slow: bool = False) -> Status:
    """Adds a pending action to a status, which the run itself reports only when it acts.

    Args:
        status: of the run.
        asked: requested action, "pause" or "stop"; "" for none.
        slow: whether the run is in slow motion; then speed and remaining time are left out.
    """
    if status.state != "running" or status.phase:
        return status
    if not asked:
        slowly = replace(status, phase=_SLOWLY, phase_share=status.share, steps_per_second=0.0)
        return slowly if slow else status
    return replace(status, phase=_WILL[asked], phase_share=status.share)


def state_badge(status: Status) -> str:
    """Returns the text of a run's state, such as "Running"."""
    return _BADGES[status.state][0]


def status_text(status: Status) -> str:
    """Returns a status as text: "step 1,234 of 5,000 · 812 steps/s · ETA 0:05 · CPU"."""
    parts = [f"step {status.step:,} of {status.steps:,}"]
    if status.phase:
        parts.append(status.phase)
    if status.steps_per_second:
        parts.append(f"{rate(status.steps_per_second)} steps/s")
    if status.state == "running" and status.eta_s is not None:
        parts.append(f"ETA {duration(status.eta_s)}")
    if not status.active and status.duration_s:
        parts.append(f"took {duration(status.duration_s)}")
    if status.device:
        parts.append(status.device)
    return " · ".join(parts)


def title_of(recipe_name: str) -> str:
    """Returns the title of a recipe; its name if it does not exist any more."""
    known = recipes.all_recipes().get(recipe_name)
    return known.title if known else recipe_name
