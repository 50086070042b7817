"""An editable table of the peaks of a mixture: place, width and weight of each."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ganlib.data.distributions import parse_peaks

_COLUMNS = ("place", "width", "weight")
_NEW = (0.0, 0.5, 1.0)

Row = Sequence[float | None]


def peaks_table(key: str, help: str) -> None:
    """Edits the peaks; rows can be added and deleted.

    The data editor stores its initial rows and the changes since. A new editor replaces it if
    the text was changed by anything else, and after a change of page.

    Args:
        key: session state key of the text; see `parse_peaks`.
        help: tooltip.
    """
    import pandas as pd

    number = st.session_state.setdefault(f"{key}:number", 0)
    unchanged = st.session_state.get(f"{key}:written") == st.session_state[key]
    if f"{key}:table{number}" not in st.session_state or not unchanged:
        number += 1
        st.session_state[f"{key}:number"] = number
        st.session_state[f"{key}:rows"] = rows_of(st.session_state[key])
        st.session_state[f"{key}:written"] = st.session_state[key]
    editor = f"{key}:table{number}"

    def write() -> None:
        text = text_of(edited(st.session_state[f"{key}:rows"], st.session_state[editor]))
        st.session_state[key] = st.session_state[f"{key}:written"] = text

    st.markdown("Peaks", help=help)
    st.data_editor(
        pd.DataFrame(st.session_state[f"{key}:rows"], columns=list(_COLUMNS), dtype=float),
        key=editor,
        num_rows="dynamic",
        hide_index=True,
        width=420,
        height="content",
        column_config={
            name: st.column_config.NumberColumn(name.capitalize(), default=new, format="%g")
            for name, new in zip(_COLUMNS, _NEW, strict=True)
        },
        on_change=write,
    )


def rows_of(text: str) -> list[tuple[float, ...]]:
    """Parses a text into (place, width, weight) of each peak; none if the text is not valid."""
    try:
        return [(peak.at, peak.sd, peak.weight) for peak in parse_peaks(text)]
    except ValueError:
        return []


def edited(rows: Sequence[Row], changes: Mapping[str, Any]) -> list[Row]:
    """Applies the changes of a data editor to its initial rows.

    Args:
        rows: initial rows of the editor.
        changes: the editor's state: `edited_rows` by row number, `added_rows`, and the numbers
            of `deleted_rows` among the initial rows.
    """
    kept: list[Row] = []
    for at, row in enumerate(rows):
        if at not in changes["deleted_rows"]:
            changed = changes["edited_rows"].get(at, {})
            kept.append([changed.get(name, old) for name, old in zip(_COLUMNS, row, strict=True)])
    added = [[row.get(name) for name in _COLUMNS] for row in changes["added_rows"]]
    # An added row without any value is not a peak yet.
    return kept + [row for row in added if any(value is not None for value in row)]


def text_of(rows: Sequence[Row]) -> str:
    """Formats rows as the text of the knob. Missing numbers stay empty, which the form refuses."""
    return ", ".join(":".join(map(_number, row)) for row in rows)


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.12g}"
