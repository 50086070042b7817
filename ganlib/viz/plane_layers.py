"""Layers of the scatter plot: the discriminator's output, the generator's manifold, gradients."""

from typing import Any

import numpy as np

from ganlib.viz import colours
from ganlib.viz.goodfellow import realness, realness_title

# Opacities of the cells of the latent grid, from the lowest to the highest density.
_SHADES = (0.05, 0.12, 0.2, 0.3, 0.42)
# Length of the 95th percentile of the arrows, as a share of the view.
_ARROW = 0.1


def surface_layer(at: np.ndarray, surface: np.ndarray, loss: str, border: float) -> dict[str, Any]:
    """Draws the discriminator's output as a heat map, from vermilion, generated, to blue, real.

    Args:
        at: (2, k) x of the columns and y of the rows.
        surface: (k, k) outputs of the discriminator or critic.
        loss: name of the run's loss; see `realness`.
        border: see `realness`.
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
        "hovertemplate": f"{realness_title(loss)}: %{{z:.0%}}<extra>discriminator</extra>",
    }


def manifold_layers(manifold: np.ndarray) -> list[dict[str, Any]]:
    """Draws the generator's images of the cells of a latent grid.

    All cells have the same probability, so small ones are dense; they are drawn darker.

    Args:
        manifold: (l, l, 2) samples generated from the points of the grid.
    """
    corners = np.stack(
        [manifold[:-1, :-1], manifold[:-1, 1:], manifold[1:, 1:], manifold[1:, :-1]], axis=2
    ).reshape(-1, 4, 2)
    following = np.roll(corners, -1, axis=1)
    cross = corners[..., 0] * following[..., 1] - following[..., 0] * corners[..., 1]
    areas = np.abs(cross.sum(axis=1)) / 2
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
                "name": "manifold",
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


def gradient_layer(
    points: np.ndarray, descent: np.ndarray, size: tuple[float, float]
) -> dict[str, Any]:
    """Draws arrows on generated samples, in the direction in which the generator's loss falls.

    Args:
        points: (a, 2) generated samples.
        descent: (a, 2) how each sample would move for the generator's loss to fall: minus its
            gradient, up to one factor.
        size: width and height of the view; the longest arrows are about a tenth of it.
    """
    lengths = np.linalg.norm(descent, axis=1)
    long = float(np.quantile(lengths, 0.95)) or 1.0
    ends = points + _ARROW / long * np.asarray(size) * descent
    parts = np.stack([points, ends, np.full_like(points, np.nan)], axis=1).reshape(-1, 2)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "gradient on samples",
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
