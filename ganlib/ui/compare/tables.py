"""Comparison of two columns of a user's table."""

import streamlit as st

from ganlib.data.table import SUFFIXES, Column, Table, read_table
from ganlib.errors import DataError
from ganlib.metrics.counted import Counted
from ganlib.ui.compare.compared import Compared
from ganlib.ui.compare.panels import compare_panels
from ganlib.ui.components.errors import show_error
from ganlib.viz.pair import two_real

_MAX_MB = 200


def compare_table() -> None:
    """Compares two columns of a CSV, Parquet or .npy file."""
    upload = st.file_uploader(
        "A table with two columns of numbers",
        type=list(SUFFIXES),
        max_upload_size=_MAX_MB,
        key="compare.table",
        help="CSV, Parquet or .npy. It is used in this session only and is not saved.",
    )
    if upload is None:
        return
    try:
        table = _read(upload.file_id, upload.name, upload.getbuffer())
    except DataError as error:
        show_error(error)
        return
    left, right = st.columns(2)
    with left:
        one = _column(table, "First column", f"compare.{upload.file_id}.first", 0)
    with right:
        other = _column(table, "Second column", f"compare.{upload.file_id}.second", 1)
    notes = {f"{column.name}: {column.told}." for column in (one, other) if column.told}
    compare_panels(
        Compared(
            f"{upload.file_id} {one.name} {other.name}",
            f"{upload.file_id} {one.name} {other.name}",
            f"{table.name}: {table.rows:,} rows",
            Counted.of(one.values),
            Counted.of(other.values),
            two_real(one.name, other.name if one is not other else f"{other.name} again"),
            tuple(sorted(notes)),
        )
    )


def _column(table: Table, label: str, key: str, default: int) -> Column:
    titles = list(table.columns)
    chosen = st.selectbox(label, titles, index=min(default, len(titles) - 1), key=key)
    return table.columns[str(chosen)]


@st.cache_data(max_entries=4, show_spinner="Reading the table")
def _read(file_id: str, name: str, _content: memoryview) -> Table:
    return read_table(name, _content)
