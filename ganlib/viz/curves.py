"""Curves over training: smoothed, downsampled and ready to be drawn.

Smoothing comes before downsampling, which keeps extremes: their running mean would not be that
of all points.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ganlib.viz.layout import XKind
from ganlib.viz.thinning import MIN_POINTS, MinMaxPyramid, RunningMean, decimate

# Lines in the text of a merged mark; more would not fit next to a low chart.
_MAX_MERGED_LINES = 3


@dataclass(frozen=True)
class Curve:
    """One series, ready to be drawn.

    Args:
        name: of the series, such as "discriminator", "generator" or "real".
        x: (p,) steps or seconds.
        y: (p,) float32, smoothed.
        raw_x: (q,) steps or seconds of the raw values; empty without smoothing.
        raw_y: (q,) float32, raw values, drawn as a shadow behind the smoothed ones.
        hidden: number of points that a logarithmic axis cannot show because they are not
            positive.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    raw_x: np.ndarray
    raw_y: np.ndarray
    hidden: int


@dataclass(frozen=True)
class CurvesInfo:
    """Curves of one chart, with points at the same values of x.

    Args:
        curves: in the order of the legend.
        x_kind: unit of x.
        log: whether the vertical axis is logarithmic.
    """

    curves: tuple[Curve, ...]
    x_kind: XKind
    log: bool

    @property
    def lowest(self) -> float:
        return min((float(y.min()) for y in self._drawn), default=1.0)

    @property
    def highest(self) -> float:
        return max((float(y.max()) for y in self._drawn), default=1.0)

    @property
    def _drawn(self) -> list[np.ndarray]:
        return [y for curve in self.curves for y in (curve.y, curve.raw_y) if len(y)]


@dataclass(frozen=True)
class Mark:
    """A mark on the horizontal axis where settings were changed during training.

    Args:
        x: in the unit of the axis.
        text: the changes; lines are separated by "<br>".
    """

    x: float
    text: str


def merge_close(marks: Sequence[Mark], width: float) -> list[Mark]:
    """Merges marks whose triangles would overlap.

    Args:
        marks: in ascending order of x.
        width: marks at most this far after the first of a group are merged with it; in the
            unit of the axis.
    Returns:
        Marks more than `width` apart, each with the texts of its group.
    """
    groups: list[list[Mark]] = []
    for mark in marks:
        if groups and mark.x - groups[-1][0].x <= width:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return [Mark(group[0].x, _together([mark.text for mark in group])) for group in groups]


def _together(texts: Sequence[str]) -> str:
    more = len(texts) - _MAX_MERGED_LINES
    return "<br>".join([*texts[:_MAX_MERGED_LINES], *([f"and {more} more"] if more > 0 else [])])


class GrowingCurves:
    """Curves of one chart for a growing history; an update only processes the new rows.

    Values that are not finite are left out, such as a metric that was not measured at a step or the
    last steps of a run that diverged.

    Args:
        names: names of the series.
        smoothing: weight of the past in the running mean, from 0 to 0.99.
        log: leave out values that are not positive.
        max_points: limit on the points of a trace.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        smoothing: float = 0.0,
        log: bool = False,
        max_points: int = 600,
    ):
        self._names = tuple(names)
        self._smoothed = smoothing > 0
        self._log = log
        self._means = {name: RunningMean(smoothing) for name in self._names}
        self._hidden = dict.fromkeys(self._names, 0)
        self._share = max(max_points // max(len(self._names), 1), MIN_POINTS)
        self._lines = MinMaxPyramid(len(self._names), 2 * self._share)
        # Two extremes of each interval and the two ends are exactly `max_points`. More would not be
        # visible, because a shadow looks like a band.
        self._shadows = MinMaxPyramid(len(self._names), max_points // 4 * 2 - 2)

    def __len__(self) -> int:
        """Number of rows processed so far."""
        return len(self._lines)

    def extend(self, series: Mapping[str, np.ndarray]) -> None:
        """Processes new rows.

        Args:
            series: name to (n,) values of all rows; rows processed before are skipped.
        """
        raw = np.array([series[name][len(self) :] for name in self._names], dtype=np.float64)
        raw[~np.isfinite(raw)] = np.nan
        lines = np.full_like(raw, np.nan)
        for name, values, line in zip(self._names, raw, lines, strict=True):
            finite = ~np.isnan(values)
            line[finite] = self._means[name].extend(values[finite])
            if self._log:
                hidden = finite & ~(line > 0)
                self._hidden[name] += int(hidden.sum())
                line[hidden] = np.nan
        self._lines.extend(lines)
        if self._smoothed:
            self._shadows.extend(np.where(np.isnan(lines) | (self._log & (raw <= 0)), np.nan, raw))

    def info(self, x: np.ndarray, x_kind: XKind = "step") -> CurvesInfo:
        """Returns the curves to draw.

        Args:
            x: (len(self),) steps or seconds, ascending.
            x_kind: unit of x.
        """
        kind = np.int64 if x_kind == "step" else np.float64
        rows, lines = self._lines.candidates()
        shown = ~np.isnan(lines)
        # The same rows for all curves, so that the hover text shows all of them at a step.
        union = np.zeros(len(rows), bool)
        for line, there in zip(lines, shown, strict=True):
            at = np.flatnonzero(there)
            union[at] |= decimate(rows[at], line[at], self._share)
        curves = []
        for column, (name, line, there) in enumerate(zip(self._names, lines, shown, strict=True)):
            at = np.flatnonzero(there & union)
            shadow_rows, shadow = self._shadows.of(column)
            curves.append(
                Curve(
                    name,
                    x[rows[at]].astype(kind),
                    line[at].astype(np.float32),
                    x[shadow_rows].astype(kind),
                    shadow.astype(np.float32),
                    self._hidden[name],
                )
            )
        return CurvesInfo(tuple(curves), x_kind, self._log)


def curves_info(
    x: np.ndarray,
    series: Mapping[str, np.ndarray],
    *,
    x_kind: XKind = "step",
    smoothing: float = 0.0,
    log: bool = False,
    max_points: int = 600,
) -> CurvesInfo:
    """Returns the curves of a complete history; see `GrowingCurves`.

    Args:
        x: (n,) steps or seconds, ascending.
        series: name to (n,) values.
        x_kind: unit of x.
        smoothing: weight of the past in the running mean, from 0 to 0.99.
        log: leave out values that are not positive.
        max_points: limit on the points of a trace.
    Raises:
        ValueError: a series does not have the shape of `x`.
    """
    for name, values in series.items():
        if values.shape != x.shape:
            raise ValueError(
                f"{name} must have the shape of x, {x.shape}. Received: {values.shape}."
            )
    curves = GrowingCurves(series, smoothing=smoothing, log=log, max_points=max_points)
    curves.extend(series)
    return curves.info(x, x_kind)
