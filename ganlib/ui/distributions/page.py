"""The Distributions page: values of a run, or two columns of a user's table."""

from collections.abc import Callable

import streamlit as st

from ganlib.data.table import SUFFIXES, Table, read_table
from ganlib.errors import DataError
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.ui.components.errors import show_error
from ganlib.ui.distributions.distributions import Distribution
from ganlib.ui.distributions.panels import Compared, compare_panels
from ganlib.ui.distributions.runs import compare_run
from ganlib.viz.pair import two_real

_MAX_MB = 200


def distributions() -> None:
    """Compares real and generated values of a run, or two columns of a table."""
    source = st.segmented_control(
        "Compare",
        list(_SOURCES),
        default="A run",
        key="source",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    _SOURCES[source or "A run"]()


def _compare_table() -> None:
    """Compares two columns of a CSV, Parquet or .npy file."""
    upload = st.file_uploader(
        "A table with two columns of numbers",
        type=list(SUFFIXES),
        max_upload_size=_MAX_MB,
        key="compare.table",
        help="CSV, TSV, Parquet or .npy. It is used in this session only and is not saved.",
    )
    if upload is None:
        return
    try:
        table = _read(upload.file_id, upload.name, upload.getbuffer())
    except DataError as error:
        show_error(error)
        return
    names = list(table.columns)
    one, other = (
        str(
            column.selectbox(
                f"{which} column",
                names,
                index=min(at, len(names) - 1),
                key=f"compare.{upload.file_id}.{which.lower()}",
            )
        )
        for at, (column, which) in enumerate(zip(st.columns(2), ("First", "Second"), strict=True))
    )
    (first, out_of_first), (second, out_of_second) = table.select([one]), table.select([other])
    left_out = {one: out_of_first, other: out_of_second}
    key, title = f"{upload.file_id} {one} {other}", f"{table.name}: {table.rows:,} rows"
    note = " ".join(sorted(f"{name}: {note}." for name, note in left_out.items() if note))
    samples = Distribution(title, WeightedSample.of(first), WeightedSample.of(second), note)
    pair = two_real(one, other if one != other else f"{other} again")
    compare_panels(Compared(key, key, title, samples, pair))


@st.cache_data(max_entries=4, show_spinner="Reading the table")
def _read(file_id: str, name: str, _content: memoryview) -> Table:
    return read_table(name, _content)


_SOURCES: dict[str, Callable[[], None]] = {
    "A run": compare_run,
    "A table of your own": _compare_table,
}
