"""Evolution of the generated distribution over a run, and its distance from the real one."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ganlib.errors import UserError
from ganlib.metrics.comparison import distance_values
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.runs import Run
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.distributions.distributions import Distribution, distributions
from ganlib.ui.server.server import manager
from ganlib.viz.curve_figures import steps_figure
from ganlib.viz.evolution import (
    evolution_bins,
    evolution_column,
    evolution_figure,
    evolution_info,
)

# More points could not be distinguished, and each takes some milliseconds once.
_MAX_POINTS = 120
_HEIGHT = 240


def over_steps(run: Run, steps: Sequence[int], step: int, title: str) -> None:
    """Draws a distance over training, and the evolution of the distribution.

    Args:
        run: the run.
        steps: all steps with saved samples.
        step: the selected step, which is marked.
        title: name of the distribution; see `distributions`.
    """
    drawn_steps = _evenly_spaced(steps)
    # The same bins for all steps: the real values of some distributions differ between steps.
    newest = _at(run.id, drawn_steps[-1], title)
    if newest is None:
        return
    edges = evolution_bins(newest.real)
    found = {at: _distances_and_column(run.id, at, title, edges) for at in drawn_steps}
    rows = {at: row for at, (row, _) in found.items() if row}
    if not rows:
        # The run was just deleted.
        return
    names = list(next(iter(rows.values())))
    key = "compare.over"
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[0]
    st.markdown("**Over training**")
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    with left:
        name = str(
            st.selectbox(
                "Distance over training",
                names,
                key=key,
                persist_state="session",
                label_visibility="collapsed",
                width=260,
            )
        )
        values = np.array([found.get(name, np.nan) for found in rows.values()])
        live_chart(
            steps_figure(np.array(list(rows)), values, name, at=step),
            "compare.over.chart",
            _HEIGHT,
            f"{name} between real and generated samples over training",
            f"{run.id} {name}",
        )
    with right:
        info = evolution_info(newest.real, edges, {at: found[at][1] for at in rows})
        live_chart(
            evolution_figure(info, title, at=step),
            "compare.evolution",
            _HEIGHT,
            f"{title} of generated samples over training, and of real ones",
            f"{run.id} {title}",
        )


def _evenly_spaced(steps: Sequence[int]) -> list[int]:
    """At most `_MAX_POINTS` of the steps, evenly spaced, including the first and the last."""
    if len(steps) <= _MAX_POINTS:
        return list(steps)
    places = np.linspace(0, len(steps) - 1, _MAX_POINTS).round().astype(int)
    return [steps[place] for place in places]


@st.cache_data(max_entries=5_000, show_spinner=False)
def _distances_and_column(
    run_id: str, step: int, title: str, edges: np.ndarray
) -> tuple[dict[str, float], np.ndarray]:
    """Distances by name, empty if a sample is empty, and the (bins,) density of a step."""
    one = _at(run_id, step, title)
    if one is None:
        return {}, evolution_column(WeightedSample.of(np.zeros(0)), edges)
    return distance_values(one.real, one.generated), evolution_column(one.generated, edges)


def _at(run_id: str, step: int, title: str) -> Distribution | None:
    try:
        one = distributions(manager().store.open(run_id), step).get(title)
    except UserError:
        return None
    return one if one is not None and one.real.count and one.generated.count else None
