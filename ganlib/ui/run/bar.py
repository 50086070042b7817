"""The bar above a run: its name, state and progress, and the buttons that control it."""

from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from ganlib.runs import Run, Status
from ganlib.ui.components.browser_tab import browser_tab
from ganlib.ui.components.errors import (
    deferred_errors,
    errors_shown,
    show_deferred_error,
    show_error,
)
from ganlib.ui.components.share import share_button
from ganlib.ui.components.text import plain
from ganlib.ui.launch.family_runs import ahead_text, runs_ahead
from ganlib.ui.present import present_button, presenting
from ganlib.ui.run.actions import CANCEL, ICONS, PAUSE, STOP, actions_of, is_queued_here, perform
from ganlib.ui.run.labels import label_key, save_label
from ganlib.ui.run.samples.panel import STEP, step_key
from ganlib.ui.run.status_line import status_line, with_pending_action
from ganlib.ui.server.reading import Reading
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import FORK, page_of, show_run

_ERROR = "bar.error"

_Container = AbstractContextManager[Any]


def run_bar(reading: Reading) -> _Container:
    """Draws the bar, which stays at the top of the window.

    Args:
        reading: of the shown run.
    Returns:
        The container for `status_panel`.
    """
    run, status = reading.run, reading.status
    with st.container(key="run_bar"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(key="run_name", width="content"):
                st.header(plain(run.label().name), anchor=False)
            if not (presenting() or run.is_example):
                _name_popover(run)
            slot = st.container(key="run_status", width="stretch", gap=None)
            if not presenting():
                _buttons(run, status)
            present_button()
        show_deferred_error(_ERROR)
    return slot


def status_panel(slot: _Container, reading: Reading) -> None:
    """Draws state, step, speed and remaining time, and messages about the run.

    Args:
        slot: from `run_bar`.
        reading: of the run.
    """
    run, status = reading.run, reading.status
    with slot:
        asked, slow = manager().requested(run.id), manager().is_slow(run.id)
        label = run.label()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            status_line(with_pending_action(status, asked, slow=slow), label.note)
            browser_tab(
                f"{status.share:.0%} · {label.name}" if status.active else label.name,
                key="browser_tab",
                run_id=run.id,
                ended="" if status.active else f"{label.name}: {status.state}",
            )
        if status.active and not manager().owns(run.id):
            st.caption("This run belongs to another process. Its settings cannot be changed here.")
        if is_queued_here(run.id, status):
            st.caption(f"{ahead_text(runs_ahead(run.id))}.")
        share = status.phase_share if status.phase else status.share
        st.progress(min(1.0, share))
        if status.state == "failed":
            show_error(status.message)
        elif status.state == "interrupted":
            st.warning(plain(_interruption(status)), icon=":material/warning:")
        elif status.active and status.message:
            st.warning(plain(status.message), icon=":material/warning:")
        with errors_shown():
            for gap in reading.record.gaps:
                st.warning(gap.sentence(), icon=":material/warning:")


def _interruption(status: Status) -> str:
    """What ended a run, and how it can continue if it has a checkpoint."""
    advice = "Resume the run from its last checkpoint."
    known = not status.saved_step or status.message.endswith(advice)
    return status.message if known else f"{status.message} {advice}".strip()


def _name_popover(run: Run) -> None:
    key = label_key(run.id, "name")
    # It reports whether it is open, so that it can be closed.
    with st.popover(
        "Rename", icon=":material/edit:", type="tertiary", key="rename", on_change="rerun"
    ):
        # Not set in the session's state: the field would be empty when the popover is opened.
        st.text_input("Name", run.label().name, key=key, on_change=_rename, args=(run.id,))


def _rename(run_id: str) -> None:
    save_label(run_id, "name", _ERROR)
    st.session_state["rename"] = False


def _buttons(run: Run, status: Status) -> None:
    queued = is_queued_here(run.id, status)
    if run.is_example:
        st.badge(
            "Example",
            icon=":material/lock:",
            help="This example comes with the app and cannot be changed.",
        )
        _share(run)
        return
    if queued:
        _delete_popover(run)
    # Those of a run in another process's queue are shown, but cannot be used.
    elsewhere = status.state == "queued" and not queued
    for action in [PAUSE, STOP] if elsewhere else actions_of(run.id, status):
        # Without tooltips: Streamlit draws a button with a tooltip twice, once hidden, so that
        # tests would find two buttons under one key.
        st.button(
            action,
            key="stop" if action == CANCEL else action.lower(),
            icon=ICONS[action],
            disabled=elsewhere,
            on_click=perform,
            args=(action, [run.id], _ERROR),
        )
    if not status.active:
        st.button("New run", key="new_run", icon=":material/add:", on_click=show_run, args=("",))
    if not queued and st.button("Fork", key="fork", icon=":material/fork_right:"):
        st.switch_page(page_of(run.recipe), query_params={FORK: run.id})
    _share(run)


def _share(run: Run) -> None:
    share_button("Whoever opens this address sees this run at the same step.", STEP, step_key(run))


def _delete_popover(run: Run) -> None:
    """Draws a button that deletes a queued run after a confirmation.

    A popover instead of a dialog, which the next refresh would close.
    """
    name = run.label().name
    with st.popover("Delete run", icon=":material/delete:", key=f"delete.{run.id}.popover"):
        st.markdown(f"{plain(name)} and everything it saved will be deleted permanently.")
        st.button(
            ":red[Delete permanently]",
            key=f"delete.{run.id}",
            on_click=_delete,
            args=(run, name),
        )


def _delete(run: Run, name: str) -> None:
    with deferred_errors(_ERROR, {run.id: name}):
        # Another click may have deleted it already.
        if run.path.is_dir():
            manager().delete(run.id)
