"""All runs in a table, and what can be done with one of them."""

import zlib
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from ganlib import recipes
from ganlib.runs import RunSummary
from ganlib.ui.home import open_run
from ganlib.ui.services import manager
from ganlib.ui.sparks import Sparks
from ganlib.ui.status_line import state_badge
from ganlib.ui.text import plain
from ganlib.ui.told import told

# Loss curves that are read before the table is shown, and at each tick afterwards.
_READ_AT_ONCE = 25
_READ_A_TICK = 50
_TICK_S = 0.5
# Session state: the id of the run that is selected.
_CHOSEN = "runs.chosen"


def runs_table() -> None:
    """Every run with its best and last score and a tiny loss curve; select one to act on it."""
    summaries = manager().store.list()
    if not summaries:
        st.info("No runs yet. Start one on any training page.", icon=":material/info:")
        return
    for summary in summaries:
        if summary.damage:
            st.warning(plain(f"{summary.id}: {summary.damage}"), icon=":material/warning:")
    whole = [summary for summary in summaries if not summary.damage]
    left = _sparks().read(whole, _READ_AT_ONCE)
    ids = [summary.id for summary in whole]
    rows = pd.DataFrame([_row(summary) for summary in whole])
    if forks := _forks(whole):
        rows.insert(2, "Fork of", [forks.get(run_id, "") for run_id in ids])
    # The table's selection is by row, which is another run's when one has come or gone: so the
    # run is remembered, and another list of runs is another table.
    key = f"runs.{zlib.crc32(' '.join(ids).encode()):08x}"
    chosen = st.session_state.get(_CHOSEN)
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        on_select=partial(_choose, key, ids),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ids.index(chosen)]}} if chosen in ids else None,
        column_config={
            "Losses": st.column_config.LineChartColumn(
                "Generator loss", help="Smoothed, over the whole run."
            ),
            "Progress": st.column_config.ProgressColumn("Progress", format="percent"),
            "Step": st.column_config.NumberColumn(format="localized"),
            "Best": st.column_config.NumberColumn(format="%.3g", help=_SCORE_HELP),
            "Last": st.column_config.NumberColumn(format="%.3g", help=_SCORE_HELP),
            "Created": st.column_config.DatetimeColumn(format="calendar"),
        },
    )
    if chosen in ids:
        _actions(whole[ids.index(chosen)])
    else:
        st.caption("Select a row to open, rename, annotate or delete a run.")
    if left:
        _read_on(whole)


def _choose(key: str, ids: list[str]) -> None:
    """Remembers which run is meant, as the table stood when it was selected."""
    rows = st.session_state[key].selection.rows
    st.session_state[_CHOSEN] = ids[rows[0]] if rows and rows[0] < len(ids) else None


_SCORE_HELP = (
    "Distance of generated from real samples; lower is better. Toy runs: Wasserstein-1 over the "
    "target's standard deviation; of 2,000 samples, chance makes 0.02 to 0.05. Image runs: the "
    "Fréchet distance between the features that a small classifier of real images sees in them; "
    "two real samples are 1 to 2 apart at 256 images, 0.1 to 0.3 at 2,000. Best is among the saved "
    "steps; Last of a finished run is scored with more samples, so it can be lower."
)


def _row(summary: RunSummary) -> dict[str, Any]:
    status, recipe = summary.status, recipes.all_recipes().get(summary.recipe)
    score = recipe.score if recipe else ""
    best = status.best_scores.get(score) if status else None
    # A run that has finished was scored once more, with more samples than at a step.
    last = status.metrics.get(score, status.scores.get(score)) if status else None
    return {
        "Name": summary.label.name if summary.label else summary.id,
        "Recipe": summary.recipe,
        "State": state_badge(status) if status else "",
        "Progress": status.share if status else 0.0,
        "Step": status.step if status else 0,
        "Best": best,
        "Last": last,
        "Losses": _sparks().of(summary),
        "Note": summary.label.note if summary.label else "",
        "Created": summary.created,
    }


def _forks(summaries: list[RunSummary]) -> dict[str, str]:
    """Of each that was forked: from which run, and at which step."""
    names = {summary.id: summary.label.name for summary in summaries}
    return {
        summary.id: f"{names.get(summary.parent.run, 'a run that is gone')}, "
        f"step {summary.parent.step:,}"
        for summary in summaries
        if summary.parent
    }


@st.cache_resource(show_spinner=False)
def _sparks() -> Sparks:
    return Sparks(manager().store)


@st.fragment(run_every=_TICK_S)
def _read_on(summaries: list[RunSummary]) -> None:
    """Reads the curves that were too many for one visit, and then has the table drawn again."""
    left = _sparks().read(summaries, _READ_A_TICK)
    st.caption(
        f"Loss curves are still being read: {len(summaries) - left:,} of {len(summaries):,}."
    )
    if not left:
        st.rerun()


def _actions(summary: RunSummary) -> None:
    store = manager().store
    label = summary.label
    with st.container(border=True):
        name = st.text_input(
            "Name", value=label.name if label else "", key=f"{summary.id}.name", max_chars=100
        )
        note = st.text_area(
            "Note", value=label.note if label else "", key=f"{summary.id}.note", max_chars=2_000
        )
        with st.container(horizontal=True):
            if st.button("Open", key="open", type="primary", icon=":material/open_in_new:"):
                open_run(summary.recipe, summary.id)
            if st.button("Save name and note", key="save", icon=":material/save:"):
                with told():
                    store.rename(summary.id, name)
                    store.annotate(summary.id, note)
                    st.toast(f"{plain(name)} is saved.", icon=":material/save:")
                    st.rerun()
            if st.button("Delete", key="delete", icon=":material/delete:"):
                _confirm_delete(summary.id, name)


@st.dialog("Delete this run?")
def _confirm_delete(run_id: str, name: str) -> None:
    st.write(f"{plain(name)} and everything it saved will be gone for good.")
    with st.container(horizontal=True):
        confirmed = st.button("Delete for good", key="delete_confirmed", type="primary")
        if st.button("Cancel", key="delete_cancelled"):
            st.rerun()
    if confirmed:
        with told():
            manager().store.delete(run_id)
            st.session_state[_CHOSEN] = None
            st.toast(f"{plain(name)} is deleted.", icon=":material/delete:")
            st.rerun()
