"""Points of the plane that a run has generated, alone or beside those of another run."""

from contextlib import suppress
from typing import Any

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.events import Arrays
from ganlib.runs import Run
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.live_chart import Shown, live_charts
from ganlib.ui.components.text import plain
from ganlib.ui.server.reading import READINGS, Reading
from ganlib.ui.server.services import manager
from ganlib.ui.server.session import BESIDE
from ganlib.viz.chart import Chart
from ganlib.viz.plane import PlaneInfo, plane_figure, plane_info
from ganlib.viz.plane_layers import gradient_layer, manifold_layers, surface_layer

_HEIGHT, _HEIGHT_OF_TWO = 380, 300
_POINTS = ("Real", "Generated")
# What each of the others shows.
_LAYERS = {
    "Discriminator": "blue where it classifies points as real, vermilion where as generated. "
    "Paler colours are less certain.",
    "Manifold": "a regular grid over the noise, mapped by the generator. Every cell receives "
    "equally many samples, so smaller cells have a stronger colour.",
    "Gradient": "green arrows from generated samples, in the direction in which they would look "
    "more real to the discriminator. Longer arrows are larger gradients.",
}
_ALONE = ""
# Runs among which one can be chosen, the newest.
_MOST = 30


def plane_samples(reading: Reading, step: int) -> None:
    """Real and generated points, what lies below and above them, and another run's beside.

    Args:
        reading: of the run on view.
        step: one of its steps that have samples.
    """
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


def plane_options(run: Run, samples: Arrays) -> None:
    """Which layers are drawn, and which other run beside.

    Args:
        run: on view.
        samples: of it.
    """
    if "surface" in samples:
        st.session_state.setdefault("samples.layers", list(_POINTS))
        chosen = st.pills(
            "Layers",
            (*_POINTS, *_LAYERS),
            selection_mode="multi",
            key="samples.layers",
            persist_state="session",
            label_visibility="collapsed",
        )
        if said := [f"**{name}**: {what}" for name, what in _LAYERS.items() if name in chosen]:
            st.caption("  \n".join(said))
    others = _others(run)
    if st.session_state.get(BESIDE) not in others:
        st.session_state[BESIDE] = _ALONE
    if others:
        st.selectbox(
            "Compare with",
            [_ALONE, *others],
            format_func=lambda id: others.get(id, "No run"),
            key=BESIDE,
            persist_state="session",
            help="Another run of points, shown at the same step or at its last saved step before.",
        )
    _keep_in_address(str(st.session_state[BESIDE]))


def _keep_in_address(beside: str) -> None:
    """As the run on view is, for a reload and for other browsers."""
    if beside:
        st.query_params["beside"] = beside
    else:
        st.query_params.pop("beside", None)


def trains_beside() -> bool:
    """Whether the run that somebody wants to see beside is still training, or will be."""
    chosen = str(st.session_state.get(BESIDE, _ALONE))
    try:
        return bool(chosen) and manager().store.open(chosen).status().active
    except UserError:
        return False


def _another(run: Run) -> Reading | None:
    """Of the run that somebody wants to see beside."""
    chosen = str(st.session_state.get(BESIDE, _ALONE))
    if chosen not in _others(run):
        return None
    beside = manager().store.open(chosen)
    return READINGS.of(beside, beside.status())


def _others(run: Run) -> dict[str, str]:
    """Names, by id, of the newest runs that can stand beside one, and of the one that does."""
    names = _planes()
    beside = str(st.session_state.get(BESIDE, _ALONE))
    if beside not in {_ALONE, *names}:
        # Older than those, or so new that they were listed before. It may be gone, too.
        with suppress(UserError):
            names = {**names, beside: _name(manager().store.open(beside))}
    return {id: name for id, name in names.items() if id != run.id}


# Every second is too often for a look at all runs there are.
@st.cache_data(ttl=5, show_spinner=False)
def _planes() -> dict[str, str]:
    """Names of the newest runs in the plane, by id."""
    kinds = {recipe.name: recipe.kind for recipe in recipes.all_recipes().values()}
    found = [each for each in manager().store.list() if kinds.get(each.recipe) == "plane"]
    return {each.id: _name(manager().store.open(each.id)) for each in found[:_MOST]}


def _name(run: Run) -> str:
    return " · ".join(filter(None, (run.label().name, str(run.config.get("preset", "")))))


def _at_most(reading: Reading, step: int) -> int | None:
    """The last step with samples up to there; None where there is none yet."""
    return max((at for at in reading.sample_steps if at <= step), default=None)


def _heading(reading: Reading, step: int | None) -> None:
    """Which run this is, and how well it does."""
    run = reading.run
    said = f"**{plain(str(run.config.get('preset') or run.label().name))}**"
    if step is None:
        st.markdown(f"{said}  \nNo samples yet.")
        return
    figures = reading.scores.at(step)
    said += f"  \nStep {step:,}"
    if "modes" in figures:
        peaks = round(figures["modes"])
        many = "" if peaks == 1 else "s"
        said += f": {peaks} peak{many}, {figures['high_quality']:.1%} near one"
    # Runs of earlier versions have neither.
    if {"sliced_w1_over_sigma", "sliced_w1_floor"} <= figures.keys():
        said += (
            f"  \nDistance {figures['sliced_w1_over_sigma']:.2g} "
            f"(two real samples: up to {figures['sliced_w1_floor']:.2g})"
        )
    st.markdown(said)


def _cloud(reading: Reading, step: int, layers: set[str], key: str, height: int) -> None:
    with errors_shown():
        chart = reading.once(
            ("cloud", step, frozenset(layers), height),
            lambda: _cloud_chart(reading, step, layers, height),
        )
        live_charts(
            Shown(
                chart,
                key=key,
                height=height,
                alt=f"Real and generated points of the plane at step {step:,}",
            )
        )


def _cloud_chart(reading: Reading, step: int, layers: set[str], height: int) -> Chart:
    samples = reading.samples(step)
    info = plane_info(reading.real, samples["fresh"])
    below, above = _layers(reading.run, samples, info, layers)
    return plane_figure(
        info,
        uirevision=reading.run.id,
        height=height,
        below=below,
        above=above,
        hidden={"real", "generated"} - {layer.lower() for layer in layers},
    )


def _layers(
    run: Run, samples: Arrays, info: PlaneInfo, layers: set[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Traces below and above the points."""
    below, above = [], []
    # Those of an earlier version have none.
    if "Discriminator" in layers and "surface" in samples:
        border = (samples["scores_real"].mean() + samples["scores_generated"].mean()) / 2
        loss = str(run.config.get("loss"))
        below.append(surface_layer(samples["surface_at"], samples["surface"], loss, float(border)))
    if "Manifold" in layers and "manifold" in samples:
        below += manifold_layers(samples["manifold"])
    if "Gradient" in layers and "pull" in samples:
        pull = samples["pull"]
        above.append(gradient_layer(samples["fixed"][: len(pull)], pull, info.size))
    return below, above
