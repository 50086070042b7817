"""A run's state in one line."""

from dataclasses import replace
from typing import Literal

import streamlit as st

from ganlib import recipes
from ganlib.amounts import duration, rate
from ganlib.runs import Run, Status
from ganlib.runs.run import Label
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
_SLOWLY = "slow motion, one step a second"
_WILL = {"pause": "pausing after this step", "stop": "stopping after this step"}


def status_line(status: Status, label: Label) -> None:
    """Badge, step, speed, time to go and device, and how the run is called, over a progress bar.

    Name and note stand as text, never as markup.
    """
    state, colour = _BADGES[status.state]
    # In one piece: what is drawn at every look is paid for by the piece.
    said = plain(" · ".join(filter(None, (label.name, label.note))))
    st.markdown(f":{colour}-badge[{state}] {plain(status_text(status))}\u2003:gray[:small[{said}]]")
    share = status.phase_share if status.phase else status.share
    st.progress(min(1.0, share))


def with_pending_action(status: Status, asked: str, *, slow: bool = False) -> Status:
    """A status that says what the run is about to do, which the run itself says when it does.

    Args:
        status: where the run stands.
        asked: "pause" or "stop", which it was asked for; "" for nothing.
        slow: whether it goes in slow motion, where its speed says nothing about what is to come.
    """
    if status.state != "running" or status.phase:
        return status
    if not asked:
        slowly = replace(status, phase=_SLOWLY, phase_share=status.share, steps_per_second=0.0)
        return slowly if slow else status
    return replace(status, phase=_WILL[asked], phase_share=status.share)


def listed(run: Run, status: Status, state: str = "") -> str:
    """A run in a list of runs of all kinds, as Markdown.

    Args:
        run: the run.
        status: where it stands.
        state: how that is called; empty where the list says it.
    """
    name = plain(run.label().name)
    parts = (f"**{_title_of(run)}**", name, state, plain(status_text(status)))
    return " · ".join(filter(None, parts))


def state_badge(status: Status) -> str:
    """The state as a user reads it, such as "Running"."""
    return _BADGES[status.state][0]


def status_text(status: Status) -> str:
    """Such as "step 1,234 of 5,000 · 812 steps/s · ETA 0:05 · CPU"."""
    parts = [f"step {status.step:,} of {status.steps:,}"]
    if status.phase:
        parts.append(status.phase)
    if status.steps_per_second:
        parts.append(f"{rate(status.steps_per_second)} steps/s")
    if status.state == "running" and status.eta_s is not None:
        parts.append(f"ETA {duration(status.eta_s)}")
    if not status.active and status.elapsed_s:
        parts.append(f"took {duration(status.elapsed_s)}")
    if status.device:
        parts.append(status.device)
    return " · ".join(parts)


def _title_of(run: Run) -> str:
    """What a run trains, as Markdown; the recipe's name where there is no such recipe any more."""
    known = recipes.all_recipes().get(run.recipe)
    return known.title if known else plain(run.recipe)
