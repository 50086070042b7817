"""Real and generated 1-D samples as histograms over common bins."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganlib.metrics.weighted_sample import EVERYWHERE, WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import axis_title, chart_layout, value_axis
from ganlib.viz.pair import REAL_AND_GENERATED, Pair

# Rules that choose the bin width from the sample, named after their authors.
Rule = Literal["Freedman-Diaconis", "Scott", "Sturges"]
_MAX_BINS = 1_000
# Quantiles that the bins must cover.
_ENDS = np.array([0.001, 0.999])
# Hover text of a bin.
BIN_HOVER = "around %{x:.4~g}"

# Height of the axis over that of the real histogram: usually, and when the generated one is
# higher. It has a limit because a generator that puts all samples on one value would otherwise
# flatten the real histogram.
_LOW_HEADROOM, _HIGH_HEADROOM = 1.35, 2.8


@dataclass(frozen=True)
class Histogram:
    """Histogram of one sample.

    The density times the bin width sums to 1, minus the share of values outside the bins.

    Args:
        name: "real", "generated" or "noise".
        density: (bins,) float64, per unit of the data.
        count: number of values.
        outside: number of values outside the bins.
    """

    name: str
    density: np.ndarray
    count: int
    outside: int


@dataclass(frozen=True)
class HistogramsInfo:
    """Histograms over common bins.

    Args:
        edges: (bins + 1,) float64, evenly spaced.
        histograms: real first, then generated and noise if given.
    """

    edges: np.ndarray
    histograms: tuple[Histogram, ...]

    @property
    def centres(self) -> np.ndarray:
        return (self.edges[:-1] + self.edges[1:]) / 2

    def scaled(self, at: int, counts: bool) -> np.ndarray:
        """Returns the values of one histogram.

        Args:
            at: index of the histogram.
            counts: return the number of values in a bin instead of the density.
        Returns:
            (bins,) float64.
        """
        histogram = self.histograms[at]
        width = self.edges[1] - self.edges[0]
        return histogram.density * (histogram.count * width if counts else 1)


def histogram_info(
    real: WeightedSample,
    generated: WeightedSample | None = None,
    noise: WeightedSample | None = None,
    *,
    bins: int | Rule = 60,
    within: tuple[float, float] = EVERYWHERE,
) -> HistogramsInfo:
    """Computes histograms over bins that cover real and generated samples.

    The bins cover the 0.1 to 99.9 percentiles of both samples, so that one outlier does not
    squeeze the rest. They are chosen around the real sample, with round numbers as ends. If the
    generated sample needs more, they grow by half that width at a time, so that the axis does
    not move with every small change of the generator.

    Args:
        real: at least one number.
        generated: may be empty; None if there is no generated sample yet.
        noise: the generator's input; it does not widen the bins.
        bins: from 2 to 1,000, or a rule, which is applied to the real sample.
        within: smallest and greatest possible value; bins do not go beyond.

    Raises:
        ValueError: no real number, or a number of bins that is not allowed.
    """
    if isinstance(bins, int) and not 2 <= bins <= _MAX_BINS:
        raise ValueError(f"bins must be from 2 to {_MAX_BINS:,}. Received: {bins}.")
    given = {"real": real, "generated": generated, "noise": noise}
    if not real.count:
        raise ValueError("A histogram needs at least one finite real sample. Received: none.")
    low, high = np.clip(_range(real, generated), *within)
    count = bins if isinstance(bins, int) else _bins_by(bins, real, low, high)
    edges = np.linspace(low, high, count + 1)
    return HistogramsInfo(
        edges, tuple(_count(name, s, edges) for name, s in given.items() if s is not None)
    )


def histogram_figure(
    info: HistogramsInfo,
    *,
    counts: bool = False,
    pair: Pair = REAL_AND_GENERATED,
    name: str = "value",
) -> Chart:
    """Draws real and generated histograms over each other, and noise as a faint outline.

    Args:
        info: histograms to draw.
        counts: show the number of values in a bin instead of the density.
        pair: names and colours of the first two.
        name: of the values.
    """
    width = info.edges[1] - info.edges[0]
    # With the shape "hvh" a step is centred on its point, so the hover shows the bin's centre.
    x = np.concatenate(([info.centres[0] - width], info.centres, [info.centres[-1] + width]))
    first, second = pair.texts
    styles = {
        "real": (first, pair.first_colour),
        "generated": (second, pair.second_colour),
        "noise": ("noise", colours.of_role("noise")),
    }
    traces = [
        _trace(info.scaled(at, counts), x, *styles[histogram.name])
        for at, histogram in enumerate(info.histograms)
        # Noise may lie outside the bins; then it has no entry in the legend.
        if histogram.name != "noise" or histogram.density.any()
    ]
    top = _top(info) * (info.histograms[0].count * width if counts else 1)
    layout = chart_layout(
        title="values in a bin" if counts else "density",
        x=value_axis(info.edges[0], info.edges[-1], BIN_HOVER, axis_title(name)),
        y={"range": [0, top]},
    )
    layout["annotations"] = [
        _beyond(info, float(values.max()), int(values.argmax()))
        for at, histogram in enumerate(info.histograms)
        if histogram.name == "generated" and (values := info.scaled(at, counts)).max() > top
    ]
    layout["legend"]["traceorder"] = "reversed"
    return Chart(tuple(reversed(traces)), layout)


def _range(real: WeightedSample, generated: WeightedSample | None) -> tuple[float, float]:
    low, high = real.quantiles(_ENDS)
    # If all values are equal, the bins still need a width.
    largest = max(abs(low), abs(high))
    span = max(high - low, 1e-13 * largest) if high > low else max(1e-3 * largest, 1e-6)
    unit = 10.0 ** np.floor(np.log10(span)) / 2
    first, last = np.floor(low / unit) - 1, np.ceil(high / unit) + 1
    if generated is not None and generated.count:
        low, high = generated.quantiles(_ENDS)
        stride = np.ceil((last - first) / 2)
        first -= stride * max(np.ceil((first - low / unit) / stride), 0)
        last += stride * max(np.ceil((high / unit - last) / stride), 0)
    return float(first * unit), float(last * unit)


def _bins_by(rule: Rule, real: WeightedSample, low: float, high: float) -> int:
    """Number of bins by the rule, applied to the real values from `low` to `high`."""
    inside = real.between(low, high)
    if inside.constant:
        return 2
    # The same widths as numpy.histogram_bin_edges, which would build all the bins: millions for
    # a heavy tail.
    if rule == "Freedman-Diaconis":
        quarter, three = inside.quantiles(np.array([0.25, 0.75]))
        width = 2 * (three - quarter) / np.cbrt(inside.count)
    elif rule == "Scott":
        width = np.cbrt(24 * np.sqrt(np.pi) / inside.count) * inside.sd
    else:
        width = np.ptp(inside.values) / (np.log2(inside.count) + 1)
    most = (high - low) / _MAX_BINS
    return int(max(np.ceil((high - low) / max(width, most)), 2))


def _count(name: str, sample: WeightedSample, edges: np.ndarray) -> Histogram:
    counts, width = sample.in_bins(edges), edges[1] - edges[0]
    density = counts / (max(sample.count, 1) * width)
    return Histogram(name, density, sample.count, sample.count - int(counts.sum()))


def _top(info: HistogramsInfo) -> float:
    """Upper end of the vertical axis; see `_LOW_HEADROOM`.

    It takes one of two values, because an axis that followed the generated histogram would jump
    at every update.
    """
    by_name = {histogram.name: histogram.density.max() for histogram in info.histograms}
    real = by_name["real"] or 1.0
    tall = by_name.get("generated", 0.0) > _LOW_HEADROOM * real
    return float((_HIGH_HEADROOM if tall else _LOW_HEADROOM) * real)


def _beyond(info: HistogramsInfo, value: float, bin: int) -> dict[str, Any]:
    """Label at a bar that is higher than the axis, with its height."""
    right = bin < len(info.centres) / 2
    return {
        "text": f"↑ up to {value:,.3g}",
        "x": info.edges[bin + 1 if right else bin],
        "xanchor": "left" if right else "right",
        "xshift": 4 if right else -4,
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "showarrow": False,
    }


def _trace(values: np.ndarray, x: np.ndarray, name: str, colour: str) -> dict[str, Any]:
    faint = name == "noise"
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": np.concatenate(([0.0], values, [0.0])),
        "line": {
            "color": colours.rgba(colour, 0.7) if faint else colour,
            "width": 1.2 if faint else 2,
            "shape": "hvh",
        },
        "fill": "none" if faint else "tozeroy",
        "fillcolor": colours.rgba(colour, 0.22),
        "hovertemplate": f"%{{y:,.3~g}}<extra>{name}</extra>",
    }
