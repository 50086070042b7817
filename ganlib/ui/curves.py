"""Loss and accuracy curves of a run."""

import numpy as np
import streamlit as st

from ganlib.runs import Run
from ganlib.ui.live_chart import live_chart
from ganlib.viz.curves import (
    accuracy_figure,
    curves_info,
    gradient_norm_figure,
    loss_figure,
)
from ganlib.viz.layout import XKind

_LOSS_HEIGHT = 270
_ACCURACY_HEIGHT = 170


def curves_panel(run: Run | None, page: str) -> None:
    """Both charts and what can be chosen about them.

    Args:
        run: the run on view; None draws empty charts, which fetches the chart library early.
        page: keeps the charts of the pages apart.
    """
    options = st.session_state
    smoothing = float(options.get("chart.smoothing", 0.9))
    log = bool(options.get("chart.log", False))
    x_kind: XKind = "seconds" if options.get("chart.x") == "Seconds" else "step"
    history = run.history() if run else None
    revision = f"{run.id if run else ''}.{x_kind}.{log}"

    def series(**columns: str) -> dict[str, np.ndarray]:
        if history is None or not len(history):
            return {name: np.empty(0) for name in columns}
        return {name: history[column] for name, column in columns.items()}

    x = np.empty(0)
    if history is not None and len(history):
        x = history.time_s if x_kind == "seconds" else history.step
    losses = series(discriminator="discriminator_loss", generator="generator_loss")
    live_chart(
        loss_figure(
            curves_info(x, losses, x_kind=x_kind, smoothing=smoothing, log=log),
            uirevision=revision,
        ),
        key=f"{page}.loss",
        height=_LOSS_HEIGHT,
        alt="Losses of discriminator and generator over training",
    )
    if options.get("chart.second") == "Gradient norms":
        norms = series(
            discriminator="discriminator_gradient_norm", generator="generator_gradient_norm"
        )
        info = curves_info(x, norms, x_kind=x_kind, smoothing=smoothing, log=log)
        chart = gradient_norm_figure(info, uirevision=f"{revision}.norms")
        alt = "Gradient norms of both networks over training"
    else:
        right = series(real="accuracy_real", generated="accuracy_generated")
        info = curves_info(x, right, x_kind=x_kind, smoothing=smoothing)
        chart = accuracy_figure(info, uirevision=f"{revision}.accuracy")
        alt = "How often the discriminator is right on real and on generated samples"
    live_chart(chart, key=f"{page}.second", height=_ACCURACY_HEIGHT, alt=alt)
    chart_options()


def chart_options() -> None:
    """Smoothing, axes and the second chart; the same for every run and page."""
    for key, value in (("smoothing", 0.9), ("log", False), ("x", "Steps"), ("second", "Accuracy")):
        st.session_state.setdefault(f"chart.{key}", value)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.slider(
            "Smoothing",
            0.0,
            0.99,
            key="chart.smoothing",
            persist_state="session",
            width=150,
            help="Weight of the past in the running mean; the raw curve stays as a shadow.",
        )
        st.segmented_control(
            "Horizontal axis", ["Steps", "Seconds"], key="chart.x", persist_state="session"
        )
        st.segmented_control(
            "Second chart",
            ["Accuracy", "Gradient norms"],
            key="chart.second",
            persist_state="session",
            help="Accuracy: how often the discriminator is right. Gradient norms: how strongly "
            "each network is pulled.",
        )
        st.toggle("Log scale", key="chart.log", persist_state="session")
