"""Densities, cumulative shares and quantiles against closed forms."""

import numpy as np
import pytest

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.density import smooth_density
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
from ganlib.viz.pair import two_real

of = WeightedSample.of

RNG = np.random.default_rng(0)
TWO_PEAKS = np.where(RNG.random(20_000) < 0.5, -2, 2) + 0.5 * RNG.normal(size=20_000)
NORMAL = RNG.normal(size=5_000)
VIEW = (-5.0, 5.0)


def test_densities_of_both_and_of_a_spike_none() -> None:
    info = density_info(of(TWO_PEAKS), of(NORMAL), VIEW)
    assert (info.x[0], info.x[-1]) == VIEW
    assert info.first == pytest.approx(smooth_density(of(TWO_PEAKS), info.x))
    assert info.second == pytest.approx(smooth_density(of(NORMAL), info.x))
    spike = density_info(of(NORMAL), of(np.ones(10)), VIEW)
    assert spike.second is None
    chart = density_figure(spike)
    assert [trace["name"] for trace in chart.traces] == ["real"]
    assert "no density" in chart.layout["annotations"][0]["text"]


def test_a_spiky_density_does_not_flatten_the_other() -> None:
    for spread, top in ((0.01, 2.8 * 1.05), (0.9, 1.05 / 0.9)):
        info = density_info(of(NORMAL), of(spread * NORMAL), VIEW)
        assert info.first is not None
        _, high = density_figure(info).layout["yaxis"]["range"]
        assert high / info.first.max() == pytest.approx(top, rel=0.03)


def test_cumulative_share_is_exact() -> None:
    sample = np.array([-1.0, 0.5, 0.5, 3.0])
    info = cumulative_info(of(sample), of(NORMAL), VIEW)
    for x, share in zip(info.x[::50], info.first[::50], strict=True):
        assert share == (sample <= x).mean()


def test_quantiles_of_a_stretched_sample_lie_on_a_line() -> None:
    info = quantiles_info(of(NORMAL), of(2 * NORMAL + 1))
    assert info.second == pytest.approx(2 * info.first + 1, abs=1e-12)
    assert (np.diff(info.shares) > 0).all()
    # The tails are there too, and no share that these samples do not have.
    assert info.shares[0] == pytest.approx(0.5 / 5_000)
    assert info.shares[-1] == pytest.approx(1 - 0.5 / 5_000)
    assert quantiles_info(of(np.array([3.0])), of(NORMAL)).shares.tolist() == [0.5]


def test_bars_count_every_sample() -> None:
    info = histogram_info(of(NORMAL), of(NORMAL[:1_000]), bins=20)
    chart = bars_figure(info, counts=True)
    for trace, histogram in zip(chart.traces, info.histograms, strict=True):
        assert trace["y"].sum() == pytest.approx(histogram.count - histogram.outside)
    densities = bars_figure(info).traces[0]["y"]
    assert densities * np.diff(info.edges) * 5_000 == pytest.approx(chart.traces[0]["y"])
    overlaid = histogram_figure(info, counts=True)
    assert overlaid.traces[1]["y"][1:-1] == pytest.approx(chart.traces[0]["y"])


def test_difference_is_up_where_there_is_more_generated() -> None:
    info = histogram_info(of(np.zeros(10)), of(np.array([0.0] * 5 + [1.0] * 5)), bins=2)
    more, fewer = difference_figure(info).traces
    assert (more["name"], fewer["name"]) == ("more generated", "more real")
    low, high = info.scaled(0, counts=False), info.scaled(1, counts=False)
    assert more["y"] + fewer["y"] == pytest.approx(high - low)
    assert (more["y"] >= 0).all()
    assert (fewer["y"] <= 0).all()


@pytest.mark.parametrize(
    "rule", ["Freedman-Diaconis", "Scott", "Sturges"], ids=lambda rule: rule.lower()
)
def test_bins_by_rule_are_as_wide_as_numpys(rule: str) -> None:
    numpys = {"Freedman-Diaconis": "fd", "Scott": "scott", "Sturges": "sturges"}[rule]
    info = histogram_info(of(NORMAL), of(TWO_PEAKS), bins=rule)  # type: ignore[arg-type]
    edges = np.histogram_bin_edges(NORMAL, numpys)
    assert np.diff(info.edges)[0] == pytest.approx(np.diff(edges)[0], rel=0.12)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rule", ["Freedman-Diaconis", "Scott", "Sturges"])
def test_rules_have_an_answer_for_poor_samples(rule: str) -> None:
    heavy = np.concatenate([RNG.standard_cauchy(10_000), [1e300]])
    for sample in (np.ones(4), np.array([0.0, 1.0]), heavy, np.array([2.0])):
        bins = len(histogram_info(of(sample), bins=rule).edges) - 1  # type: ignore[arg-type]
        assert 2 <= bins <= 1_000


def test_colours_and_names() -> None:
    pair = two_real("first run", "second run")
    info = histogram_info(of(NORMAL), of(NORMAL + 1))
    for chart in (
        histogram_figure(info, pair=pair),
        bars_figure(info, pair=pair),
        density_figure(density_info(of(NORMAL), of(TWO_PEAKS), VIEW), pair=pair),
        cumulative_figure(cumulative_info(of(NORMAL), of(TWO_PEAKS), VIEW), pair=pair),
    ):
        assert {trace["name"] for trace in chart.traces} == {"first run", "second run"}
        chart.to_plotly()
    quantiles = quantiles_figure(quantiles_info(of(NORMAL), of(TWO_PEAKS)), VIEW)
    assert quantiles.traces[0]["marker"]["color"] == colours.GENERATED
    quantiles.to_plotly()
    difference_figure(info, pair=two_real("a", "b")).to_plotly()
    assert two_real("a", "b").first_colour == colours.REAL


def test_names_are_no_markup_of_plotly() -> None:
    pair = two_real("<b>a</b> & %{x}", "<a href='http://evil.test'>b</a>")
    assert pair.texts == (
        "&lt;b&gt;a&lt;/b&gt; &amp; %&#123;x}",
        "&lt;a href='http://evil.test'&gt;b&lt;/a&gt;",
    )
    one, other = np.arange(9.0), np.arange(9.0) + 1
    info = histogram_info(of(one), of(other))
    for chart in (
        histogram_figure(info, pair=pair),
        bars_figure(info, pair=pair),
        difference_figure(info, pair=pair),
        density_figure(density_info(of(one), of(other), (0, 9)), pair=pair),
        quantiles_figure(quantiles_info(of(one), of(other)), (0, 9), pair=pair),
    ):
        drawn = str([{**trace, "x": 0, "y": 0} for trace in chart.traces]) + str(chart.layout)
        assert "<b>" not in drawn
        assert "<a " not in drawn
        assert "%{x}" not in drawn
        assert "&lt;a href" in drawn
