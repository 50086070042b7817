"""Real and generated 2-D samples as two clouds of points."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.metrics.extent import view
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import chart_layout, value_labels

MAX_POINTS = 2_500
_MOST_SLOW = 800
# Pixels below the plot: of the axis' labels, of labels and title, of the line that tells of
# points which are not to be seen.
_LABELLED, _TITLED, _TOLD = 24, 42, 18


@dataclass(frozen=True)
class PlaneInfo:
    """Points to draw and the view they are looked at through.

    Args:
        real: (n, 2) float32 or float64, finite, n at most `MAX_POINTS`.
        generated: (m, 2) likewise, finite, m at most `MAX_POINTS`.
        x_range: left and right end of the view.
        y_range: lower and upper end; as far apart as those of x, unless the real points reach
            so much farther in one direction that a square would make a line of them.
        outside: how many of the generated points drawn lie outside the view.
        not_finite: generated points left out because they are nowhere.
    """

    real: np.ndarray
    generated: np.ndarray
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    outside: int
    not_finite: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the view."""
        return self.x_range[1] - self.x_range[0], self.y_range[1] - self.y_range[0]

    @property
    def is_square(self) -> bool:
        """Whether one unit is equally long in both directions."""
        return bool(np.isclose(*self.size, rtol=1e-6, atol=0))


def plane_info(real: np.ndarray, generated: np.ndarray) -> PlaneInfo:
    """Chooses the points and a view around the real ones; see `metrics.extent.view`.

    The generated points have no say in it: it stays where it is while they move,
    and those that lie outside are counted. Of more than 2,500 points the first are taken,
    which is a fair choice of independent samples.

    Args:
        real: (n, 2), finite or not; what is not finite is left out.
        generated: (m, 2), the same.

    Raises:
        ValueError: not points of a plane, or no finite real one.
    """
    shown, _ = _finite("real", real)
    made, lost = _finite("generated", generated)
    if not len(shown):
        raise ValueError("A plane needs at least one finite real point. Received: none.")
    centre, half = view(shown.astype(np.float64))
    made = made[:MAX_POINTS]
    lows, highs = centre - half, centre + half
    return PlaneInfo(
        shown[:MAX_POINTS],
        made,
        (float(lows[0]), float(highs[0])),
        (float(lows[1]), float(highs[1])),
        int((abs(made - centre) > half).any(axis=1).sum()),
        lost,
    )


def plane_figure(
    info: PlaneInfo,
    *,
    uirevision: str,
    height: int = 380,
    below: Sequence[dict[str, Any]] = (),
    above: Sequence[dict[str, Any]] = (),
    hidden: Collection[str] = (),
) -> Chart:
    """Real points below, generated above; one unit equally long in both directions of a square.

    Args:
        info: what to draw.
        uirevision: see `chart_layout`.
        height: pixels.
        below: traces under the points; see `plane_layers`.
        above: traces over them.
        hidden: "real" or "generated", where these points are not to be seen.
    """
    x_labels = value_labels(*info.x_range)
    below_axis = _TITLED if "title" in x_labels else _LABELLED
    layout = chart_layout(
        title="",
        uirevision=uirevision,
        height=height,
        x={"range": list(info.x_range), "constrain": "domain", **x_labels},
        # The square is made smaller where there is no room, never cut: what the count
        # calls outside is outside the picture.
        y={"range": list(info.y_range), "constrain": "domain", **value_labels(*info.y_range)}
        | ({"scaleanchor": "x"} if info.is_square else {}),
    )
    layout["hovermode"] = "closest"
    # Also where there is nothing to be told, or the square would change its size with it.
    layout["margin"] |= {"l": 44, "b": below_axis + _TOLD}
    if "generated" not in hidden and (info.outside or info.not_finite):
        layout["annotations"] = [_told(info, below_axis)]
    clouds = [
        # Larger, so that it can still be seen around generated points that hit it.
        _cloud("real", info.real, size=7, alpha=0.35),
        _cloud("generated", info.generated, size=4, alpha=0.55),
    ]
    clouds = [cloud for cloud in clouds if cloud["name"] not in hidden]
    if below:
        # WebGL draws under everything else; what is to be on top of layers is drawn slowly.
        clouds = [_slow(cloud) for cloud in clouds]
    legend = [_legend(cloud["name"]) for cloud in clouds]
    return Chart((*below, *clouds, *above, *legend), layout)


def _finite(name: str, points: np.ndarray) -> tuple[np.ndarray, int]:
    points = np.asarray(points)
    if points.dtype != np.float64:
        points = points.astype(np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name} must have the shape (n, 2). Received: {points.shape}.")
    finite = np.isfinite(points).all(axis=1)
    return points[finite], int((~finite).sum())


def _cloud(name: str, points: np.ndarray, *, size: int, alpha: float) -> dict[str, Any]:
    return {
        # Drawn by WebGL: an update of 5,000 points takes 30 ms and not 270, and training
        # wants the processor too.
        "type": "scattergl",
        "mode": "markers",
        "name": name,
        "x": points[:, 0],
        "y": points[:, 1],
        "legendgroup": name,
        "showlegend": False,
        "marker": {"color": colours.rgba(colours.of_role(name), alpha), "size": size},
        "hovertemplate": f"%{{x:,.6~g}}, %{{y:,.6~g}}<extra>{name}</extra>",
    }


def _slow(cloud: dict[str, Any]) -> dict[str, Any]:
    """The same points without WebGL, and fewer of them."""
    fewer = {"x": cloud["x"][:_MOST_SLOW], "y": cloud["y"][:_MOST_SLOW]}
    return {**cloud, **fewer, "type": "scatter"}


def _legend(name: str) -> dict[str, Any]:
    """A dot of the full colour: one as translucent as the points could hardly be seen."""
    return {
        "type": "scattergl",
        "mode": "markers",
        "name": name,
        "legendgroup": name,
        "x": [None],
        "y": [None],
        "marker": {"color": colours.of_role(name), "size": 8},
    }


def _told(info: PlaneInfo, below_axis: int) -> dict[str, Any]:
    parts = []
    if info.outside:
        parts.append(f"{info.outside:,} generated outside")
    if info.not_finite:
        parts.append(f"{info.not_finite:,} not finite")
    return {
        "text": ", ".join(parts),
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "xanchor": "right",
        # Not above, where a narrow chart has its legend, nor over the points.
        "y": 0,
        "yanchor": "top",
        "yshift": -below_axis,
        "borderpad": 0,
        "font": {"size": 12},
        "showarrow": False,
    }
