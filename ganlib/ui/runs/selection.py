"""What can be done with the selected runs: open, compare, control, label and delete."""

import time
import zlib
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import streamlit as st

from ganlib import recipes
from ganlib.runs import RunSummary
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.run.actions import ICONS, actions_of, is_queued_here, perform
from ganlib.ui.run.labels import Part, label_key, save_label
from ganlib.ui.runs.filters import all_groups, all_tags
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import open_comparison, open_run, run_names

# Session state keys of the ids of the selected runs, of deleted runs, and of errors.
SELECTED = "runs.chosen"
_DELETED, _LABEL_ERROR, ERROR = "runs.deleted", "runs.label.error", "runs.done.error"
# Seconds for which Undo is offered: longer after several runs, whose names take longer to read.
_UNDO_S, _UNDO_SEVERAL_S = 10.0, 30.0
# Deleted runs are kept a little longer, as a slow browser may send the click late.
_LATE_S = 6.0
# Selected runs that are listed by name; more are counted.
_NAMED = 5


class _Deleted(NamedTuple):
    """A run that can be restored until a time of `time.monotonic`."""

    id: str
    name: str
    queued: bool
    until: float


def selection_panel(chosen: Sequence[RunSummary], everything: Sequence[RunSummary]) -> None:
    """Draws fields and buttons for the selected runs.

    Args:
        chosen: the selected runs, newest first.
        everything: all runs.
    """
    one = len(chosen) == 1
    healthy = [run for run in chosen if not run.damage]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            names = _names([_name(run) for run in chosen])
            st.markdown(names if one else f"**{len(chosen)} runs**: {names}", width="stretch")
            _buttons(chosen, healthy)
        for run in chosen[:_NAMED]:
            if run.damage:
                st.warning(plain(run.damage), icon=":material/warning:")
        show_deferred_error(_LABEL_ERROR)
        if healthy:
            tags = {run.id: run.label.tags for run in healthy}
            groups = {run.id: [run.label.group] if run.label.group else [] for run in healthy}
            _words_field("Tags", tags, all_tags(everything))
            _words_field("Group", groups, all_groups(everything))
        if one and healthy:
            _label_fields(chosen[0])


def _buttons(chosen: Sequence[RunSummary], healthy: Sequence[RunSummary]) -> None:
    """Buttons for the selected runs and those of them that can be read."""
    one = len(chosen) == 1
    if one and healthy and chosen[0].recipe in recipes.all_recipes():
        if st.button("Open", key="open", type="primary", icon=":material/open_in_new:"):
            open_run(manager().store.open(chosen[0].id))
    elif len(healthy) > 1 and st.button(
        "Compare", key="compare", type="primary", icon=":material/compare:"
    ):
        # Nothing stays selected that might be deleted by mistake later.
        st.session_state[SELECTED] = []
        # The oldest first.
        open_comparison([run.id for run in reversed(healthy)])
    _control_buttons(healthy, one)
    st.button(
        ":red[Delete run]" if one else f":red[Delete {len(chosen)} runs]",
        key="delete",
        icon=":material/delete:",
        on_click=_delete,
        args=(chosen,),
    )


@st.fragment(run_every=1.0)
def undo_panel() -> None:
    """Offers to restore the runs that were deleted in the last seconds."""
    now = time.monotonic()
    deleted = [one for one in st.session_state.get(_DELETED, []) if now < one.until]
    if deleted:
        st.session_state[_DELETED] = deleted
        left = max(one.until for one in deleted) - now
        with st.container(
            key="undo_bar", border=True, horizontal=True, vertical_alignment="center"
        ):
            names = _names([one.name for one in deleted])
            st.markdown(f"Deleted: {names}.", width="stretch")
            pressed = st.button(f"Undo ({left:.0f} s)", key="undo", icon=":material/undo:")
        if not pressed:
            return
        for one in deleted:
            with deferred_errors(ERROR, {one.id: one.name}):
                manager().store.restore(one.id)
                if one.queued:
                    manager().resume(one.id)
    if st.session_state.get(_DELETED, []):
        st.session_state[_DELETED] = []
        # Draws the table again, and ends the timer of this fragment.
        st.rerun()


def _control_buttons(chosen: Sequence[RunSummary], one: bool) -> None:
    """A button for each action that one of the runs allows."""
    for action in ICONS:
        allowed = [run.id for run in chosen if action in actions_of(run.id, run.status)]
        verb, count = action.partition(" ")[0], len(allowed)
        if allowed:
            st.button(
                action if one else f"{verb} {count} run{'s' * (count > 1)}",
                key=f"selected.{verb.lower()}",
                icon=ICONS[action],
                on_click=perform,
                args=(action, allowed, ERROR),
            )


def _label_fields(summary: RunSummary) -> None:
    """Text fields for name and note, which are saved when the user leaves them."""
    # Not set in the session's state: a field that appears again would be empty in the browser.
    st.text_input(
        "Name",
        summary.label.name,
        key=label_key(summary.id, "name"),
        on_change=_keep,
        args=(summary.id, "name"),
        help=_KEPT_HELP,
    )
    st.text_area(
        "Note",
        summary.label.note,
        key=label_key(summary.id, "note"),
        height=80,
        on_change=_keep,
        args=(summary.id, "note"),
        help=_KEPT_HELP,
    )


_KEPT_HELP = "Saved when you leave the field."


def _keep(run_id: str, part: Part) -> None:
    if save_label(run_id, part, _LABEL_ERROR):
        st.toast(f"The {part} has been saved.", icon=":material/save:")


def _words_field(
    title: Literal["Tags", "Group"], words: Mapping[str, Sequence[str]], options: list[str]
) -> None:
    """A field with the words that all selected runs have: their tags, or the name of their group.

    Args:
        title: of the field.
        words: of each run by id.
        options: words that other runs have.
    """
    first, *others = words.values()
    common = [word for word in first if all(word in other for other in others)]
    # Another field for other runs or words: its value cannot be changed after it is drawn.
    state = " ".join([*words, *common])
    key = f"runs.{title.lower()}.{zlib.crc32(state.encode()):08x}"
    is_tags = title == "Tags"
    st.multiselect(
        title,
        options,
        common,
        key=key,
        accept_new_options=True,
        max_selections=None if is_tags else 1,
        placeholder="Choose or type a tag" if is_tags else "Choose or type the name of a group",
        on_change=_save_words,
        args=(key, title, list(words), common),
        help=(_TAGS_HELP if is_tags else _GROUP_HELP) + (_COMMON_HELP if others else ""),
    )


_TAGS_HELP = "Words to filter runs by. Press Enter after a new one."
_COMMON_HELP = " It shows what all selected runs have in common."
_GROUP_HELP = (
    "Runs to be compared together, such as several seeds. Press Enter after a new name; remove the "
    "name to take the runs out of the group."
)


def _save_words(
    key: str, title: Literal["Tags", "Group"], run_ids: Sequence[str], before: list[str]
) -> None:
    """Adds and removes the words that the user has added or removed."""
    # A second event of a field that has been replaced meanwhile.
    if key not in st.session_state:
        return
    after, store = [word.strip() for word in st.session_state[key]], manager().store
    for run_id in run_ids:
        with deferred_errors(_LABEL_ERROR, run_names(run_id)):
            if title == "Group":
                store.group(run_id, after[0] if after else "")
                continue
            now = store.open(run_id).label().tags
            kept = [tag for tag in now if tag in after or tag not in before]
            store.tag(run_id, [*kept, *after])
    st.session_state.pop(key)


def _name(summary: RunSummary) -> str:
    return summary.label.name or summary.id


def _names(names: Sequence[str]) -> str:
    """Names of runs as Markdown, such as "first, second and 3 more"."""
    shown = ", ".join(plain(name) for name in names[:_NAMED])
    return shown + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _delete(chosen: Sequence[RunSummary]) -> None:
    """Deletes runs. Those that cannot be deleted stay selected, and the page shows the error."""
    deleted: list[_Deleted] = st.session_state.setdefault(_DELETED, [])
    selected: list[str] = st.session_state.setdefault(SELECTED, [])
    undo_s = _UNDO_S if len(chosen) == 1 else _UNDO_SEVERAL_S
    for run in chosen:
        if any(one.id == run.id for one in deleted):
            continue
        queued = is_queued_here(run.id, run.status)
        with deferred_errors(ERROR, {run.id: _name(run)}):
            manager().delete(run.id, undo_s=undo_s + _LATE_S)
            deleted.append(_Deleted(run.id, _name(run), queued, time.monotonic() + undo_s))
            if run.id in selected:
                selected.remove(run.id)
