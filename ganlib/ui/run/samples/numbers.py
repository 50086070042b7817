"""Histograms of numbers, and the figure of the first GAN paper."""

from contextlib import suppress

import numpy as np
import streamlit as st

from ganlib.data.own_table import axis_names
from ganlib.errors import ConfigError
from ganlib.events import Arrays
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.runs import Run
from ganlib.runs.trainers import loss_at
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.components.text import join_numbers
from ganlib.ui.present import scaled
from ganlib.ui.run.samples.kind import SampleKind, newest_samples
from ganlib.ui.server.reading import Reading
from ganlib.viz.chart import Chart
from ganlib.viz.goodfellow import goodfellow_figure, goodfellow_info
from ganlib.viz.histograms import HistogramsInfo, histogram_figure, histogram_info

_HEIGHT = 380
_VIEWS = ("Histogram", "Densities and discriminator")
_GOODFELLOW_CAPTION = (
    "Top: both densities, the discriminator and, dotted, the optimal discriminator for these "
    "densities. Bottom: lines from noise z to the samples x that the generator makes from it, as "
    "in figure 1 of Goodfellow et al. 2014."
)


class NumberSamples(SampleKind):
    """Generated numbers, or vectors of numbers, next to real ones."""

    def options(self, reading: Reading) -> None:
        """See `SampleKind`."""
        if not _has_views(newest_samples(reading)):
            return
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

    def draw(self, reading: Reading, step: int) -> None:
        """See `SampleKind`."""
        is_goodfellow = st.session_state.get("samples.view") == _VIEWS[1]
        if is_goodfellow and _has_views(reading.samples(step)):
            chart = reading.cached(("goodfellow", step), lambda: _goodfellow(reading, step))
            alt = (
                "Densities of real and generated values, the discriminator, and lines from the "
                f"noise to the generated values at step {step:,}"
            )
            live_chart(chart, "goodfellow", scaled(_HEIGHT), alt, reading.run.id)
            return
        chart = reading.cached(
            ("histogram", step),
            lambda: histogram_figure(_histogram(reading, step), name=_name(reading.run)),
        )
        alt = f"Histograms of real and generated values at step {step:,}"
        live_chart(chart, "histogram", scaled(_HEIGHT), alt, reading.run.id)

    def draw_new(self, run: Run, samples: np.ndarray) -> None:
        """See `SampleKind`."""
        if samples.size == len(samples):
            st.markdown(f"New values: {join_numbers(samples.ravel())}")
            return
        info = histogram_info(WeightedSample.of(run.real()), WeightedSample.of(samples))
        alt = "Histograms of real and newly generated values"
        live_chart(histogram_figure(info, name=_name(run)), "histogram.more", 220, alt, run.id)


def _name(run: Run) -> str:
    return ", ".join(axis_names(run.values)) or "value"


def _has_views(samples: Arrays) -> bool:
    """Whether the samples have the views for the figure of the first GAN paper."""
    return "surface" in samples and "noise" in samples


def _histogram(reading: Reading, step: int) -> HistogramsInfo:
    samples = reading.samples(step)
    noise = WeightedSample.of(samples["noise"]) if "noise" in samples else None
    return histogram_info(
        WeightedSample.of(reading.real), WeightedSample.of(samples["fresh"]), noise
    )


def _goodfellow(reading: Reading, step: int) -> Chart:
    run, samples = reading.run, reading.samples(step)
    density, smoothing = None, float(run.values.get("label_smoothing") or 0.0)
    # Without the density of the data if the recipe no longer accepts the run's settings.
    with suppress(ConfigError):
        density = reading.recipe.density(run.config, samples["surface_at"])
    info = goodfellow_info(samples, reading.real, loss_at(run, step), density, smoothing)
    edges = _histogram(reading, step).edges
    view = float(edges[0]), float(edges[-1])
    return goodfellow_figure(info, view)
