"""The queue: running runs with their progress, then the queued ones in their order."""

from typing import Literal

import streamlit as st

from ganlib import recipes
from ganlib.runs import Run, Status
from ganlib.runs.manager import MAX_CAP
from ganlib.ui.components.errors import show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.run.actions import CANCEL, ICONS, MOVE_UP, actions_of, perform
from ganlib.ui.run.picture import draw_picture
from ganlib.ui.run.status_line import state_badge, status_text, title_of, with_pending_action
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import open_run

_TICK_S = 2.0
# Rows that are shown without scrolling, and the height in pixels if there are more.
_MAX_ROWS, _MAX_HEIGHT = 5, 300
_ERROR, _CAP = "queue.error", "queue.cap"


@st.fragment(run_every=_TICK_S)
def queue_panel() -> None:
    """Shows the active runs of all processes.

    Running and paused runs come first, with progress, Pause, Resume and Stop; then the queued ones
    in the order in which they will be trained. Those of this server have Move up and Cancel run.
    """
    active = [(run, run.status()) for run in manager().store.active()]
    show_deferred_error(_ERROR)
    if not active:
        st.caption("Nothing is running.")
        return
    # Running runs have no time in the queue, so they come first.
    active.sort(key=lambda pair: pair[1].queued)
    queue = [run.id for run, status in active if status.queued and manager().owns(run.id)]
    if _waits_for_paused(active):
        st.caption(
            "A paused run keeps its place, so the queue waits. Stop it to let the next run start; "
            "it can be resumed later."
        )
    height: Literal["content"] | int = "content" if len(active) <= _MAX_ROWS else _MAX_HEIGHT
    with st.container(border=True, gap="small", height=height):
        for run, status in active:
            _row(run, status, queue)


def _waits_for_paused(active: list[tuple[Run, Status]]) -> bool:
    """True if runs of this server are queued, and all that it trains are paused."""
    own = [status for run, status in active if manager().owns(run.id)]
    training = [status.state for status in own if not status.queued]
    return len(training) < len(own) and bool(training) and set(training) == {"paused"}


def cap_input() -> None:
    """Asks how many runs may train at the same time; all sessions share the answer."""
    st.session_state[_CAP] = manager().cap
    st.number_input(
        "Runs at the same time",
        min_value=1,
        max_value=MAX_CAP,
        key=_CAP,
        width=180,
        on_change=_set_cap,
        help="Further runs wait in the queue. With 1, a run trains inside the server and starts at "
        "once. With 2 or more, each run has its own process: it starts a few seconds later, needs "
        "about 0.7 GB more memory, and can use another core or GPU.",
    )


def _set_cap() -> None:
    manager().cap = st.session_state[_CAP]


def _row(run: Run, status: Status, queue: list[str]) -> None:
    # In the queue of this server; 0 if the run is not in it.
    place = queue.index(run.id) + 1 if run.id in queue else 0
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_picture(run.id)
        with st.container(key=f"queue_text.{run.id}", width="stretch", gap=None):
            name, title = plain(run.label().name), plain(title_of(run.recipe))
            shown = with_pending_action(status, manager().requested(run.id))
            state = f"{state_badge(status)}, no. {place}" if place else state_badge(status)
            st.markdown(f"**{name}** · {title} · {state} · {plain(status_text(shown))}")
            if not status.queued:
                st.progress(min(1.0, shown.phase_share if shown.phase else shown.share))
        if run.recipe in recipes.all_recipes() and st.button(
            "Watch", key=f"watch.{run.id}", icon=":material/visibility:", type="tertiary"
        ):
            open_run(run)
        actions = actions_of(run.id, status)
        for action in [MOVE_UP, *actions] if place > 1 and CANCEL in actions else actions:
            st.button(
                action,
                key=f"{action.partition(' ')[0].lower()}.{run.id}",
                icon=ICONS[action],
                type="tertiary",
                on_click=perform,
                args=(action, [run.id], _ERROR),
            )
