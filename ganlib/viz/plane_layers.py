"""Layers over the clouds of a plane: what the discriminator says, how noise is bent, what pulls."""

from typing import Any

import numpy as np

from ganlib.viz import colours
from ganlib.viz.goodfellow import realness

# Shades of the cells of the latent grid, from the thinnest to the densest.
_SHADES = (0.05, 0.12, 0.2, 0.3, 0.42)
# Length of a long arrow, as a share of the view.
_ARROW = 0.1


def surface_layer(at: np.ndarray, surface: np.ndarray, loss: str, border: float) -> dict[str, Any]:
    """The discriminator's answer everywhere: blue where it says real, vermilion where not.

    Args:
        at: (2, k) x of the columns and y of the rows.
        surface: (k, k) its outputs.
        loss: what it learned with; see `realness`.
        border: likewise.
    """
    return {
        "type": "heatmap",
        "name": "discriminator",
        "x": at[0],
        "y": at[1],
        "z": realness(surface, loss, border),
        "zmin": 0,
        "zmax": 1,
        "zsmooth": "best",
        "colorscale": [
            [0, colours.rgba(colours.GENERATED, 0.55)],
            [0.5, colours.rgba(colours.NEUTRAL, 0.05)],
            [1, colours.rgba(colours.REAL, 0.55)],
        ],
        "showscale": False,
        "hovertemplate": "taken for real: %{z:.0%}<extra>discriminator</extra>",
    }


def manifold_layers(manifold: np.ndarray) -> list[dict[str, Any]]:
    """Where a grid of latents lands: cells of equal probability, the darker the denser.

    Args:
        manifold: (l, l, 2) images of the grid's points.
    """
    corners = np.stack(
        [manifold[:-1, :-1], manifold[:-1, 1:], manifold[1:, 1:], manifold[1:, :-1]], axis=2
    ).reshape(-1, 4, 2)
    following = np.roll(corners, -1, axis=1)
    cross = corners[..., 0] * following[..., 1] - following[..., 0] * corners[..., 1]
    areas = np.abs(cross.sum(axis=1)) / 2
    # Equal probability: the smaller the cell, the denser the samples.
    ranks = np.argsort(np.argsort(-areas))
    shades = ranks * len(_SHADES) // len(areas)
    layers = []
    for shade, alpha in enumerate(_SHADES):
        cells = corners[shades == shade]
        closed = np.concatenate(
            [cells, cells[:, :1], np.full((len(cells), 1, 2), np.nan)], axis=1
        ).reshape(-1, 2)
        layers.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "noise, bent",
                "x": closed[:, 0],
                "y": closed[:, 1],
                "fill": "toself",
                "fillcolor": colours.rgba(colours.GENERATED, alpha),
                "line": {"color": colours.rgba(colours.GENERATED, 0.35), "width": 0.6},
                "showlegend": False,
                "hoverinfo": "skip",
            }
        )
    return layers


def pull_layer(points: np.ndarray, pull: np.ndarray, size: tuple[float, float]) -> dict[str, Any]:
    """Arrows on generated samples, the way in which the generator's loss falls.

    Args:
        points: (a, 2) samples.
        pull: (a, 2) minus the gradient of the loss there, in the networks' units.
        size: width and height of the view; the longest arrows are a tenth of it.
    """
    lengths = np.linalg.norm(pull, axis=1)
    long = float(np.quantile(lengths, 0.95)) or 1.0
    ends = points + _ARROW / long * np.asarray(size) * pull
    parts = np.stack([points, ends, np.full_like(points, np.nan)], axis=1).reshape(-1, 2)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "pull on the samples",
        "x": parts[:, 0],
        "y": parts[:, 1],
        "line": {"color": colours.rgba(colours.DISCRIMINATOR, 0.8), "width": 1.2},
        "marker": {
            "symbol": "arrow",
            "angleref": "previous",
            "size": np.tile([0, 7, 0], len(points)),
            "color": colours.DISCRIMINATOR,
        },
        "showlegend": False,
        "hoverinfo": "skip",
    }
