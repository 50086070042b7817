"""Scatter plots of generated points."""

from typing import Any

import numpy as np
import streamlit as st

from ganlib.data.own_table import axis_names
from ganlib.events import Arrays
from ganlib.runs import Run
from ganlib.runs.trainers import loss_at
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.present import scaled
from ganlib.ui.run.samples.kind import SampleKind, newest_samples
from ganlib.ui.server.reading import Reading
from ganlib.viz.chart import Chart
from ganlib.viz.plane import PlaneInfo, plane_figure, plane_info
from ganlib.viz.plane_layers import gradient_layer, manifold_layers, surface_layer

_HEIGHT = 380
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


class PointSamples(SampleKind):
    """Generated points of the plane over real ones."""

    more = 500

    def options(self, reading: Reading) -> None:
        """See `SampleKind`."""
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

    def draw(self, reading: Reading, step: int) -> None:
        """Draws the points with the selected layers."""
        layers = set(_POINTS)
        if "surface" in reading.samples(step):
            layers = set(st.session_state.get("samples.layers", layers))
        chart = reading.cached(
            ("cloud", step, frozenset(layers)), lambda: _cloud_chart(reading, step, layers)
        )
        alt = f"Real and generated points of the plane at step {step:,}"
        live_chart(chart, "plane", scaled(_HEIGHT), alt, reading.run.id)

    def draw_new(self, run: Run, samples: np.ndarray) -> None:
        """See `SampleKind`."""
        chart = plane_figure(plane_info(run.real(), samples), names=axis_names(run.values))
        alt = "Real and newly generated points of the plane"
        live_chart(chart, "plane.more", scaled(_HEIGHT), alt, run.id)


def _cloud_chart(reading: Reading, step: int, layers: set[str]) -> Chart:
    samples = reading.samples(step)
    info = plane_info(reading.real, samples["fresh"])
    below, above = _layers(loss_at(reading.run, step), samples, info, layers)
    return plane_figure(
        info,
        below=below,
        above=above,
        hidden={"real", "generated"} - {layer.lower() for layer in layers},
        names=axis_names(reading.run.values),
    )


def _layers(
    loss: str, samples: Arrays, info: PlaneInfo, layers: set[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Traces below and above the points."""
    below, above = [], []
    # With packing, there are no maps of the plane.
    if "Discriminator" in layers and "surface" in samples:
        border = (samples["scores_real"].mean() + samples["scores_generated"].mean()) / 2
        below.append(surface_layer(samples["surface_at"], samples["surface"], loss, float(border)))
    if "Manifold" in layers and "manifold" in samples:
        below += manifold_layers(samples["manifold"])
    if "Gradient" in layers and "pull" in samples:
        # Minus the gradient of the generator's loss at the first samples.
        descent = samples["pull"]
        above.append(gradient_layer(samples["fixed"][: len(descent)], descent, info.size))
    return below, above
