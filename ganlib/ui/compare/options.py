"""The widgets of the page Compare. Each of them stands in the address."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ganlib.ui.compare.chosen import Chosen
from ganlib.ui.compare.curves import CurveOptions
from ganlib.ui.compare.samples import quantities
from ganlib.ui.components.aligned import align_control
from ganlib.ui.components.errors import errors_shown
from ganlib.viz.layout import XKind
from ganlib.viz.single_metrics import default_metrics, selectable_metrics

_AXES: dict[str, XKind] = {"Steps": "step", "Seconds": "seconds", "Samples seen": "samples"}
_LAYOUTS = ("Overlaid", "Small multiples")
_BOUND: dict[str, Any] = {"bind": "query-params"}


def choose_curves(chosen: Sequence[Chosen]) -> CurveOptions:
    """Lets the user choose metrics and axes.

    Args:
        chosen: the compared runs.
    """
    recorded: set[str] = set()
    for one in chosen:
        recorded.update(one.reading.history.names, one.reading.scores.values)
    default = default_metrics({one.recipe.score for one in chosen})
    # A link may name metrics that a run has not recorded yet.
    names = selectable_metrics(recorded, [*default, *st.query_params.get_all("metrics")])
    metrics = st.multiselect("Metrics", names, default=default, key="metrics", **_BOUND)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with align_control():
            layout = st.segmented_control(
                "Curves", _LAYOUTS, default=_LAYOUTS[0], key="layout", required=True, **_BOUND
            )
        with align_control():
            axis = st.segmented_control(
                "Horizontal axis", list(_AXES), default="Steps", key="axis", required=True, **_BOUND
            )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.99,
            0.9,
            key="smoothing",
            width=125,
            help="How strongly curves are smoothed.",
            **_BOUND,
        )
        log = st.toggle("Log scale", key="log", **_BOUND)
    return CurveOptions(
        tuple(metrics), _AXES[axis or "Steps"], layout == _LAYOUTS[1], smoothing, log
    )


def choose_quantity(chosen: Sequence[Chosen]) -> str:
    """Lets the user choose the distribution to compare, such as "Ink per image".

    Args:
        chosen: the compared runs.
    """
    titles: list[str] = []
    with errors_shown():
        titles = quantities(chosen)
    if not titles:
        return ""
    found = st.segmented_control(
        "Quantity",
        titles,
        default=titles[0],
        key="quantity",
        required=True,
        label_visibility="collapsed",
        **_BOUND,
    )
    return str(found or titles[0])
