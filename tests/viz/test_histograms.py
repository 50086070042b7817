import numpy as np
import pytest

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.histograms import histogram_figure, histogram_info

of = WeightedSample.of

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("bins", [2, 20, 60])
def test_density_times_width_is_the_share_of_samples_inside(bins):
    real, generated = RNG.normal(0, 1, 5_000), RNG.normal(3, 0.2, 1_000)
    info = histogram_info(of(real), of(generated), of(RNG.normal(0, 9, 2_000)), bins=bins)
    widths = np.diff(info.edges)
    assert len(info.edges) == bins + 1
    for histogram in info.histograms:
        inside = 1 - histogram.outside / histogram.count
        assert (histogram.density * widths).sum() == pytest.approx(inside, abs=1e-12)
    noise = info.histograms[2]
    assert 0 < noise.outside < noise.count


def test_density_times_width_is_one_where_nothing_lies_outside():
    info = histogram_info(of(RNG.uniform(-1, 1, 4_000)), of(RNG.uniform(-1, 1, 500)))
    for histogram in info.histograms:
        assert histogram.outside == 0
        assert (histogram.density * np.diff(info.edges)).sum() == pytest.approx(1, abs=1e-12)


def test_density_by_hand():
    # Percentiles 0.003 and 2.997: a span of 2.994, units of 0.5, one more on either side.
    info = histogram_info(of(np.array([0.0, 1.0, 2.0, 3.0])), bins=8)
    np.testing.assert_allclose(info.edges, np.arange(-0.5, 3.6, 0.5))
    expected = [0, 1 / 4 / 0.5] * 4
    np.testing.assert_allclose(info.histograms[0].density, expected)
    np.testing.assert_allclose(info.centres, np.arange(-0.25, 3.3, 0.5))


def test_one_outlier_does_not_widen_the_bins():
    real = np.append(RNG.normal(0, 1, 9_999), 1e6)
    info = histogram_info(of(real))
    assert info.edges[-1] < 10
    assert info.histograms[0].outside >= 1


def test_bins_end_where_values_must():
    brightness = WeightedSample.with_counts(np.arange(256), np.full(256, 100))
    info = histogram_info(brightness, brightness, within=(0, 255))
    assert (info.edges[0], info.edges[-1]) == (0, 255)
    black = histogram_info(WeightedSample.of(np.zeros(9)), within=(0, 255))
    assert black.edges[0] == 0 < black.edges[-1] <= 255


def test_bins_hold_still_while_a_good_generator_is_drawn_from():
    real = RNG.normal(0, 1, 10_000)
    edges = [histogram_info(of(real), of(RNG.normal(0, 1, 1_000))).edges for _ in range(20)]
    assert all((found == histogram_info(of(real)).edges).all() for found in edges)


def test_bins_reach_a_generator_that_is_elsewhere():
    info = histogram_info(of(RNG.uniform(0, 1, 1_000)), of(RNG.uniform(7, 9, 1_000)))
    assert info.edges[0] < 0
    assert 9 <= info.edges[-1] < 10
    assert info.histograms[1].outside <= 2


def test_bins_do_not_follow_every_move_of_a_generator():
    real = RNG.uniform(0, 1, 1_000)
    edges = {
        tuple(histogram_info(of(real), of(RNG.uniform(0, 1, 500) + at)).edges)
        for at in np.linspace(0, 3, 50)
    }
    assert len(edges) <= 7


def test_samples_of_any_shape_and_not_finite_ones():
    info = histogram_info(of(np.array([[1.0, np.nan], [2.0, np.inf]])), of(np.array([[np.nan]])))
    assert [histogram.count for histogram in info.histograms] == [2, 0]
    assert info.histograms[1].density.max() == 0


@pytest.mark.parametrize("value", [0.0, 5.0, -1e6, 1e-9])
def test_samples_that_are_all_alike_have_bins_around_them(value):
    info = histogram_info(of(np.full(10, value)))
    assert info.edges[0] < value < info.edges[-1]
    assert info.histograms[0].outside == 0


@pytest.mark.parametrize("bins", [1, 1_001])
def test_refuses_a_number_of_bins(bins):
    with pytest.raises(ValueError, match="from 2 to 1,000"):
        histogram_info(of(np.ones(3)), bins=bins)


def test_refuses_to_have_no_real_sample():
    with pytest.raises(ValueError, match="at least one finite real sample"):
        histogram_info(of(np.array([np.nan])))


def test_figure_shows_noise_as_an_outline_behind_the_filled_ones():
    info = histogram_info(*(of(RNG.normal(0, 1, 500)) for _ in range(3)), bins=30)
    chart = histogram_figure(info)
    assert [trace["name"] for trace in chart.traces] == ["noise", "generated", "real"]
    assert [trace["fill"] for trace in chart.traces] == ["none", "tozeroy", "tozeroy"]
    assert [trace["line"]["color"] for trace in chart.traces[1:]] == [
        colours.GENERATED,
        colours.REAL,
    ]
    # A step at each end brings the outline down to the axis.
    assert all(len(trace["x"]) == len(trace["y"]) == 32 for trace in chart.traces)
    assert all(trace["y"][0] == trace["y"][-1] == 0 for trace in chart.traces)
    chart.to_plotly()


def test_noise_that_lies_elsewhere_is_not_in_the_legend():
    far = [of(RNG.normal(170, 10, 500)) for _ in range(2)]
    info = histogram_info(*far, of(RNG.normal(size=500)))
    chart = histogram_figure(info)
    assert [trace["name"] for trace in chart.traces] == ["generated", "real"]


@pytest.mark.parametrize(("at", "anchor"), [(-1, "left"), (1, "right")])
@pytest.mark.parametrize("counts", [False, True])
def test_a_bar_that_is_cut_says_how_high_it_is(at, anchor, counts):
    real = of(RNG.normal(0, 1, 10_000))
    info = histogram_info(real, of(np.full(10_000, at)), bins=20)
    layout = histogram_figure(info, counts=counts).layout
    (note,) = layout["annotations"]
    width = info.edges[1] - info.edges[0]
    # All 10,000 in one bin, whose density is one over its width.
    assert note["text"] == f"↑ up to {10_000 if counts else 1 / width:,.3g}"
    assert note["xanchor"] == anchor
    assert abs(note["x"] - at) <= width
    fits = histogram_figure(histogram_info(real, real), counts=counts)
    assert fits.layout["annotations"] == []


@pytest.mark.parametrize(("spread", "top"), [(1.0, 1.35), (0.85, 1.35), (0.6, 2.8), (0.01, 2.8)])
def test_a_collapsed_generator_does_not_flatten_the_real_histogram(spread, top):
    # Of two normal densities the higher is 1 / spread times as high; shown up to 2.5.
    info = histogram_info(of(RNG.normal(0, 1, 50_000)), of(RNG.normal(0, spread, 50_000)))
    low, high = histogram_figure(info).layout["yaxis"]["range"]
    assert low == 0
    assert high / info.histograms[0].density.max() == pytest.approx(top, abs=1e-9)
