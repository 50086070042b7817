"""Buttons that start, pause, resume and stop runs."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import streamlit as st

from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import Form, read_form
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import is_shown, record_start, run_names, show_run
from ganlib.ui.train.waiting import delete_popover, is_queued_here, show_refused

_ERROR = "control.error"
# Longest wait for the effect of a button: longer than most steps. After that, the status line
# shows the pending action.
_SETTLE_S = 0.4


def run_controls(
    recipe: Recipe,
    form: Form,
    run: Run | None,
    status: Status | None,
    below: AbstractContextManager[Any],
) -> None:
    """Draws the buttons for the shown run.

    Args:
        recipe: the recipe that Start trains.
        form: the settings that Start uses.
        run: the shown run; None if there is none.
        status: its status; None if there is no run.
        below: container for messages.
    """
    state = status.state if status else None
    busy = bool(status and status.active)
    ours = bool(run and manager().owns(run.id))
    waits = bool(run and is_queued_here(run.id, status))
    # Without tooltips: Streamlit draws a button with a tooltip twice, once hidden, so that tests
    # would find two buttons under .st-key-start.
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
        show_refused()


def _start(recipe: Recipe, run_on_view: str) -> None:
    """Callback of Start. It reads the form itself, because a callback gets the newest input."""
    # The second click of a double click: the page already shows the run of the first.
    # Or it shows Start disabled, as it is while a run is active, and the browser is behind.
    if not is_shown(recipe, run_on_view) or _is_active(run_on_view):
        return
    with deferred_errors(_ERROR):
        run_id = server().submit(recipe.name, read_form(recipe))
        show_run(recipe, run_id)
        record_start(run_id)


def _is_active(run_id: str) -> bool:
    """Whether a run is queued or trains; False for "" and for deleted runs."""
    with suppress(UserError):
        return bool(run_id) and manager().store.open(run_id).status().active
    return False


def _act(verb: str, run_id: str) -> None:
    """Performs the action, and waits a moment so that the page shows the new state."""
    actions: dict[str, Callable[[str], None]] = {
        "pause": manager().pause,
        "unpause": manager().unpause,
        "stop": manager().stop,
        "resume": manager().resume,
    }
    # Another session may have deleted the run.
    with deferred_errors(_ERROR, run_names(run_id)):
        before = _where(run_id)
        actions[verb](run_id)
        deadline = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline and _where(run_id) == before:
            time.sleep(0.02)


def _where(run_id: str) -> tuple[str, str]:
    """(state, phase) of a run. A run that stops changes its phase, saves, and changes its state."""
    status = manager().store.open(run_id).status()
    return status.state, status.phase
