"""Buttons for queued runs, used on every page that shows them."""

import streamlit as st

from ganlib.runs import Run, Status
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.server.server import manager

_ERROR = "waiting.error"


def is_queued_here(run_id: str, status: Status | None) -> bool:
    """Returns whether a run is in the queue of this server, which cannot change other queues.

    Args:
        run_id: of the run.
        status: its status; None if it cannot be read.
    """
    return bool(status and status.state == "queued" and manager().owns(run_id))


def delete_popover(run: Run) -> None:
    """Shows a button that deletes a queued run after a confirmation.

    A popover instead of a dialog, which the next refresh would close.
    """
    name = run.label().name
    with st.popover("Delete run", icon=":material/delete:", key=f"delete.{run.id}.popover"):
        st.markdown(f"{plain(name)} and everything it saved will be deleted permanently.")
        st.button(
            ":red[Delete permanently]",
            key=f"delete.{run.id}",
            on_click=_delete,
            args=(run.id, name),
        )


def show_refused() -> None:
    """Shows the errors of these buttons, once."""
    show_deferred_error(_ERROR)


def _delete(run_id: str, name: str) -> None:
    with deferred_errors(_ERROR, {run_id: name}):
        manager().delete(run_id)
