"""Runs that were interrupted by a crash or restart of the server, with buttons to resume them."""

from collections.abc import Sequence

import streamlit as st

from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.run.status_line import status_text, title_of
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import run_names

_ERROR = "recovery.error"
_MAX_LISTED = 20


def interrupted_runs() -> None:
    """Shows interrupted runs with buttons for each and for all; nothing if there are none."""
    found = manager().store.interrupted()
    show_deferred_error(_ERROR)
    if not found:
        return
    st.subheader("Interrupted", anchor=False)
    st.caption(
        "These runs stopped because their process ended. **Resume** continues a run from its last "
        "checkpoint, if it has one. **Leave** marks it as stopped and removes it from this list."
    )
    for run in found[:_MAX_LISTED]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            title, name = plain(title_of(run.recipe)), plain(run.label().name)
            st.markdown(f"**{title}** · {name} · {plain(status_text(run.status()))}")
            _button("Resume", f"resume.{run.id}", [run.id])
            _button("Leave", f"leave.{run.id}", [run.id])
    if len(found) > _MAX_LISTED:
        st.caption(f"{len(found) - _MAX_LISTED:,} more are listed on the Runs page.")
    if len(found) > 1:
        with st.container(horizontal=True):
            # The oldest first, in the order in which they were started.
            everything = [run.id for run in reversed(found)]
            _button("Resume all", "resume_all", everything)
            _button("Leave all", "leave_all", everything)


def _button(label: str, key: str, run_ids: Sequence[str]) -> None:
    resumes = key.startswith("resume")
    st.button(
        label,
        key=key,
        icon=":material/resume:" if resumes else None,
        type="secondary" if resumes else "tertiary",
        on_click=_apply,
        args=(resumes, run_ids),
    )


def _apply(resumes: bool, run_ids: Sequence[str]) -> None:
    act = manager().resume if resumes else manager().mark_stopped
    for run_id in run_ids:
        with deferred_errors(_ERROR, run_names(run_id)):
            status = manager().store.open(run_id).status()
            # Another click may have done it already. What another process trains is refused.
            elsewhere = status.active and not manager().owns(run_id)
            if status.state == "interrupted" or elsewhere:
                act(run_id)
