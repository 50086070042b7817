"""The figure of the first GAN paper: both densities, the discriminator, and from noise to data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.events import Arrays
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.density import smooth_density
from ganlib.viz.layout import chart_layout, value_labels

_LINES = 41
# Where the densities end and the lines begin, from below.
_FLOOR, _CEILING = 0.2, 0.31
# Losses whose discriminator says, at its best, which share of the samples at x is real.
_PROBABLE = ("non_saturating", "least_squares", "relativistic")


@dataclass(frozen=True)
class GoodfellowInfo:
    """What is drawn over x.

    Args:
        x: (k,) ascending, where the discriminator was asked.
        real: (k,) density of the data.
        generated: (k,) density of the generated samples; None where they are one spike.
        discriminator: (k,) 0 to 1, how real it finds x.
        optimal: (k,) the best that it could say there; None where its loss has no such.
        noise: (l,) of some samples, ascending.
        landed: (l,) what the generator makes of them.
    """

    x: np.ndarray
    real: np.ndarray
    generated: np.ndarray | None
    discriminator: np.ndarray
    optimal: np.ndarray | None
    noise: np.ndarray
    landed: np.ndarray


def goodfellow_info(
    samples: Arrays, real: np.ndarray, loss: str, density: np.ndarray | None = None
) -> GoodfellowInfo:
    """From what a run keeps of a step.

    Args:
        samples: "fixed" and "fresh" (n, 1), their "noise" (n, 1), and the views "surface",
            "surface_at", "scores_real" and "scores_generated".
        real: (m, 1) real samples.
        loss: what the networks play for.
        density: (k,) of the data at `surface_at`, where it is known.
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
        # Where there is nothing at all, nothing can be said.
        said = both > 1e-4 * both.max()
        optimal = np.divide(first, both, out=np.full(len(x), np.nan), where=said)
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
    )


def realness(outputs: np.ndarray, loss: str, border: float) -> np.ndarray:
    """The discriminator's outputs on a scale from 0, generated, to 1, real.

    Args:
        outputs: logits or scores, any shape.
        loss: what they were learned with.
        border: between real and generated, where only differences of outputs mean anything.
    """
    if loss in ("least_squares", "hinge"):
        return (np.clip(outputs, -1, 1) + 1) / 2
    if loss == "wasserstein":
        low, high = outputs.min(), outputs.max()
        return (outputs - low) / ((high - low) or 1)
    shifted = outputs - (border if loss == "relativistic" else 0)
    return 1 / (1 + np.exp(-np.clip(shifted, -60, 60)))


def goodfellow_figure(
    info: GoodfellowInfo, view: tuple[float, float], *, uirevision: str, height: int = 380
) -> Chart:
    """Densities and discriminator above, lines from the noise to where it lands below.

    Args:
        info: what to draw.
        view: left and right end of x.
        uirevision: see `chart_layout`.
        height: pixels.
    """
    layout = chart_layout(
        title="density",
        uirevision=uirevision,
        height=height,
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
        "title": {"text": "taken for real", "standoff": 10},
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
        ("best possible", info.optimal, colours.DISCRIMINATOR, "y2", {"dash": "dot"}),
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
    """One trace of all lines, broken between them."""
    # The noise has an axis of its own, as wide as that of x.
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
