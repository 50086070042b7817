"""Scatter plot of real and generated 2-D samples."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.metrics.extent import view
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import axis_title, chart_layout, value_labels

MAX_POINTS = 2_500
_MAX_SVG_POINTS = 800
# Pixels below the plot: for the labels of the axis, for labels and title, and for the note on
# points that are not shown.
_LABELS, _LABELS_AND_TITLE, _NOTE = 24, 42, 18


@dataclass(frozen=True)
class PlaneInfo:
    """Points to draw and the ranges of both axes.

    Args:
        real: (n, 2) float32 or float64, finite, n at most `MAX_POINTS`.
        generated: (m, 2) float32 or float64, finite, m at most `MAX_POINTS`.
        x_range: left and right end of the view.
        y_range: lower and upper end. The view is a square, unless the real points extend so
            much farther in one direction that they would look like a line.
        outside: number of generated points outside the view.
        not_finite: number of generated points left out because they are not finite.
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
        """Whether one unit has the same length in both directions."""
        return bool(np.isclose(*self.size, rtol=1e-6, atol=0))


def plane_info(real: np.ndarray, generated: np.ndarray) -> PlaneInfo:
    """Chooses the points to draw and a view around the real ones; see `metrics.extent.view`.

    The view does not depend on generated points, so that it stays the same while they move;
    generated points outside are counted. Of more than 2,500 points the first are taken: samples
    are independent, so this choice has no bias.

    Args:
        real: (n, 2); points that are not finite are left out.
        generated: (m, 2); points that are not finite are left out.

    Raises:
        ValueError: an array has another shape, or no real point is finite.
    """
    finite_real, _ = _finite("real", real)
    drawn, not_finite = _finite("generated", generated)
    if not len(finite_real):
        raise ValueError("A plane needs at least one finite real point. Received: none.")
    centre, half = view(finite_real.astype(np.float64))
    drawn = drawn[:MAX_POINTS]
    lows, highs = centre - half, centre + half
    return PlaneInfo(
        finite_real[:MAX_POINTS],
        drawn,
        (float(lows[0]), float(highs[0])),
        (float(lows[1]), float(highs[1])),
        int((abs(drawn - centre) > half).any(axis=1).sum()),
        not_finite,
    )


def plane_figure(
    info: PlaneInfo,
    *,
    below: Sequence[dict[str, Any]] = (),
    above: Sequence[dict[str, Any]] = (),
    hidden: Collection[str] = (),
    names: Sequence[str] = (),
) -> Chart:
    """Draws the real points and, over them, the generated ones.

    Args:
        info: points to draw.
        below: traces under the points; see `plane_layers`.
        above: traces over the points.
        hidden: "real", "generated" or both, to leave these points out.
        names: of the two coordinates; empty for none.
    """
    x_name, y_name = map(axis_title, names or ("", ""))
    x_labels = value_labels(*info.x_range, x_name)
    below_axis = _LABELS_AND_TITLE if "title" in x_labels else _LABELS
    layout = chart_layout(
        title="",
        x={"range": list(info.x_range), "constrain": "domain", **x_labels},
        # A square that does not fit is made smaller instead of cut, so that the points counted
        # as outside are the ones that cannot be seen.
        y={"range": list(info.y_range), "constrain": "domain"}
        | value_labels(*info.y_range, y_name)
        | ({"scaleanchor": "x"} if info.is_square else {}),
    )
    layout["hovermode"] = "closest"
    # Room for the note is always kept, or the square would change its size with it.
    layout["margin"] |= {"l": 62 if y_name else 44, "b": below_axis + _NOTE}
    if "generated" not in hidden and (info.outside or info.not_finite):
        layout["annotations"] = [_outside_note(info, below_axis)]
    clouds = [
        # Larger, so that real points remain visible under generated ones.
        _cloud("real", info.real, size=7, alpha=0.35),
        _cloud("generated", info.generated, size=4, alpha=0.55),
    ]
    clouds = [cloud for cloud in clouds if cloud["name"] not in hidden]
    if below:
        # WebGL traces are always under all others; points over a layer must be SVG, which is slow.
        clouds = [_without_webgl(cloud) for cloud in clouds]
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
        # WebGL: an update of 5,000 points takes 30 ms instead of 270, and training needs the
        # processor too.
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


def _without_webgl(cloud: dict[str, Any]) -> dict[str, Any]:
    """The same points as an SVG trace, and fewer of them."""
    fewer = {"x": cloud["x"][:_MAX_SVG_POINTS], "y": cloud["y"][:_MAX_SVG_POINTS]}
    return {**cloud, **fewer, "type": "scatter"}


def _legend(name: str) -> dict[str, Any]:
    """Legend entry in the opaque colour; one as translucent as the points would be too faint."""
    return {
        "type": "scattergl",
        "mode": "markers",
        "name": name,
        "legendgroup": name,
        "x": [None],
        "y": [None],
        "marker": {"color": colours.of_role(name), "size": 8},
    }


def _outside_note(info: PlaneInfo, below_axis: int) -> dict[str, Any]:
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
        # Below: above is the legend of a narrow chart.
        "y": 0,
        "yanchor": "top",
        "yshift": -below_axis,
        "borderpad": 0,
        "font": {"size": 12},
        "showarrow": False,
    }
