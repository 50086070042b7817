"""Real and generated 1-D samples as histograms over common bins."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganlib.metrics.weighted_sample import EVERYWHERE, WeightedSample
from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import chart_layout, value_axis
from ganlib.viz.pair import REAL_AND_GENERATED, Pair

# How many bins: as wide as somebody found good.
Rule = Literal["Freedman-Diaconis", "Scott", "Sturges"]
_MOST_BINS = 1_000
# The shares of the values below the two ends of what the bins cover.
_ENDS = np.array([0.001, 0.999])
# What a hover says of a bin.
AROUND = "around %{x:.4~g}"

# The chart's height in real histograms, and what it is where the generated one is higher; a
# generator that puts everything on one spot would otherwise flatten the real one.
_TALL, _TALLEST = 1.35, 2.8


@dataclass(frozen=True)
class Histogram:
    """Densities of one set of samples.

    Over all samples the density times the width sums to 1, less the share that lies
    outside the bins.

    Args:
        name: "real", "generated" or "noise".
        density: (bins,) float64, per unit of the data.
        count: samples.
        outside: how many of these lie outside the bins.
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
        histograms: real first, then generated and noise where there are any.
    """

    edges: np.ndarray
    histograms: tuple[Histogram, ...]

    @property
    def centres(self) -> np.ndarray:
        return (self.edges[:-1] + self.edges[1:]) / 2

    def scaled(self, at: int, counts: bool) -> np.ndarray:
        """(bins,) of the histogram at that place: densities, or the number of values."""
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
    """Counts samples in bins that cover real and generated ones.

    The bins run from the lower 0.1 to the higher 99.9 percentile of real and of generated
    samples, so that one outlier does not squeeze the rest. Around the real samples they are
    widened to round numbers and a little more, and from there by half that width at a time:
    a generator that moves does not move the axis with every draw.

    Args:
        real: one number at least.
        generated: may be empty; None before there are any.
        noise: the generator's input; it is shown but does not widen the bins.
        bins: from 2 to 1,000, or a rule, which is applied to the real samples.
        within: the least and the greatest that a value can be, where bins end at last.

    Raises:
        ValueError: no real number, or a number of bins that is not allowed.
    """
    if isinstance(bins, int) and not 2 <= bins <= _MOST_BINS:
        raise ValueError(f"bins must be from 2 to {_MOST_BINS:,}. Received: {bins}.")
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
    uirevision: str,
    height: int = 320,
    counts: bool = False,
    pair: Pair = REAL_AND_GENERATED,
) -> Chart:
    """Real and generated as filled steps over each other, noise as a faint outline.

    Args:
        info: what to draw.
        uirevision: see `chart_layout`.
        height: pixels.
        counts: values in a bin, instead of density.
        pair: names and colours of the first two.
    """
    width = info.edges[1] - info.edges[0]
    # With the shape "hvh" a step is centred on its point, so a hover names the bin's centre.
    x = np.concatenate(([info.centres[0] - width], info.centres, [info.centres[-1] + width]))
    first, second = pair.texts
    looks = {
        "real": (first, pair.first_colour),
        "generated": (second, pair.second_colour),
        "noise": ("noise", colours.of_role("noise")),
    }
    traces = [
        _trace(info.scaled(at, counts), x, *looks[histogram.name])
        for at, histogram in enumerate(info.histograms)
        # Noise may lie far from the data, and what is not to be seen has no place in the legend.
        if histogram.name != "noise" or histogram.density.any()
    ]
    top = _top(info) * (info.histograms[0].count * width if counts else 1)
    layout = chart_layout(
        title="values in a bin" if counts else "density",
        uirevision=uirevision,
        height=height,
        x=value_axis(info.edges[0], info.edges[-1], AROUND),
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
    # Of values that are all alike there is no span.
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
    """How many bins the rule makes from `low` to `high`; values beyond have no say."""
    inside = real.between(low, high)
    if inside.constant:
        return 2
    # The widths that numpy.histogram_bin_edges takes too; it would make all the bins first,
    # and of a heavy tail there are millions.
    if rule == "Freedman-Diaconis":
        quarter, three = inside.quantiles(np.array([0.25, 0.75]))
        width = 2 * (three - quarter) / np.cbrt(inside.count)
    elif rule == "Scott":
        width = np.cbrt(24 * np.sqrt(np.pi) / inside.count) * inside.sd
    else:
        width = np.ptp(inside.values) / (np.log2(inside.count) + 1)
    most = (high - low) / _MOST_BINS
    return int(max(np.ceil((high - low) / max(width, most)), 2))


def _count(name: str, sample: WeightedSample, edges: np.ndarray) -> Histogram:
    counts, width = sample.in_bins(edges), edges[1] - edges[0]
    density = counts / (max(sample.count, 1) * width)
    return Histogram(name, density, sample.count, sample.count - int(counts.sum()))


def _top(info: HistogramsInfo) -> float:
    """Upper end of the axis: one where a generator is about right, another where it is too narrow.

    Were it to follow the generated histogram, it would jump with every draw.
    """
    by_name = {histogram.name: histogram.density.max() for histogram in info.histograms}
    real = by_name["real"] or 1.0
    tall = by_name.get("generated", 0.0) > _TALL * real
    return float((_TALLEST if tall else _TALL) * real)


def _beyond(info: HistogramsInfo, value: float, bin: int) -> dict[str, Any]:
    """How high a bar is that the axis cuts, beside its upper end."""
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
