"""Start, pause, resume and stop."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import Form, read_form
from ganlib.ui.server.services import manager, submit
from ganlib.ui.server.session import is_shown, names_of, note_start, turn_to
from ganlib.ui.train.waiting import delete_popover, tell_refused, waits_here

_ERROR = "control.error"
# Longer than most steps take. Behind a longer one, the status line says what will come.
_SETTLE_S = 0.4


def run_controls(
    recipe: Recipe,
    form: Form,
    run: Run | None,
    status: Status | None,
    below: AbstractContextManager[Any],
) -> None:
    """The buttons for the run on view.

    Args:
        recipe: what Start would train.
        form: with these knobs.
        run: the run on view; None before the first.
        status: its status, as the page has read it.
        below: where there is room for sentences.
    """
    state = status.state if status else None
    busy = bool(status and status.active)
    ours = bool(run and manager().owns(run.id))
    waits = bool(run and waits_here(run.id, status))
    # Without help texts: Streamlit draws a button that has one twice, once hidden, and
    # whoever looks for "the button under .st-key-start" finds two.
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button(
            "Start",
            key="start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=busy or form.config is None,
            on_click=_start,
            args=(recipe, run.id if run else ""),
        )
        if run and state in ("paused", "stopped", "interrupted", "failed"):
            st.button(
                "Resume",
                key="resume",
                icon=":material/resume:",
                disabled=state == "paused" and not ours,
                on_click=_act,
                args=("unpause" if state == "paused" else "resume", run.id),
            )
        elif run and waits:
            delete_popover(run)
        else:
            st.button(
                "Pause",
                key="pause",
                icon=":material/pause:",
                disabled=not (ours and state == "running"),
                on_click=_act,
                args=("pause", run.id if run else ""),
            )
        st.button(
            "Cancel run" if waits else "Stop",
            key="stop",
            icon=":material/cancel:" if waits else ":material/stop:",
            disabled=not (ours and busy),
            on_click=_act,
            args=("stop", run.id if run else ""),
        )
    with below:
        if busy and not ours:
            st.caption("Another process trains this run; you can only watch it here.")
        if form.problem:
            st.caption(f":red[Start is disabled. {plain(form.problem)}]")
        show_deferred_error(_ERROR)
        tell_refused()


def _start(recipe: Recipe, run_on_view: str) -> None:
    """Reads the form itself: what was typed last reaches a callback before the page."""
    # The second press of a double click: the first has made a run, and the page shows that.
    if not is_shown(recipe, run_on_view):
        return
    with deferred_errors(_ERROR):
        run_id = submit(recipe.name, read_form(recipe))
        turn_to(recipe, run_id)
        note_start(run_id)


def _act(verb: str, run_id: str) -> None:
    """Does it, and waits a moment so that the page already shows the new state."""
    actions: dict[str, Callable[[str], None]] = {
        "pause": manager().pause,
        "unpause": manager().unpause,
        "stop": manager().stop,
        "resume": manager().resume,
    }
    # Another session may have deleted it meanwhile.
    with deferred_errors(_ERROR, names_of(run_id)):
        before = _where(run_id)
        actions[verb](run_id)
        deadline = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline and _where(run_id) == before:
            time.sleep(0.02)


def _where(run_id: str) -> tuple[str, str]:
    """What a wish changes first: a run that stops says so before it has saved."""
    status = manager().store.open(run_id).status()
    return status.state, status.phase
