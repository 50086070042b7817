"""Table of all runs, and actions on the selected ones."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.runs import RunSummary
from ganlib.runs.trainers import differences
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain, words
from ganlib.ui.run.status_line import state_badge
from ganlib.ui.run.waiting import cancel_runs, is_queued_here
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_run, run_names

# Loss curves that are read before the table is shown, and in each refresh after that.
_READ_AT_ONCE = 25
_READ_PER_TICK = 50
_TICK_S = 0.5
# Rows that the table shows without scrolling, and its height in pixels if there are more.
_MAX_ROWS, _MAX_HEIGHT = 20, 700
# Longer values of settings are left out; a drawing has thousands of characters.
_VALUE_CHARACTERS = 20
# Selected runs that are listed by name; more are counted.
_NAMED = 5
# Session state keys of the ids of the selected runs, and of errors of the actions on them.
_SELECTED = "runs.chosen"
_LABEL_ERROR, _DONE_ERROR = "runs.label.error", "runs.done.error"


def runs_table() -> None:
    """Shows all runs with scores and small loss curves, and actions on the selected ones."""
    summaries = manager().store.list()
    if not summaries:
        st.info("No runs yet. Start one on any training page.", icon=":material/info:")
        return
    for summary in summaries:
        if summary.damage:
            st.warning(plain(f"{summary.id}: {summary.damage}"), icon=":material/warning:")
    readable = {summary.id: summary for summary in summaries if not summary.damage}
    left = server().sparks.read(list(readable.values()), _READ_AT_ONCE)
    _table(list(readable.values()))
    if chosen := [readable[run_id] for run_id in _selected_ids() if run_id in readable]:
        _actions(chosen)
    else:
        st.caption(
            "Select one row to open, rename, annotate or delete a run, or several rows to delete "
            "them."
        )
    if left:
        _read_remaining(list(readable.values()))


def _table(summaries: list[RunSummary]) -> None:
    ids = [summary.id for summary in summaries]
    rows = pd.DataFrame([_row(summary) for summary in summaries])
    # Only runs of points have these columns; they do not exist without any row.
    plane = [name for name in ("Floor", "Peaks") if name in rows]
    rows = rows.drop(columns=[name for name in plane if not _any_value(rows[name])])
    if forks := _forks(summaries):
        rows.insert(3, "Fork of", [forks.get(run_id, "") for run_id in ids])
    # Streamlit stores the selection by row number, which changes with the list of runs. So the
    # ids are stored, and the table has another key for another list.
    key = f"runs.{zlib.crc32(' '.join(ids).encode()):08x}"
    selected = [ids.index(run_id) for run_id in _selected_ids() if run_id in ids]
    st.dataframe(
        rows,
        key=key,
        height="content" if len(ids) <= _MAX_ROWS else _MAX_HEIGHT,
        hide_index=True,
        on_select=partial(_store_selection, key, ids),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": selected}},
        column_config={
            "Settings": st.column_config.TextColumn(help=_SETTINGS_HELP, width=190),
            "Fork of": st.column_config.TextColumn(width=210),
            "Progress": st.column_config.ProgressColumn(format="percent", width=110),
            "Step": st.column_config.NumberColumn(format="localized"),
            "Best": st.column_config.NumberColumn("Best distance", format="%.3g", help=_SCORE_HELP),
            "Last": st.column_config.NumberColumn("Last distance", format="%.3g", help=_SCORE_HELP),
            "Floor": st.column_config.NumberColumn(format="%.3g", help=_FLOOR_HELP),
            "Peaks": st.column_config.TextColumn(help=_PEAKS_HELP),
            "Losses": st.column_config.LineChartColumn(
                "Generator loss", help="Smoothed, over the whole run."
            ),
            "Created": st.column_config.DatetimeColumn(format="calendar"),
        },
    )


def _any_value(column: "pd.Series[Any]") -> bool:
    return any(value not in (None, "") for value in column)


def _selected_ids() -> list[str]:
    """Ids of the selected runs; some may have been deleted."""
    return list(st.session_state.get(_SELECTED, []))


def _store_selection(key: str, ids: list[str]) -> None:
    """Callback of the table: stores the ids of the selected rows."""
    rows = st.session_state[key].selection.rows
    st.session_state[_SELECTED] = [ids[row] for row in sorted(rows) if row < len(ids)]


_SCORE_HELP = (
    "Distance between generated and real samples; lower is better. **Best** is the lowest of all "
    "saved steps. **Last** of a finished run uses more samples, so it can be lower than Best.\n\n"
    "Numbers: Wasserstein-1 in standard deviations of the target; two real samples of 2,000 values "
    "are 0.02 to 0.05 apart.\n\n"
    "Points: sliced Wasserstein-1 in standard deviations of the target; compare it with the "
    "floor.\n\n"
    "Images: Fréchet distance in the features of a small classifier; two samples of 256 real "
    "images are 1 to 2 apart, of 2,000 images 0.1 to 0.3."
)
_FLOOR_HELP = (
    "The floor: if the generated samples were real, the last distance would be below this in 95 % "
    "of all cases. It is lower for more samples: a finished run has 20,000, a saved step 2,000."
)
_PEAKS_HELP = (
    "Peaks of the distribution that have a generated sample near them, at the last scored step."
)
_SETTINGS_HELP = "The preset, if any, and the settings that differ from it or from the defaults."


def _row(summary: RunSummary) -> dict[str, Any]:
    status, recipe = summary.status, recipes.all_recipes().get(summary.recipe)
    score = recipe.score if recipe else ""
    best = status.best_scores.get(score) if status else None
    # A finished run has final scores, from more samples than those of a step.
    scores = {**status.scores, **status.metrics} if status else {}
    return {
        "Name": summary.label.name,
        "Recipe": summary.recipe,
        "Settings": settings_text(summary.recipe, summary.values),
        "State": state_badge(status) if status else "",
        "Progress": status.share if status else 0.0,
        "Step": status.step if status else 0,
        "Best": best,
        "Last": scores.get(score),
        "Floor": scores.get(recipe.score_floor) if recipe else None,
        "Peaks": _peaks_text(summary, scores),
        "Note": summary.label.note,
        "Losses": server().sparks.of(summary),
        "Created": summary.created,
    }


def _peaks_text(summary: RunSummary, scores: Mapping[str, float]) -> str:
    """Number of peaks found, such as "7 of 8"; empty for data without peaks."""
    if "modes" not in scores:
        return ""
    try:
        recipe = recipes.get(summary.recipe)
        count = recipe.peaks(recipe.parse(dict(summary.values)))
    except UserError:
        # The recipe or its settings are of another version.
        return f"{scores['modes']:.0f}"
    return f"{scores['modes']:.0f} of {count}"


def settings_text(recipe_name: str, config: Mapping[str, Any]) -> str:
    """Returns a run's preset and changed settings, such as "plain GAN · steps 3,000".

    Args:
        recipe_name: of a recipe, which may not exist any more.
        config: settings of the run; unknown ones are ignored.
    """
    preset = {"preset": config["preset"]} if config.get("preset") else {}
    try:
        own = recipes.get(recipe_name).parse(preset).model_dump(mode="json")
    except UserError:
        return ""
    changed = differences(own, {name: config[name] for name in own if name in config})
    texts = [f"{words(name)} {_value_text(after)}".strip() for name, (_, after) in changed.items()]
    return " · ".join([*preset.values(), *texts])


def _value_text(value: Any) -> str:
    """A value as text; empty if it is too long."""
    text = f"{value:,}" if type(value) is int else words(value)
    return text if len(text) <= _VALUE_CHARACTERS else ""


def _forks(summaries: list[RunSummary]) -> dict[str, str]:
    """For each forked run its id, with the name of its parent and the step as text."""
    names = {summary.id: summary.label.name for summary in summaries}
    return {
        summary.id: f"{names.get(summary.parent.run, 'a deleted run')}, "
        f"step {summary.parent.step:,}"
        for summary in summaries
        if summary.parent
    }


@st.fragment(run_every=_TICK_S)
def _read_remaining(summaries: list[RunSummary]) -> None:
    """Reads the remaining loss curves in parts, and then redraws the table."""
    left = server().sparks.read(summaries, _READ_PER_TICK)
    st.caption(f"Reading loss curves: {len(summaries) - left:,} of {len(summaries):,}.")
    if not left:
        st.rerun()


def _actions(chosen: list[RunSummary]) -> None:
    first, one = chosen[0], len(chosen) == 1
    with st.container(border=True):
        if one:
            _label_fields(first)
        else:
            st.markdown(f"**{len(chosen)} runs**: {_names(chosen)}")
        with st.container(horizontal=True):
            if one and st.button("Open", key="open", type="primary", icon=":material/open_in_new:"):
                open_run(manager().store.open(first.id))
            if len(chosen) > 1 and st.button(
                "Compare", key="compare", type="primary", icon=":material/compare:"
            ):
                # The oldest first.
                ids = [run.id for run in reversed(chosen)]
                st.switch_page("pages/compare.py", query_params={"runs": ids})
            if waiting := [run for run in chosen if is_queued_here(run.id, run.status)]:
                count = len(waiting)
                st.button(
                    "Cancel run" if one else f"Cancel {count} queued run{'s' * (count > 1)}",
                    key="cancel",
                    icon=":material/cancel:",
                    on_click=cancel_runs,
                    args=(_DONE_ERROR, [(run.id, run.label.name) for run in waiting]),
                )
            if st.button(
                "Delete run" if one else f"Delete {len(chosen)} runs",
                key="delete",
                icon=":material/delete:",
            ):
                _confirm_delete(chosen)
        show_deferred_error(_DONE_ERROR)


def _label_fields(summary: RunSummary) -> None:
    """Text fields for name and note, which are saved when the user leaves them."""
    store = manager().store
    for part, text in asdict(summary.label).items():
        st.session_state.setdefault(_field(summary.id, part), text)
    st.text_input(
        "Name",
        key=_field(summary.id, "name"),
        max_chars=100,
        on_change=_keep,
        args=(summary.id, "name", store.rename),
        help=_KEPT_HELP,
    )
    show_deferred_error(_LABEL_ERROR)
    st.text_area(
        "Note",
        key=_field(summary.id, "note"),
        max_chars=2_000,
        on_change=_keep,
        args=(summary.id, "note", store.annotate),
        help=_KEPT_HELP,
    )


def _field(run_id: str, part: str) -> str:
    return f"{run_id}.{part}"


_KEPT_HELP = "Saved when you leave the field."


def _keep(run_id: str, part: str, write: Callable[[str, str], None]) -> None:
    key = _field(run_id, part)
    with deferred_errors(_LABEL_ERROR, run_names(run_id)):
        write(run_id, st.session_state[key])
        st.toast(f"The {part} has been saved.", icon=":material/save:")
        return
    # Not saved: reset the field to the stored text.
    with deferred_errors(_LABEL_ERROR):
        st.session_state[key] = getattr(manager().store.open(run_id).label(), part)


def _names(chosen: list[RunSummary]) -> str:
    """Names of runs as Markdown, such as "first, second and 3 more"."""
    names = ", ".join(plain(one.label.name) for one in chosen[:_NAMED])
    return names + (f" and {len(chosen) - _NAMED} more" if len(chosen) > _NAMED else "")


@st.dialog("Delete permanently?")
def _confirm_delete(chosen: list[RunSummary]) -> None:
    names = _names(chosen)
    st.write(
        f"{names} and everything it saved will be deleted permanently."
        if len(chosen) == 1
        else f"{len(chosen)} runs and everything they saved will be deleted permanently: {names}."
    )
    with st.container(horizontal=True):
        confirmed = st.button("Delete permanently", key="delete_confirmed", type="primary")
        if st.button("Keep run" if len(chosen) == 1 else "Keep runs", key="delete_cancelled"):
            st.rerun()
    if confirmed:
        _delete(chosen)
        st.rerun()


def _delete(chosen: list[RunSummary]) -> None:
    """Deletes runs. Those that cannot be deleted stay selected, and the page shows the error."""
    for one in chosen:
        with deferred_errors(_DONE_ERROR, {one.id: one.label.name}):
            manager().delete(one.id)
            st.session_state[_SELECTED].remove(one.id)
    deleted = len(chosen) - len(_selected_ids())
    if deleted:
        st.toast(
            f"{_names(chosen)} has been deleted."
            if deleted == len(chosen) == 1
            else f"{deleted} of {len(chosen)} runs have been deleted.",
            icon=":material/delete:",
        )
