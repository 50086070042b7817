"""Charts, tables and downloads that compare two samples."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from ganlib.metrics.comparison import Comparison, compare
from ganlib.metrics.resampling import SIGNIFICANCE
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.ui.components.aligned import align_control
from ganlib.ui.components.download import download_button
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.components.text import p_text, plain
from ganlib.ui.distributions.distributions import Distribution
from ganlib.viz.chart import Chart
from ganlib.viz.distributions import (
    bars_figure,
    cumulative_figure,
    cumulative_info,
    density_figure,
    density_info,
    difference_figure,
    quantiles_figure,
    quantiles_info,
)
from ganlib.viz.histograms import histogram_figure, histogram_info
from ganlib.viz.pair import REAL_AND_GENERATED, Pair

_HEIGHT = 300
_LINK = "compare"
_NUMBER = "A number"
_STYLES: dict[str, Callable[..., Chart]] = {
    "Overlaid": histogram_figure,
    "Side by side": bars_figure,
    "Difference": difference_figure,
}
# Fewer on a live page, which is updated every second while training needs the processor.
_RESAMPLES, _RESAMPLES_LIVE = 1_000, 200


@dataclass(frozen=True, eq=False)
class Compared:
    """Two samples and their description.

    Args:
        key: identifies the samples; equal keys mean equal samples.
        place: identifies their source; zooms are kept for as long as it stays the same.
        title: one line on what is compared.
        samples: the reference, the sample compared with it, and a note.
        pair: names and colours.
        live: whether the samples are updated every second, so that the comparison must be fast.
    """

    key: str
    place: str
    title: str
    samples: Distribution
    pair: Pair = REAL_AND_GENERATED
    live: bool = False

    @property
    def named(self) -> tuple[tuple[str, WeightedSample], ...]:
        """Both samples with their names."""
        pair, samples = self.pair, self.samples
        return (pair.first, samples.real), (pair.second, samples.generated)


def compare_panels(compared: Compared) -> None:
    """Shows a summary, four linked charts, distances, moments and downloads.

    If a sample is empty, only a message is shown.
    """
    pair, samples = compared.pair, compared.samples
    if empty := [name for name, sample in compared.named if not sample.count]:
        message = f"{compared.title}: there are no finite {' or '.join(empty)} values to compare."
        st.info(plain(message), icon=":material/info:")
        return
    found = _compared(
        compared.key,
        _RESAMPLES_LIVE if compared.live else _RESAMPLES,
        (pair.first, pair.second),
        samples,
    )
    st.markdown(f"#### {plain(found.sentence)}")
    first, second, note = samples.real, samples.generated, plain(samples.note)
    sizes = f"{first.size:,} {plain(first.unit)} against {second.size:,}"
    st.caption(f"{plain(compared.title)}. {sizes}. {note}")
    charts, view = _charts(compared)
    revision = f"{compared.place} {view}"
    for row in (("Histogram", "Density"), ("Cumulative", "Quantiles")):
        for column, title in zip(st.columns(2, gap="medium"), row, strict=True):
            with column:
                alt = f"{title} of {pair.first} and {pair.second} values"
                key = f"compare.{title}"
                live_chart(charts[title], key, _HEIGHT, alt, revision, _LINK)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        _distances(found)
    with right:
        _moments(found, compared)
    _downloads(compared, charts)


def _charts(compared: Compared) -> tuple[dict[str, Chart], tuple[float, float]]:
    """The charts by name, and the ends of their x axes."""
    style, counts, bins = _options()
    pair, samples = compared.pair, (compared.samples.real, compared.samples.generated)
    info = histogram_info(*samples, bins=bins, within=compared.samples.within)
    view = float(info.edges[0]), float(info.edges[-1])
    charts = {
        "Histogram": _STYLES[style](info, counts=counts, pair=pair),
        "Density": density_figure(density_info(*samples, view), pair=pair),
        "Cumulative": cumulative_figure(cumulative_info(*samples, view), pair=pair),
        "Quantiles": quantiles_figure(quantiles_info(*samples), view, pair=pair),
    }
    return charts, view


def _options() -> tuple[str, bool, Any]:
    """Draws the options of the histogram; returns (style, counts, number of bins or rule)."""
    for key, value in (("style", "Overlaid"), ("scale", "Density"), ("bins", _NUMBER)):
        st.session_state.setdefault(f"compare.{key}", value)
    keep: Any = {"persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with align_control():
            style = st.segmented_control(
                "Histogram", list(_STYLES), key="compare.style", required=True, **keep
            )
        with align_control():
            scale = st.segmented_control(
                "Height", ["Density", "Counts"], key="compare.scale", required=True, **keep
            )
        rule = st.selectbox(
            "Bins",
            [_NUMBER, *_RULES],
            key="compare.bins",
            width=210,
            help="How to choose the width of the bins: by a rule, applied to the first sample, or "
            "by a number of bins.",
            **keep,
        )
        bins: Any = rule
        if rule == _NUMBER:
            st.session_state.setdefault("compare.count", 60)
            bins = st.number_input(
                "Number of bins", 2, 1_000, step=5, key="compare.count", width=140, **keep
            )
    return style or "Overlaid", scale == "Counts", bins


_RULES = ("Freedman-Diaconis", "Scott", "Sturges")


def _distances(found: Comparison) -> None:
    figures = {
        "Corrected": "The distance corrected for sampling noise, which makes two samples look "
        "farther apart than their distributions are.",
        "From": "Lower end of the 95 % interval of the corrected distance. It is above 0 only "
        f"where p is below {SIGNIFICANCE:g}.",
        "To": "Upper end of the 95 % interval.",
        "Floor": "If both samples came from the same distribution, their distance would be below "
        "this in 95 % of cases.",
        "p": "How likely at least one of these distances is to be this extreme if both samples "
        "come from the same distribution (family-wise p-value). A difference is reported if any "
        f"p is below {SIGNIFICANCE:g}; for two samples from the same distribution that happens in "
        "1 of 100 cases.",
    }
    st.markdown("**Distances**")
    rows = []
    for one in found.distances:
        row: dict[str, Any] = {"Distance": one.title, "Value": one.value}
        if sure := one.bootstrap:
            row |= {
                "Corrected": sure.corrected,
                "From": sure.low,
                "To": sure.high,
                "Floor": sure.null_95,
                "p": p_text(sure.p_value),
            }
        rows.append(row)
    number = partial(st.column_config.NumberColumn, format="%.4g")
    st.dataframe(
        rows,
        hide_index=True,
        key="compare.distances",
        column_config={"Value": number()}
        | {
            name: number(help=help)
            if name != "p"
            else st.column_config.TextColumn(alignment="right", help=help)
            for name, help in figures.items()
        },
    )
    with st.popover("What the distances mean", icon=":material/help:"):
        distances = {one.title: plain(one.help) for one in found.distances}
        items = [f"- **{title}**: {help}" for title, help in (distances | figures).items()]
        st.markdown("\n".join(items))
        st.caption(
            "The p-values come from a permutation test of all distances together (max-T), the "
            "intervals from a bootstrap. Both take values as they were drawn: pixels and numbers "
            "of vectors by whole images and vectors."
        )


def _moments(found: Comparison, compared: Compared) -> None:
    st.markdown("**Moments and quantiles**")
    first, second = found.real.rows(), found.generated.rows()
    st.dataframe(
        {
            "": [_ROWS.get(name, name) for name in first],
            compared.pair.first: [_figure(value) for value in first.values()],
            compared.pair.second: [_figure(value) for value in second.values()],
        },
        hide_index=True,
        height="content",
        key="compare.moments",
    )


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


_ROWS = {
    "count": "values",
    "kurtosis": "excess kurtosis",
    "q01": "1 %",
    "q05": "5 %",
    "q25": "25 %",
    "median": "median, 50 %",
    "q75": "75 %",
    "q95": "95 %",
    "q99": "99 %",
}


def _downloads(compared: Compared, charts: dict[str, Chart]) -> None:
    with st.container(horizontal=True):
        for label, make, name, mime in (
            ("Values (CSV)", partial(values_csv, compared), "values.csv", "text/csv"),
            ("Charts (HTML)", partial(charts_html, compared, charts), "charts.html", "text/html"),
        ):
            key = f"compare.download.{name}"
            download_button(label, make, f"distributions-{name}", mime, key)
    st.caption("The camera on a chart saves it as PNG. The charts share their axes.")


def values_csv(compared: Compared) -> str:
    """Returns both samples as CSV with the columns sample, value and count."""
    import pandas as pd

    parts = [
        pd.DataFrame({"sample": name, "value": sample.values, "count": sample.counts})
        for name, sample in compared.named
    ]
    return str(pd.concat(parts).to_csv(index=False))


def charts_html(compared: Compared, charts: dict[str, Chart]) -> str:
    """Returns a standalone HTML page with all charts, which works offline.

    Args:
        compared: the samples, for the title.
        charts: charts by name.
    """
    import html

    parts = [
        chart.to_plotly().to_html(full_html=False, include_plotlyjs=at == 0)
        for at, chart in enumerate(charts.values())
    ]
    title = html.escape(compared.title)
    return f"<!doctype html><meta charset='utf-8'><title>{title}</title><h1>{title}</h1>" + "".join(
        parts
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _compared(
    key: str, resamples: int, names: tuple[str, str], _samples: Distribution
) -> Comparison:
    return compare(_samples.real, _samples.generated, names=names, resamples=resamples)
