"""Curves over training as a static picture, where no script can draw them."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from ganlib.viz import colours, svg
from ganlib.viz.curves import CurvesInfo

WIDTH, HEIGHT = 480, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 26, 26, 40
_TICKS = 5
_FONT = 'font-family="sans-serif"'

_Scale = Callable[[np.ndarray], np.ndarray]


def curves_svg(info: CurvesInfo, unit: str) -> str:
    """Draws curves on linear axes, in colours that can be seen on white and on black.

    The vertical axis shows the smoothed curves; what the raw values exceed it by is cut off.

    Args:
        info: the curves.
        unit: title of the vertical axis.

    Returns:
        An SVG document of `WIDTH` x `HEIGHT` pixels.
    """
    drawn = [curve for curve in info.curves if len(curve.x)]
    xs = np.concatenate([curve.x for curve in drawn] or [np.zeros(1)])
    ys = np.concatenate([curve.y for curve in drawn] or [np.zeros(1)])
    x_low, x_high = _range(np.append(xs, 0.0))
    y_low, y_high = _range(ys)
    x = _scale(x_low, x_high, _LEFT, WIDTH - _RIGHT)
    y = _scale(y_low, y_high, HEIGHT - _BOTTOM, _TOP)
    parts = [*_axes(x, y, ticks(x_low, x_high), ticks(y_low, y_high), info.x_kind, unit)]
    shadows, lines, names = [], [], []
    for position, curve in enumerate(drawn):
        colour = colours.of_role(curve.name, position)
        if len(curve.raw_x):
            raw = np.clip(curve.raw_y, y_low, y_high)
            shadows.append(_line(x(curve.raw_x), y(raw), colour, 0.2))
        lines.append(_line(x(curve.x), y(curve.y), colour, 1.0))
        left = _LEFT + 130 * position
        names.append(svg.text(left, 14, curve.name, size=12, colour=colour, bold=True))
    title = f"{unit} over {'steps' if info.x_kind == 'step' else info.x_kind}"
    document = svg.drawing(WIDTH, HEIGHT, [*parts, *shadows, *lines, *names], title)
    size = f'xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" {_FONT}'
    return document.replace("<svg", f"<svg {size}", 1)


def ticks(low: float, high: float) -> list[float]:
    """Returns about five round numbers from `low` to `high`.

    Args:
        low: lower end of an axis.
        high: upper end, above `low`.
    """
    unit = 10.0 ** math.floor(math.log10((high - low) / _TICKS))
    stride = next(unit * by for by in (1, 2, 5, 10) if (high - low) / (unit * by) <= _TICKS)
    first, last = math.ceil(low / stride), math.floor(high / stride)
    return [stride * at for at in range(first, last + 1)]


def _range(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    # One value, or values that float32 cannot distinguish, get an axis around them.
    margin = max(abs(low), 1.0) * 1e-3
    return (low, high) if high - low > margin else (low - margin, high + margin)


def _scale(low: float, high: float, start: float, end: float) -> _Scale:
    return lambda values: start + (np.asarray(values) - low) / (high - low) * (end - start)


def _axes(
    x: _Scale, y: _Scale, x_ticks: Sequence[float], y_ticks: Sequence[float], x_name: str, unit: str
) -> list[str]:
    grey, bottom = colours.NEUTRAL, HEIGHT - _BOTTOM
    parts = []
    for tick in y_ticks:
        at = float(y(np.array(tick)))
        parts.append(
            f'<path d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}" stroke="{grey}" opacity="0.3"/>'
        )
        parts.append(svg.text(_LEFT - 6, at + 4, f"{tick:.6g}", size=11, anchor="end", colour=grey))
    for tick in x_ticks:
        at = float(x(np.array(tick)))
        label = f"{tick:,.12g}"
        parts.append(svg.text(at, bottom + 16, label, size=11, anchor="middle", colour=grey))
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(svg.text(middle, HEIGHT - 6, x_name, size=12, anchor="middle", colour=grey))
    name = svg.text(0, 0, unit, size=12, anchor="middle", colour=grey)
    parts.append(f'<g transform="translate(12 {(_TOP + bottom) / 2:g}) rotate(-90)">{name}</g>')
    return parts


def _line(x: np.ndarray, y: np.ndarray, colour: str, opacity: float) -> str:
    if len(x) == 1:
        return f'<circle cx="{x[0]:.1f}" cy="{y[0]:.1f}" r="3" fill="{colour}"/>'
    points = " ".join(f"{at_x:.1f},{at_y:.1f}" for at_x, at_y in zip(x, y, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-opacity="{opacity:g}" stroke-linejoin="round"/>'
    )
