"""Upload of a user's table, selection of its columns, and a preview of their values."""

from functools import partial

import numpy as np
import streamlit as st

from ganlib import recipes
from ganlib.data.own_table import OwnColumns, chosen, join_names, own_columns, own_table
from ganlib.data.table import SUFFIXES, Table
from ganlib.errors import DataError
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.ui.components.errors import show_error
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.components.text import plain
from ganlib.ui.form import own_files
from ganlib.viz.chart import Chart
from ganlib.viz.histograms import histogram_figure, histogram_info
from ganlib.viz.plane import plane_figure, plane_info

_HEIGHT = 260
# Enough values for the preview's histogram or scatter plot.
_PREVIEWED = 20_000


def table_picker(key: str, help: str) -> None:
    """Lets the user upload a table and choose its columns.

    Args:
        key: session state key of the table's path, `<recipe>:own_table`. The knobs
            `own_columns` and `own_summary` have keys with the same prefix.
        help: tooltip with the required content of the file.
    """
    form = key.removesuffix("own_table")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _uploader(form, help)
        count = recipes.get(key.partition(":")[0]).Config.dimensions
        found = _columns(form, count) if st.session_state.get(key) else None
    if found is not None:
        with right:
            alt = f"Values of {' and '.join(found.names)} in your table"
            revision = f"{found.summary.digest} {found.names}"
            live_chart(preview(found), f"{key}:preview", _HEIGHT, alt, revision)


def preview(columns: OwnColumns) -> Chart:
    """Draws a histogram of one column, or a scatter plot of two, in the colour of real data."""
    # Every n-th row instead of the first ones: tables are often sorted.
    values = columns.values[:: -(-len(columns.values) // _PREVIEWED)]
    if len(columns.names) == 1:
        return histogram_figure(histogram_info(WeightedSample.of(values)), name=columns.names[0])
    # Shuffled, because the figure draws the first points only.
    mixed = np.random.default_rng(0).permutation(values)
    info = plane_info(mixed, np.empty((0, 2)))
    return plane_figure(info, hidden=["generated"], names=columns.names)


def _uploader(form: str, help: str) -> None:
    key = f"{form}own_table"

    replaced = {f"{form}own_columns": "", f"{form}own_summary": ""}
    st.file_uploader(
        "A table of your own",
        type=list(SUFFIXES),
        max_upload_size=own_files.MAX_MB,
        key=f"{key}:upload",
        help=help,
        on_change=own_files.take_upload,
        args=(key, own_table, partial(st.session_state.update, replaced)),
    )
    show_error(st.session_state.get(f"{key}:problem", ""))


def _columns(form: str, count: int) -> OwnColumns | None:
    """Draws the selection of columns; returns None if they cannot be used."""
    path = st.session_state[f"{form}own_table"]
    text = st.session_state[f"{form}own_columns"]
    try:
        with st.spinner("Reading the table"):
            table = own_table(path)
        _selects(form, table, text, count)
        found = own_columns(path, text, count)
    except DataError:
        # The form shows the error.
        return None
    saved = st.session_state[f"{form}own_summary"]
    if saved and not saved.startswith(found.summary.digest):
        own_files.offer_changed_file(
            f"{form}own_table", partial(st.session_state.update, {f"{form}own_summary": ""})
        )
    note = f" ({found.left_out})" if found.left_out else ""
    st.caption(
        plain(f"{found.path.name}: {len(found.values):,} of {found.rows:,} rows are used{note}.")
    )
    return found


def _selects(form: str, table: Table, text: str, count: int) -> None:
    """Draws a select box for each column; together they set the knob `own_columns`."""
    try:
        names = chosen(table, text, count)
    except DataError:
        # The form shows the error; the boxes offer the first columns.
        names = tuple(list(table.columns)[:count])
    keys = [f"{form}own_columns:{at}" for at in range(len(names))]
    for key, name in zip(keys, names, strict=True):
        st.session_state[key] = name

    def write() -> None:
        st.session_state[f"{form}own_columns"] = join_names([st.session_state[key] for key in keys])
        st.session_state[f"{form}own_summary"] = ""

    labels = ("Column",) if count == 1 else ("Across", "Upwards")
    for column, key, label in zip(st.columns(count), keys, labels, strict=False):
        column.selectbox(
            label, list(table.columns), key=key, on_change=write, persist_state="session"
        )
