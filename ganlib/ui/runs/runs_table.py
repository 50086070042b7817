"""The table of all runs, with filters above it and actions on the selected runs."""

import time
import zlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from ganlib.runs import RunSummary
from ganlib.ui.compare.settings import BUT_SEED
from ganlib.ui.components.errors import show_deferred_error
from ganlib.ui.run.actions import perform
from ganlib.ui.runs.filters import clear_filters, filtered
from ganlib.ui.runs.rows import rows_of
from ganlib.ui.runs.selection import ERROR, SELECTED, selection_panel, undo_panel
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_comparison, open_run

# Pictures that are read before the table is shown, and in each refresh after that.
_READ_AT_ONCE, _READ_PER_TICK = 15, 25
_READ_TICK_S, _TICK_S = 0.5, 2.0
# Time after which the rows of runs in training are drawn again, although no state has changed.
_REDRAW_S = 10.0
_ROW_HEIGHT, _MAX_HEIGHT = 56, 460


def runs_table() -> None:
    """Shows all runs with filters, and actions on the selected ones."""
    summaries = manager().store.list()
    undo_panel()
    show_deferred_error(ERROR)
    if not summaries:
        st.info("No runs yet. Start one on any training page.", icon=":material/info:")
        return
    if damaged := sum(bool(summary.damage) for summary in summaries):
        st.warning(
            f"{damaged:,} run{'s' * (damaged > 1)} cannot be read. "
            "Select a damaged run to see why, or to delete it.",
            icon=":material/warning:",
        )
    left = server().thumbnails.read(summaries, _READ_AT_ONCE)
    shown = filtered(summaries)
    if shown:
        _table(shown, summaries)
    else:
        st.caption("No run matches these filters.")
        st.button("Show all runs", key="clear_filters", on_click=clear_filters)
    if chosen := [one for one in shown if one.id in _selected_ids()]:
        selection_panel(chosen, summaries)
    elif shown:
        st.caption("Select rows to rename, annotate, tag, group, compare or delete runs.")
    # Reads the remaining pictures in parts, and draws the table again when runs have changed.
    tick_s = _READ_TICK_S if left else _TICK_S
    st.fragment(_refresh, run_every=tick_s)(summaries, bool(left), time.monotonic())


def _table(shown: list[RunSummary], everything: list[RunSummary]) -> None:
    import pandas as pd

    ids = [summary.id for summary in shown]
    cells = rows_of(shown, everything)
    # Columns that are empty for all runs are left out.
    filled = {name for row in cells for name, value in row.items() if value not in (None, "", [])}
    columns = [name for name in _COLUMNS if name in filled]
    rows = pd.DataFrame(cells, columns=columns)
    if "Created" in rows:
        created = pd.to_datetime(rows["Created"], errors="coerce", utc=True)
        rows["Created"] = created.dt.tz_convert(st.context.timezone or "UTC")
    # Streamlit stores the selection by row number, which changes with the list of runs. So the
    # ids are stored, and the table has another key for another list.
    key = f"runs.{zlib.crc32(' '.join(ids).encode()):08x}"
    selected = [ids.index(run_id) for run_id in _selected_ids() if run_id in ids]
    height = _ROW_HEIGHT * len(ids) + 40
    st.dataframe(
        rows,
        key=key,
        height="content" if height <= _MAX_HEIGHT else _MAX_HEIGHT,
        row_height=_ROW_HEIGHT,
        hide_index=True,
        placeholder="",
        on_select=partial(_store_selection, key, ids),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": selected}},
        column_config=_COLUMNS | _button_columns(key, ids),
    )
    _open_clicked(key, ids, everything)


_QUALITY_HELP = (
    "Distance between generated and real samples at the newest scored step; lower is better. "
    "Compare it with **Real samples**.\n\n"
    "Numbers: Wasserstein-1 in standard deviations of the target; two real samples of 2,000 values "
    "are 0.02 to 0.05 apart.\n\n"
    "Points: sliced Wasserstein-1 in standard deviations of the target.\n\n"
    "Images: Fréchet distance in the features of a small classifier."
)
_REAL_HELP = "The distance between two sets of real samples: what a perfect generator would reach."
_GROUP_HELP = "Compares the runs of the group: mean, spread and the worst."
_SETTINGS_HELP = "The preset, if any, and the settings that differ from it or from the defaults."
_config = st.column_config
_COLUMNS: dict[str, Any] = {
    "Samples": _config.ImageColumn(width=70, help="The newest generated samples."),
    "Name": _config.TextColumn(width=280),
    "State": _config.TextColumn(width=80),
    "Open": None,
    "Control": None,
    "Stop": None,
    "Quality": _config.TextColumn(help=_QUALITY_HELP, width=200),
    "Real": _config.NumberColumn("Real samples", format="%.3g", help=_REAL_HELP, width=90),
    "Best step": _config.NumberColumn(
        format="localized", help="The saved step with the best quality.", width=80
    ),
    "Duration": _config.TextColumn(help="Time of training, without pauses.", width=80),
    "Tags": _config.ListColumn(width=130),
    "Group": None,
    "Recipe": _config.TextColumn(width=150),
    "Settings": _config.TextColumn(help=_SETTINGS_HELP, width=190),
    "Steps": _config.TextColumn(width=130),
    "Fork of": _config.TextColumn(width=190),
    "Note": _config.TextColumn(width=190),
    "Created": _config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
}


def _button_columns(key: str, ids: list[str]) -> dict[str, Any]:
    """Columns of buttons."""
    button = _config.ButtonColumn
    return {
        "Open": button("", type="tertiary", width=70, key=f"{key}.open"),
        "Group": button(
            type="tertiary", width=300, alignment="left", key=f"{key}.group", help=_GROUP_HELP
        ),
    } | {
        name: button(
            "",
            type="tertiary",
            width=105,
            key=f"{key}.{name}",
            on_click=_act_clicked,
            args=(f"{key}.{name}", ids),
        )
        for name in ("Control", "Stop")
    }


def _open_clicked(key: str, ids: list[str], everything: Sequence[RunSummary]) -> None:
    """Opens the run or the group whose button in the table was pressed."""
    if click := st.session_state.get(f"{key}.open"):
        open_run(manager().store.open(ids[click["row"]]))
    if click := st.session_state.get(f"{key}.group"):
        groups = {one.id: one.label.group for one in reversed(everything)}
        group = groups[ids[click["row"]]]
        # The oldest first.
        open_comparison([run_id for run_id, of in groups.items() if of == group], BUT_SEED)


def _act_clicked(key: str, ids: list[str]) -> None:
    """Callback of the buttons in the table: labels are an icon and an action."""
    click = st.session_state[key]
    perform(click["label"].partition(" ")[2], [ids[click["row"]]], ERROR)


def _selected_ids() -> list[str]:
    """Ids of the selected runs; some may have been deleted."""
    return list(st.session_state.get(SELECTED, []))


def _store_selection(key: str, ids: list[str]) -> None:
    """Callback of the table: stores the ids of the selected rows."""
    rows = st.session_state[key].selection.rows
    st.session_state[SELECTED] = [ids[row] for row in sorted(rows) if row < len(ids)]


def _refresh(drawn: list[RunSummary], reading: bool, drawn_at: float) -> None:
    if reading:
        left = server().thumbnails.read(drawn, _READ_PER_TICK)
        st.caption(f"Reading pictures: {len(drawn) - left:,} of {len(drawn):,}.")
        if not left:
            st.rerun()
        return
    if time.monotonic() < drawn_at + _TICK_S / 2:
        # The page has just drawn the table.
        return
    now = manager().store.list()
    trains = any(one.status and one.status.state == "running" for one in now)
    if _states(now) != _states(drawn) or (trains and time.monotonic() > drawn_at + _REDRAW_S):
        st.rerun()


def _states(summaries: Sequence[RunSummary]) -> list[tuple[str, str]]:
    return [(one.id, one.status.state if one.status else "") for one in summaries]
