"""What the generator can do so far, beside the real thing."""

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
from ganlib.ui.components.live_chart import Shown, live_charts
from ganlib.ui.components.text import listed
from ganlib.ui.components.time_slider import step_on_view, time_slider
from ganlib.ui.server.reading import Reading
from ganlib.ui.train.generators import generate_more
from ganlib.ui.train.plane_samples import plane_options, plane_samples
from ganlib.viz.chart import Chart
from ganlib.viz.goodfellow import goodfellow_figure, goodfellow_info
from ganlib.viz.histograms import HistogramsInfo, histogram_figure, histogram_info
from ganlib.viz.plane import plane_figure, plane_info

_CHART_HEIGHT = 380
# Sixteen images or vectors can be looked at one by one; of points it takes a cloud.
_MORE = 16
_MORE_POINTS = 500
_VIEWS = ("Histogram", "Densities and discriminator")
_LINES_SAID = (
    "Above: the discriminator, and dotted the optimal discriminator for these densities. Below: "
    "lines from noise z to the generated samples x, as in figure 1 of Goodfellow et al. 2014."
)
_NONE_YET = {
    "queued": "The first samples appear when this run leaves the queue.",
    "running": "The first samples appear as soon as the networks are built.",
    "paused": "The first samples appear when the run is resumed.",
}


def samples_panel(recipe: Recipe, reading: Reading, status: Status) -> None:
    """Samples of any saved step beside real ones, and new ones on request.

    Args:
        recipe: of the run.
        reading: of the run on view.
        status: as it was read for this tick.
    """
    run, steps = reading.run, reading.sample_steps
    if not steps:
        st.caption(_NONE_YET.get(status.state, "No samples: the run ended before the first ones."))
        return
    slider, step = _slider(run), step_shown(reading)
    # Where a step cannot be read, another can be chosen.
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
        # Samples are written before the status is.
        due = min((max(status.step, steps[-1]) // every + 1) * every, status.steps)
        st.caption(f"Next samples at step {due:,}.")
    if not status.active and run.checkpoint_steps():
        _more(recipe, run)


def step_shown(reading: Reading) -> int:
    """The saved step whose samples are on view; there must be one at least."""
    return step_on_view(reading.sample_steps, key=_slider(reading.run))


def _slider(run: Run) -> str:
    return f"{run.id}.time"


def samples_options(recipe: Recipe, reading: Reading) -> None:
    """How samples are drawn; the same for every run and page.

    On the page like `ganlib.ui.train.curves.chart_options`, and for the same reason.

    Args:
        recipe: of the run.
        reading: of the run on view, which has samples.
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
    # What cannot be read is told of where it is drawn.
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
            st.caption(_LINES_SAID)


def _has_lines(samples: Arrays) -> bool:
    """Whether there is what the first paper's figure shows."""
    return "surface" in samples and "noise" in samples


def _grids(recipe: Recipe, reading: Reading, step: int) -> None:
    run = reading.run
    kind: Any = "fresh" if st.session_state.get("samples.fresh") else "fixed"
    generated, real = st.columns(2, gap="small")
    with generated:
        image_grid(
            reading.once(("grid", step, kind), lambda: run.sample_grid(step, kind)),
            key="grid.generated",
            alt=f"Generated images at step {step:,}",
            caption=_caption(recipe, run, step),
        )
    with real:
        image_grid(
            reading.once("real_grid", run.real_grid),
            key="grid.real",
            alt="Real images",
            caption="Real",
        )


def _caption(recipe: Recipe, run: Run, step: int) -> str:
    said = f"Generated at step {step:,}"
    # Settings that the recipe no longer takes say nothing about the samples.
    with suppress(ConfigError):
        if more := recipe.caption(recipe.parse(dict(run.config)), step):
            said += f" · {more}"
    return said


def _line(recipe: Recipe, reading: Reading, step: int) -> None:
    """Histograms, or the first paper's figure, of what lies on a line."""
    lines = st.session_state.get("samples.view") == _VIEWS[1]
    if lines and _has_lines(reading.samples(step)):
        live_charts(
            Shown(
                reading.once(("goodfellow", step), lambda: _goodfellow(recipe, reading, step)),
                key="goodfellow",
                height=_CHART_HEIGHT,
                alt="Densities of real and generated values, the discriminator, and lines from "
                f"the noise to the generated values at step {step:,}",
            )
        )
        return
    live_charts(
        Shown(
            reading.once(
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
    # Settings that the recipe no longer takes say nothing about the data.
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
            Shown(
                plane_figure(plane_info(run.real(), more), uirevision=f"{run.id}.more"),
                key="plane.more",
                height=_CHART_HEIGHT,
                alt="Real and newly generated points of the plane",
            )
        )
    elif np.size(more) == _MORE:
        st.markdown(f"New values: {listed(more.ravel())}")
    else:
        live_charts(
            Shown(
                histogram_figure(
                    histogram_info(WeightedSample.of(run.real()), WeightedSample.of(more)),
                    uirevision=f"{run.id}.more",
                ),
                key="histogram.more",
                height=220,
                alt="Histograms of real and newly generated values",
            )
        )
