"""Generated samples of any saved step, next to real ones."""

from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from ganlib.errors import ConfigError, UserError
from ganlib.events import Arrays
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.runs.images import encode_grid
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.grid import image_grid
from ganlib.ui.components.live_chart import ChartSlot, live_charts
from ganlib.ui.components.text import join_numbers
from ganlib.ui.components.time_slider import current_step, time_slider
from ganlib.ui.server.reading import Reading
from ganlib.ui.train.generators import generate_more
from ganlib.ui.train.plane_samples import plane_options, plane_samples
from ganlib.viz.chart import Chart
from ganlib.viz.goodfellow import goodfellow_figure, goodfellow_info
from ganlib.viz.histograms import HistogramsInfo, histogram_figure, histogram_info
from ganlib.viz.plane import plane_figure, plane_info

_CHART_HEIGHT = 380
# Numbers of new samples: images and vectors are viewed one by one, points as a scatter plot.
_MORE = 16
_MORE_POINTS = 500
_VIEWS = ("Histogram", "Densities and discriminator")
_GOODFELLOW_CAPTION = (
    "Above: the discriminator, and dotted the optimal discriminator for these densities. Below: "
    "lines from noise z to the generated samples x, as in figure 1 of Goodfellow et al. 2014."
)
_NONE_YET = {
    "queued": "The first samples appear when this run leaves the queue.",
    "running": "The first samples appear as soon as the networks are built.",
    "paused": "The first samples appear when the run is resumed.",
}


def samples_panel(recipe: Recipe, reading: Reading, status: Status) -> None:
    """Draws the samples of the selected step next to real ones, and new samples on request.

    Args:
        recipe: of the run.
        reading: of the shown run.
        status: its status.
    """
    run, steps = reading.run, reading.sample_steps
    if not steps:
        st.caption(_NONE_YET.get(status.state, "No samples: the run ended before the first ones."))
        return
    slider, step = _slider(run), selected_step(reading)
    # If a step cannot be read, the slider still offers the others.
    with errors_shown():
        if recipe.kind == "image":
            _grids(recipe, reading, step)
        elif recipe.kind == "plane":
            plane_samples(reading, step)
        else:
            _line(recipe, reading, step)
    time_slider(steps, key=slider, total=status.steps)
    if status.active:
        every = int(run.config.get("sample_every", 1))
        # Samples may be newer than the status, which is written after them.
        due = min((max(status.step, steps[-1]) // every + 1) * every, status.steps)
        st.caption(f"Next samples at step {due:,}.")
    if not status.active and run.checkpoint_steps():
        _more(recipe, run)


def selected_step(reading: Reading) -> int:
    """Returns the step selected on the slider; the run must have saved samples."""
    return current_step(reading.sample_steps, key=_slider(reading.run))


def _slider(run: Run) -> str:
    return f"{run.id}.time"


def samples_options(recipe: Recipe, reading: Reading) -> None:
    """Draws the widgets for the display of samples; all runs and pages share them.

    They are not part of the fragment that is redrawn at every refresh, for the reason in
    `ganlib.ui.train.curves.chart_options`.

    Args:
        recipe: of the run.
        reading: of the shown run, which has samples.
    """
    if recipe.kind == "image":
        st.toggle(
            "Fresh noise at every step",
            key="samples.fresh",
            persist_state="session",
            help="Off: the same noise every time, so that you can watch one image grow. "
            "On: new noise each time, which shows how much the generator's images differ.",
        )
        return
    samples: Arrays = {}
    # Read errors are shown where the samples are drawn.
    with suppress(UserError):
        samples = reading.samples(reading.sample_steps[-1])
    if recipe.kind == "plane":
        plane_options(reading.run, samples)
    elif _has_lines(samples):
        st.session_state.setdefault("samples.view", _VIEWS[0])
        view = st.segmented_control(
            "View",
            _VIEWS,
            key="samples.view",
            required=True,
            persist_state="session",
            label_visibility="collapsed",
        )
        if view == _VIEWS[1]:
            st.caption(_GOODFELLOW_CAPTION)


def _has_lines(samples: Arrays) -> bool:
    """Whether the samples have the views for the figure of the first GAN paper."""
    return "surface" in samples and "noise" in samples


def _grids(recipe: Recipe, reading: Reading, step: int) -> None:
    run = reading.run
    kind: Any = "fresh" if st.session_state.get("samples.fresh") else "fixed"
    generated, real = st.columns(2, gap="small")
    with generated:
        image_grid(
            reading.cached(("grid", step, kind), lambda: run.sample_grid(step, kind)),
            key="grid.generated",
            alt=f"Generated images at step {step:,}",
            caption=_caption(recipe, run, step),
        )
    with real:
        image_grid(
            reading.cached("real_grid", run.real_grid),
            key="grid.real",
            alt="Real images",
            caption="Real",
        )


def _caption(recipe: Recipe, run: Run, step: int) -> str:
    text = f"Generated at step {step:,}"
    # The samples can be shown even if the recipe no longer accepts the run's settings.
    with suppress(ConfigError):
        if more := recipe.caption(recipe.parse(dict(run.config)), step):
            text += f" · {more}"
    return text


def _line(recipe: Recipe, reading: Reading, step: int) -> None:
    """Draws numbers as histograms or as the figure of the first GAN paper."""
    lines = st.session_state.get("samples.view") == _VIEWS[1]
    if lines and _has_lines(reading.samples(step)):
        live_charts(
            ChartSlot(
                reading.cached(("goodfellow", step), lambda: _goodfellow(recipe, reading, step)),
                key="goodfellow",
                height=_CHART_HEIGHT,
                alt="Densities of real and generated values, the discriminator, and lines from "
                f"the noise to the generated values at step {step:,}",
            )
        )
        return
    live_charts(
        ChartSlot(
            reading.cached(
                ("histogram", step),
                lambda: histogram_figure(_histogram(reading, step), uirevision=reading.run.id),
            ),
            key="histogram",
            height=_CHART_HEIGHT,
            alt=f"Histograms of real and generated values at step {step:,}",
        )
    )


def _histogram(reading: Reading, step: int) -> HistogramsInfo:
    samples = reading.samples(step)
    noise = WeightedSample.of(samples["noise"]) if "noise" in samples else None
    return histogram_info(
        WeightedSample.of(reading.real), WeightedSample.of(samples["fresh"]), noise
    )


def _goodfellow(recipe: Recipe, reading: Reading, step: int) -> Chart:
    run, samples = reading.run, reading.samples(step)
    density = None
    # Without the density of the data if the recipe no longer accepts the run's settings.
    with suppress(ConfigError):
        density = recipe.density(recipe.parse(dict(run.config)), samples["surface_at"])
    info = goodfellow_info(samples, reading.real, str(run.config.get("loss")), density)
    edges = _histogram(reading, step).edges
    view = float(edges[0]), float(edges[-1])
    return goodfellow_figure(info, view, uirevision=f"{run.id}.goodfellow")


def _more(recipe: Recipe, run: Run) -> None:
    key = f"more.{run.id}"
    count = _MORE_POINTS if recipe.kind == "plane" else _MORE
    if st.button(f"Generate {count} more", key="generate", icon=":material/auto_awesome:"):
        with errors_shown(), st.spinner("Generating"):
            st.session_state[key] = generate_more(run, count)
    more = st.session_state.get(key)
    if more is None:
        return
    if recipe.kind == "image":
        with st.columns(2, gap="small")[0]:
            image_grid(
                encode_grid(more), key="grid.more", alt="Newly generated images", caption="New"
            )
    elif recipe.kind == "plane":
        live_charts(
            ChartSlot(
                plane_figure(plane_info(run.real(), more), uirevision=f"{run.id}.more"),
                key="plane.more",
                height=_CHART_HEIGHT,
                alt="Real and newly generated points of the plane",
            )
        )
    elif np.size(more) == _MORE:
        st.markdown(f"New values: {join_numbers(more.ravel())}")
    else:
        live_charts(
            ChartSlot(
                histogram_figure(
                    histogram_info(WeightedSample.of(run.real()), WeightedSample.of(more)),
                    uirevision=f"{run.id}.more",
                ),
                key="histogram.more",
                height=220,
                alt="Histograms of real and newly generated values",
            )
        )
