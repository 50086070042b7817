"""Curves over training: smoothed, thinned out, and ready to be drawn.

Smoothing comes before decimation: a running mean of what is left of 100,000 points
after decimation would be a running mean of extremes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter
from tsdownsample import MinMaxLTTBDownsampler

from ganlib.viz.layout import XKind

MAX_SMOOTHING = 0.99


@dataclass(frozen=True)
class Curve:
    """One series, ready to be drawn.

    Args:
        name: what it shows: "discriminator", "generator", "real" ...
        x: (p,) steps or seconds.
        y: (p,) float32, smoothed.
        raw_x: (q,) steps or seconds of the shadow; empty without smoothing.
        raw_y: (q,) float32, as measured.
        hidden: points that a logarithmic axis cannot show, because they are not positive.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    raw_x: np.ndarray
    raw_y: np.ndarray
    hidden: int


@dataclass(frozen=True)
class CurvesInfo:
    """Curves of one chart; where they have a point, they have it at the same x.

    Args:
        curves: in the order of the legend.
        x_kind: what x is.
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


def smooth(values: np.ndarray, weight: float) -> np.ndarray:
    """Exponential running mean, corrected for its start at zero.

    The mean at i is the sum of weight^(i - j) values[j] over j <= i, divided by the
    sum of these weights, so the first value is kept as it is.

    Args:
        values: (n,) finite.
        weight: of the past, from 0 (no smoothing) to 0.99.
    Returns:
        (n,) float64.
    Source: the bias correction of Adam, Kingma and Ba 2014, arXiv 1412.6980, section 3.
    """
    if not 0 <= weight <= MAX_SMOOTHING:
        raise ValueError(f"smoothing must be from 0 to {MAX_SMOOTHING}. Received: {weight}.")
    exact = np.asarray(values, dtype=np.float64)
    if weight == 0 or not len(exact):
        return exact
    mean = lfilter([1 - weight], [1, -weight], exact)
    # Beyond this many points the correction is a factor of 1 to double precision.
    head = min(len(exact), int(np.log(np.finfo(float).eps) / np.log(weight)) + 1)
    mean[:head] /= 1 - weight ** np.arange(1, head + 1)
    return mean


def decimate(values: np.ndarray, max_points: int) -> np.ndarray:
    """Which points to draw so that the curve looks the same.

    The first, the last, the lowest and the highest are always among them.

    Args:
        values: (n,) finite.
        max_points: at least 8.
    Returns:
        (m,) int64 positions in ascending order, m <= max_points.
    Source: MinMaxLTTB, Van Der Donckt et al. 2023, arXiv 2305.00332.
    """
    if max_points < 8:
        raise ValueError(f"max_points must be at least 8. Received: {max_points}.")
    if len(values) <= max_points:
        return np.arange(len(values))
    values = np.ascontiguousarray(values, dtype=np.float32)
    chosen = MinMaxLTTBDownsampler().downsample(values, n_out=max_points - 2)
    return np.union1d(chosen.astype(np.int64), [values.argmin(), values.argmax()])


def curves_info(
    x: np.ndarray,
    series: Mapping[str, np.ndarray],
    *,
    x_kind: XKind = "step",
    smoothing: float = 0.0,
    log: bool = False,
    max_points: int = 600,
) -> CurvesInfo:
    """Smooths, then decimates.

    Values that are not finite are left out: a figure that was not measured at a step,
    or the last steps of a run that diverged.

    Args:
        x: (n,) steps or seconds, ascending.
        series: (n,) values by name.
        x_kind: what x is.
        smoothing: weight of the past in the running mean, from 0 to 0.99.
        log: leave out what is not positive.
        max_points: at most so many points a trace.
    """
    for name, values in series.items():
        if values.shape != x.shape:
            raise ValueError(
                f"{name} must have the shape of x, {x.shape}. Received: {values.shape}."
            )
    shown = {name: _measure(values, smoothing, log) for name, values in series.items()}
    share = max(max_points // max(len(shown), 1), 8)
    # One set of rows for all curves, so that a hover finds all of them at one step.
    picks = [each.rows[decimate(each.mean, share)] for each in shown.values()]
    union = np.unique(np.concatenate(picks)) if picks else np.empty(0, np.int64)
    curves = []
    for name, each in shown.items():
        at = _positions(each.rows, union)
        shadow = decimate(each.raw, max_points) if smoothing else at[:0]
        if log:
            shadow = shadow[each.raw[shadow] > 0]
        curves.append(
            Curve(
                name,
                x[each.rows[at]],
                each.mean[at].astype(np.float32),
                x[each.rows[shadow]],
                each.raw[shadow].astype(np.float32),
                each.hidden,
            )
        )
    return CurvesInfo(tuple(curves), x_kind, log)


class _Shown(NamedTuple):
    """What can be shown of a series: row numbers, values as measured, running mean."""

    rows: np.ndarray
    raw: np.ndarray
    mean: np.ndarray
    hidden: int


def _measure(values: np.ndarray, smoothing: float, log: bool) -> _Shown:
    rows = np.arange(len(values))
    finite = np.isfinite(values)
    if not finite.all():
        rows, values = rows[finite], values[finite]
    mean = smooth(values, smoothing)
    if not log or (positive := mean > 0).all():
        return _Shown(rows, values, mean, 0)
    return _Shown(rows[positive], values[positive], mean[positive], int((~positive).sum()))


def _positions(rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where in the ascending `rows` the `wanted` ones stand that are there."""
    if not len(rows):
        return rows
    at = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    return at[rows[at] == wanted]
