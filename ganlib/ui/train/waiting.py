"""What can be done with a run that waits for its turn, wherever it is listed."""

from collections.abc import Iterable

import streamlit as st

from ganlib.runs import Run, Status
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.server.services import manager

_ERROR = "waiting.error"


def waits_here(run_id: str, status: Status | None) -> bool:
    """Whether a run waits in the queue of this server; those of others are not ours to touch."""
    return bool(status and status.state == "queued" and manager().owns(run_id))


def cancel_button(run: Run) -> None:
    """Takes a run off the queue."""
    st.button(
        "Cancel run",
        key=f"cancel.{run.id}",
        icon=":material/cancel:",
        on_click=cancel_runs,
        args=(_ERROR, [(run.id, run.label().name)]),
    )


def delete_popover(run: Run) -> None:
    """Takes a run off the queue and deletes it, after a question.

    No dialog, which would be closed by the next look at what runs.
    """
    name = run.label().name
    with st.popover("Delete run", icon=":material/delete:", key=f"delete.{run.id}.popover"):
        st.markdown(f"{plain(name)} and everything it saved will be deleted permanently.")
        st.button(
            "Delete permanently",
            key=f"delete.{run.id}",
            type="primary",
            on_click=_delete,
            args=(run.id, name),
        )


def tell_refused() -> None:
    """Says, once, what these buttons could not do."""
    show_deferred_error(_ERROR)


def cancel_runs(error_key: str, runs: Iterable[tuple[str, str]]) -> None:
    """Takes runs off the queue.

    Args:
        error_key: of the session state, for `show_deferred_error`.
        runs: (id, name) of each.
    """
    for run_id, name in runs:
        with deferred_errors(error_key, {run_id: name}):
            manager().cancel(run_id)


def _delete(run_id: str, name: str) -> None:
    with deferred_errors(_ERROR, {run_id: name}):
        manager().delete(run_id)
