"""Figure 1 of the first GAN paper: both densities, the discriminator, and the map from z to x."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.config import CRITICS
from ganlib.events import Arrays
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.density import smooth_density
from ganlib.viz.layout import chart_layout, value_labels

_LINES = 41
# Top of the lines from z to x and bottom of the densities, as shares of the chart's height.
_FLOOR, _CEILING = 0.2, 0.31
# Losses whose optimal discriminator is the share of real samples at x, p / (p + q).
_PROBABLE = ("non_saturating", "least_squares", "relativistic")


@dataclass(frozen=True)
class GoodfellowInfo:
    """Curves of the figure.

    Args:
        x: (k,) ascending, points at which the discriminator was evaluated.
        real: (k,) density of the data.
        generated: (k,) density of the generated samples; None if all are nearly equal.
        discriminator: (k,) output on a scale from 0, generated, to 1, real.
        optimal: (k,) output of the optimal discriminator for both densities, NaN where both
            are nearly 0; None if the loss has no such formula.
        noise: (l,) some latents, ascending.
        landed: (l,) the samples generated from them.
        title: of the discriminator's axis.
    """

    x: np.ndarray
    real: np.ndarray
    generated: np.ndarray | None
    discriminator: np.ndarray
    optimal: np.ndarray | None
    noise: np.ndarray
    landed: np.ndarray
    title: str


def goodfellow_info(
    samples: Arrays,
    real: np.ndarray,
    loss: str,
    density: np.ndarray | None = None,
    label_smoothing: float = 0.0,
) -> GoodfellowInfo:
    """Computes the figure of a saved step.

    Args:
        samples: "fixed" and "fresh" (n, 1), the "noise" (n, 1) of the fixed ones, and the views
            "surface" (k,), "surface_at" (k,), "scores_real" and "scores_generated".
        real: (m, 1) real samples.
        loss: name of the run's loss.
        density: (k,) density of the data at `surface_at`; estimated from `real` if None.
        label_smoothing: of the loss; it lowers the optimal discriminator.
    """
    x = samples["surface_at"].astype(np.float64)
    if density is None:
        density = smooth_density(WeightedSample.of(real), x)
    generated = smooth_density(WeightedSample.of(samples["fresh"]), x)
    first = np.zeros(len(x)) if density is None else density
    border = (samples["scores_real"].mean() + samples["scores_generated"].mean()) / 2
    optimal = None
    if loss in _PROBABLE and generated is not None:
        both = first + generated
        # 0 / 0 far away from all samples.
        defined = both > 1e-4 * both.max()
        optimal = np.divide(first, both, out=np.full(len(x), np.nan), where=defined)
        # Labels of least squares go from -1 to 1, which is twice as far.
        lowered = {"non_saturating": label_smoothing, "least_squares": label_smoothing / 2}
        optimal *= 1 - lowered.get(loss, 0.0)
    noise = samples["noise"].ravel()
    order = np.argsort(noise)[np.linspace(0, len(noise) - 1, _LINES).round().astype(int)]
    return GoodfellowInfo(
        x,
        first,
        generated,
        realness(samples["surface"], loss, float(border)),
        optimal,
        noise[order],
        samples["fixed"].ravel()[order],
        realness_title(loss),
    )


def realness(outputs: np.ndarray, loss: str, border: float) -> np.ndarray:
    """Scales outputs of a discriminator or critic to 0, generated, to 1, real.

    Args:
        outputs: logits or scores, any shape.
        loss: name of the loss the network was trained with.
        border: logit that becomes 0.5 with the loss relativistic, which determines logits only
            up to a constant; other losses ignore it.
    Returns:
        Array of the same shape, from 0 to 1.
    """
    if loss in ("least_squares", "hinge"):
        return (np.clip(outputs, -1, 1) + 1) / 2
    if loss == "wasserstein":
        low, high = outputs.min(), outputs.max()
        return (outputs - low) / ((high - low) or 1)
    shifted = outputs - (border if loss == "relativistic" else 0)
    return 1 / (1 + np.exp(-np.clip(shifted, -60, 60)))


def realness_title(loss: str) -> str:
    """Returns what `realness` is called: critics do not classify samples."""
    return "critic's score, scaled" if loss in CRITICS else "classified as real"


def goodfellow_figure(info: GoodfellowInfo, view: tuple[float, float]) -> Chart:
    """Draws densities and discriminator, with lines from latents to their samples below.

    Args:
        info: curves to draw.
        view: left and right end of x.
    """
    layout = chart_layout(
        title="density",
        x={
            "range": list(view),
            **value_labels(*view),
            "tickangle": 0,
            "nticks": 9,
            "anchor": "free",
            "position": _CEILING,
        },
        y={"domain": [_CEILING, 1], "rangemode": "tozero"},
    )
    layout["xaxis"]["unifiedhovertitle"] = {"text": "x = %{x:.4~g}"}
    layout["margin"]["r"] = 64
    layout["yaxis2"] = layout["yaxis"] | {
        "overlaying": "y",
        "side": "right",
        "range": [-0.03, 1.03],
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
        "tickformat": ".0%",
        "showgrid": False,
        "title": {"text": info.title, "standoff": 10},
        "fixedrange": True,
    }
    layout["yaxis2"].pop("rangemode")
    layout["yaxis3"] = {
        "domain": [0, _FLOOR],
        "range": [-0.25, 1.05],
        "visible": False,
        "fixedrange": True,
    }
    layout["annotations"] = [
        _label("noise z", 0.0),
        _label("sample x", 1.0),
    ]
    return Chart((*_densities(info), *_lines(info, view)), layout)


def _densities(info: GoodfellowInfo) -> list[dict[str, Any]]:
    curves: list[tuple[str, np.ndarray | None, str, str, dict[str, Any]]] = [
        ("real", info.real, colours.REAL, "y", {"fill": "tozeroy"}),
        ("generated", info.generated, colours.GENERATED, "y", {"fill": "tozeroy"}),
        ("discriminator", info.discriminator, colours.DISCRIMINATOR, "y2", {}),
        ("optimal", info.optimal, colours.DISCRIMINATOR, "y2", {"dash": "dot"}),
    ]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": info.x,
            "y": y,
            "yaxis": axis,
            "line": {"color": colour, "width": 2, "dash": more.get("dash", "solid")},
            "fill": more.get("fill", "none"),
            "fillcolor": colours.rgba(colour, 0.15),
            "hovertemplate": f"%{{y:{'.0%' if axis == 'y2' else '.3f'}}}<extra>{name}</extra>",
        }
        for name, y, colour, axis, more in curves
        if y is not None
    ]


def _lines(info: GoodfellowInfo, view: tuple[float, float]) -> list[dict[str, Any]]:
    """The lines from z to x as one trace with gaps, and the two axes they connect."""
    # z is scaled to the width of the chart.
    reach = max(float(np.abs(info.noise).max()), 1e-6)
    middle, half = (view[0] + view[1]) / 2, (view[1] - view[0]) / 2
    starts = middle + 0.8 * half * info.noise / reach
    broken = np.full(len(starts), np.nan)
    x = np.stack([starts, info.landed, broken], axis=1).ravel()
    y = np.tile([0.0, 1.0, np.nan], len(starts))
    plain = {"type": "scatter", "yaxis": "y3", "showlegend": False, "hoverinfo": "skip"}
    return [
        plain
        | {
            "mode": "lines",
            "name": "from z to x",
            "x": x,
            "y": y,
            "line": {"color": colours.rgba(colours.GENERATED, 0.5), "width": 1},
        },
        plain
        | {
            "mode": "lines",
            "name": "axes",
            "x": np.array([*view, np.nan, *view]),
            "y": np.array([0.0, 0.0, np.nan, 1.0, 1.0]),
            "line": {"color": colours.NEUTRAL, "width": 1},
        },
    ]


def _label(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "yref": "y3",
        "x": 0,
        "y": y,
        "xanchor": "right",
        "xshift": -6,
        "showarrow": False,
    }
