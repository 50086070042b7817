"""How far apart real and generated were at every saved step of a run."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ganlib.errors import UserError
from ganlib.metrics.comparison import distance_values
from ganlib.runs import Run
from ganlib.runs.distributions import distributions
from ganlib.ui.live_chart import live_chart
from ganlib.ui.services import manager
from ganlib.viz.curve_figures import steps_figure

# More points than this cannot be told apart, and each costs some milliseconds once.
_MOST = 120
_HEIGHT = 240


def over_steps(run: Run, steps: Sequence[int], step: int, title: str) -> None:
    """A curve of one distance over the training.

    Args:
        run: the run.
        steps: those that have samples.
        step: the one on view, which is marked.
        title: what is compared; see `distributions`.
    """
    shown = _spread(steps)
    rows = {at: found for at in shown if (found := _distances_at(run.id, at, title))}
    if not rows:
        return
    names = list(next(iter(rows.values())))
    key = "compare.over"
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[0]
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    left.markdown("**Over the training**")
    right.selectbox(
        "Distance over the training",
        names,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
        width=260,
    )
    name = str(st.session_state[key])
    values = np.array([found.get(name, np.nan) for found in rows.values()])
    live_chart(
        steps_figure(np.array(list(rows)), values, name, at=step, uirevision=f"{run.id} {name}"),
        key="compare.over.chart",
        height=_HEIGHT,
        alt=f"{name} between real and generated samples over the training",
    )


def _spread(steps: Sequence[int]) -> list[int]:
    """At most so many of the steps, evenly, with the first and the last."""
    if len(steps) <= _MOST:
        return list(steps)
    places = np.linspace(0, len(steps) - 1, _MOST).round().astype(int)
    return [steps[place] for place in places]


@st.cache_data(max_entries=5_000, show_spinner=False)
def _distances_at(run_id: str, step: int, title: str) -> dict[str, float]:
    """Empty where there is nothing to compare."""
    try:
        one = distributions(manager().store.open(run_id), step).get(title)
    except UserError:
        return {}
    if one is None or not len(one.real) or not len(one.generated):
        return {}
    return distance_values(one.real, one.generated)
