"""Scatter plots of generated points, of one run or of two runs in comparison."""

from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.events import Arrays
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.live_chart import ChartSlot, live_charts
from ganlib.ui.components.text import plain
from ganlib.ui.server.reading import Reading
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import COMPARED_RUN
from ganlib.ui.train.samples.kind import SampleKind, newest_samples
from ganlib.viz.chart import Chart
from ganlib.viz.plane import PlaneInfo, plane_figure, plane_info
from ganlib.viz.plane_layers import gradient_layer, manifold_layers, surface_layer

_HEIGHT, _HEIGHT_OF_TWO = 380, 300
_POINTS = ("Real", "Generated")
# Explanations of the other layers.
_LAYERS = {
    "Discriminator": "blue where it takes points for real, vermilion where it takes them for "
    "generated. Paler colours are less certain.",
    "Manifold": "a regular grid over the noise, mapped by the generator. Every cell receives "
    "equally many samples, so smaller cells have a stronger colour.",
    "Gradient": "green arrows from generated samples, in the direction in which they would look "
    "more real to the discriminator. Longer arrows are larger gradients.",
}
_ALONE = ""
# The newest runs are offered for comparison, at most this many.
_MAX_RUNS = 30


class PointSamples(SampleKind):
    """Generated points of the plane over real ones, of one run or of two runs in comparison."""

    picture = "a cloud of points"
    more = 500

    def options(self, reading: Reading) -> None:
        """Draws the selection of layers and of a run to compare with; see `SampleKind`."""
        if "surface" in newest_samples(reading):
            st.session_state.setdefault("samples.layers", list(_POINTS))
            chosen = st.pills(
                "Layers",
                (*_POINTS, *_LAYERS),
                selection_mode="multi",
                key="samples.layers",
                persist_state="session",
                label_visibility="collapsed",
            )
            if lines := [f"**{name}**: {text}" for name, text in _LAYERS.items() if name in chosen]:
                st.caption("  \n".join(lines))
        others = _others(reading.run)
        if st.session_state.get(COMPARED_RUN) not in others:
            st.session_state[COMPARED_RUN] = _ALONE
        if others:
            st.selectbox(
                "Compare with",
                [_ALONE, *others],
                format_func=lambda id: others.get(id, "No run"),
                key=COMPARED_RUN,
                persist_state="session",
                help="Another run that generates points, at the same step or its nearest earlier "
                "one.",
            )
        _keep_in_address(str(st.session_state[COMPARED_RUN]))

    def draw(self, recipe: Recipe, reading: Reading, step: int) -> None:
        """Draws the points with the selected layers, and those of a compared run."""
        layers = set(_POINTS)
        if "surface" in reading.samples(step):
            layers = set(st.session_state.get("samples.layers", layers))
        other = _another(reading.run)
        if other is None:
            _cloud(reading, step, layers, "plane", _HEIGHT)
            return
        for column, (one, at, key) in zip(
            st.columns(2, gap="small"),
            ((reading, step, "plane"), (other, _at_most(other, step), "plane.beside")),
            strict=True,
        ):
            with column:
                _heading(one, at)
                if at is not None:
                    _cloud(one, at, layers, key, _HEIGHT_OF_TWO)

    def draw_new(self, run: Run, samples: np.ndarray) -> None:
        """See `SampleKind`."""
        chart = plane_figure(plane_info(run.real(), samples))
        alt = "Real and newly generated points of the plane"
        live_charts(ChartSlot(chart, "plane.more", _HEIGHT, alt, run.id))

    def awaits_other_run(self) -> bool:
        """Returns whether the compared run is active."""
        chosen = str(st.session_state.get(COMPARED_RUN, _ALONE))
        try:
            return bool(chosen) and manager().store.open(chosen).status().active
        except UserError:
            return False


def _keep_in_address(beside: str) -> None:
    """Puts the compared run into the address, for reloads and other browsers."""
    if beside:
        st.query_params["beside"] = beside
    else:
        st.query_params.pop("beside", None)


def _another(run: Run) -> Reading | None:
    """Reading of the compared run; None if there is none."""
    chosen = str(st.session_state.get(COMPARED_RUN, _ALONE))
    if chosen not in _others(run):
        return None
    beside = manager().store.open(chosen)
    return server().readings.of(beside, beside.status())


def _others(run: Run) -> dict[str, str]:
    """Names by id of the newest other runs of points, and of the compared run."""
    names = _planes()
    beside = str(st.session_state.get(COMPARED_RUN, _ALONE))
    if beside not in {_ALONE, *names}:
        # It is older than these, or newer than the cached list, or was deleted.
        with suppress(UserError):
            names = {**names, beside: _name(manager().store.open(beside))}
    return {id: name for id, name in names.items() if id != run.id}


# Cached, because listing all runs every second would be too slow.
@st.cache_data(ttl=5, show_spinner=False)
def _planes() -> dict[str, str]:
    """Names by id of the newest runs of points."""
    kinds = {recipe.name: recipe.kind for recipe in recipes.all_recipes().values()}
    found = [each for each in manager().store.list() if kinds.get(each.recipe) == "plane"]
    return {each.id: _name(manager().store.open(each.id)) for each in found[:_MAX_RUNS]}


def _name(run: Run) -> str:
    return " · ".join(filter(None, (run.label().name, str(run.values.get("preset", "")))))


def _at_most(reading: Reading, step: int) -> int | None:
    """The last saved step up to `step`; None if there is none."""
    return max((at for at in reading.sample_steps if at <= step), default=None)


def _heading(reading: Reading, step: int | None) -> None:
    """Draws the name of a run and the scores of its samples."""
    run = reading.run
    text = f"**{plain(str(run.values.get('preset') or run.label().name))}**"
    if step is None:
        st.markdown(f"{text}  \nNo samples yet.")
        return
    figures = reading.scores.at(step)
    text += f"  \nStep {step:,}"
    if "modes" in figures:
        peaks = round(figures["modes"])
        many = "" if peaks == 1 else "s"
        text += f": {peaks} peak{many}, {100 * figures['high_quality']:.1f} % near a peak"
    # Samples taken during a pause have no scores.
    if {"sliced_w1_over_sigma", "sliced_w1_floor"} <= figures.keys():
        text += (
            f"  \nDistance {figures['sliced_w1_over_sigma']:.2g} "
            f"(two real samples: rarely above {figures['sliced_w1_floor']:.2g})"
        )
    st.markdown(text)


def _cloud(reading: Reading, step: int, layers: set[str], key: str, height: int) -> None:
    with errors_shown():
        chart = reading.cached(
            ("cloud", step, frozenset(layers)), lambda: _cloud_chart(reading, step, layers)
        )
        alt = f"Real and generated points of the plane at step {step:,}"
        live_charts(ChartSlot(chart, key, height, alt, reading.run.id))


def _cloud_chart(reading: Reading, step: int, layers: set[str]) -> Chart:
    samples = reading.samples(step)
    info = plane_info(reading.real, samples["fresh"])
    below, above = _layers(reading.run, samples, info, layers)
    return plane_figure(
        info,
        below=below,
        above=above,
        hidden={"real", "generated"} - {layer.lower() for layer in layers},
    )


def _layers(
    run: Run, samples: Arrays, info: PlaneInfo, layers: set[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Traces below and above the points."""
    below, above = [], []
    # With packing, there are no maps of the plane.
    if "Discriminator" in layers and "surface" in samples:
        border = (samples["scores_real"].mean() + samples["scores_generated"].mean()) / 2
        loss = str(run.values.get("loss"))
        below.append(surface_layer(samples["surface_at"], samples["surface"], loss, float(border)))
    if "Manifold" in layers and "manifold" in samples:
        below += manifold_layers(samples["manifold"])
    if "Gradient" in layers and "pull" in samples:
        # Minus the gradient of the generator's loss at the first samples.
        descent = samples["pull"]
        above.append(gradient_layer(samples["fixed"][: len(descent)], descent, info.size))
    return below, above
