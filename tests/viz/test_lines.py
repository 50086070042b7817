"""Lines of several runs on common axes."""

import numpy as np
import pytest

from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.viz import colours
from ganlib.viz.lines import Line, band_info, densities_figure, lines_figure
from ganlib.viz.metric_specs import LOSSES, METRICS
from ganlib.viz.run_styles import run_styles

STYLES = list(run_styles(["a", "b"]).values())
RNG = np.random.default_rng(0)


def test_a_band_at_common_steps_is_that_of_numpy() -> None:
    x = np.arange(1, 201)
    values = RNG.normal(size=(3, 200))
    # The third run has gone on.
    longer = np.append(x, [201, 202]), np.append(values[2], [50.0, 90.0])
    band = band_info([(x, values[0]), (x, values[1]), longer])
    np.testing.assert_array_equal(band.x, x)
    np.testing.assert_allclose(band.mean, values.mean(axis=0))
    np.testing.assert_allclose(band.high - band.mean, values.std(axis=0, ddof=1))
    np.testing.assert_allclose(band.mean - band.low, values.std(axis=0, ddof=1))


def test_a_band_is_interpolated_between_points() -> None:
    band = band_info([(np.array([0.0, 4.0]), np.array([0.0, 8.0])), (np.arange(5.0), np.zeros(5))])
    np.testing.assert_allclose(band.x, np.arange(5))
    np.testing.assert_allclose(band.mean, np.arange(5))
    np.testing.assert_allclose(band.high - band.mean, np.sqrt(2) * np.arange(5))


def test_a_band_has_few_points_and_both_ends() -> None:
    x = np.arange(100_000)
    band = band_info([(x, np.sin(x / 9_000)), (x, np.cos(x / 9_000))])
    assert len(band.x) == 300
    assert (band.x[0], band.x[-1]) == (0, 99_999)
    np.testing.assert_allclose(band.mean, (np.sin(band.x / 9_000) + np.cos(band.x / 9_000)) / 2)


def test_runs_without_points_are_left_out_of_a_band() -> None:
    nothing = np.empty(0)
    band = band_info([(nothing, nothing), (np.arange(3), np.ones(3))])
    np.testing.assert_array_equal(band.low, np.ones(3))
    assert len(band_info([(nothing, nothing)]).x) == 0


def line(name: str, at: int, y: np.ndarray) -> Line:
    return Line(name, STYLES[at], np.arange(len(y)), y)


def test_names_are_no_markup_and_styles_are_kept() -> None:
    lines = [line("a <b>", 0, np.ones(3)), line("%{y}", 1, np.ones(3))]
    chart = lines_figure(LOSSES, lines)
    assert [trace["name"] for trace in chart.traces] == ["a &lt;b&gt;", "%&#123;y}"]
    assert [trace["line"]["dash"] for trace in chart.traces] == [one.dash for one in STYLES]
    chart.to_plotly()


@pytest.mark.parametrize("log", [False, True])
def test_charts_of_one_span_have_the_same_axes(log: bool) -> None:
    lines = [line("a", 0, np.array([1.0, 10.0])), line("b", 1, np.array([100.0, 2.0, 0.0]))]
    first, second = (lines_figure(LOSSES, [one], log=log, span=lines) for one in lines)
    for axis in ("xaxis", "yaxis"):
        assert first.layout[axis]["range"] == second.layout[axis]["range"]
    low, high = first.layout["yaxis"]["range"]
    assert low <= 0 and high >= (2 if log else 100)
    assert high < (2.2 if log else 110)
    first.to_plotly()


def test_a_logarithmic_axis_of_small_values_goes_up() -> None:
    lines = [line("a", 0, np.array([0.02, 0.5])), line("b", 1, np.array([0.1, 0.3]))]
    spec = METRICS["Sliced Wasserstein-1"]
    low, high = lines_figure(spec, lines, log=True, span=lines).layout["yaxis"]["range"]
    assert low < np.log10(0.02) and high > np.log10(0.5)


def test_the_values_of_real_samples_are_named_levels() -> None:
    levels = {"real samples of a <b>": 1.5, "real samples of c": 1.6}
    chart = lines_figure(METRICS["Fréchet distance"], [line("a", 0, np.ones(3))], levels=levels)
    assert [shape["y0"] for shape in chart.layout["shapes"]] == [1.5, 1.6]
    notes = chart.layout["annotations"]
    assert [note["text"] for note in notes] == ["real samples of a &lt;b&gt;", "real samples of c"]
    # At different places, as the levels may be close to each other.
    assert len({note["x"] for note in notes}) == 2


def test_without_points_the_chart_says_so() -> None:
    chart = lines_figure(LOSSES, [line("a", 0, np.empty(0))])
    assert chart.layout["annotations"][0]["text"] == "No points yet"
    chart.to_plotly()


def test_densities_are_those_of_numpy_over_common_bins() -> None:
    real, first, second = RNG.normal(size=(3, 500)) + np.array([[0], [1], [-2]])
    of = WeightedSample.of
    chart = densities_figure(
        [("real", of(real))], [("a", STYLES[0], of(first)), ("b", STYLES[1], of(second))]
    )
    assert [trace["name"] for trace in chart.traces] == ["real", "a", "b"]
    assert chart.traces[0]["line"]["color"] == colours.REAL
    x = chart.traces[0]["x"]
    width = x[1] - x[0]
    edges = np.append(x - width / 2, x[-1] + width / 2)
    for trace, values in zip(chart.traces, (real, first, second), strict=True):
        counts = np.histogram(values, edges)[0]
        np.testing.assert_allclose(trace["y"] * width * 500, counts, atol=1e-9)
    chart.to_plotly()


def test_one_spike_does_not_flatten_the_real_density() -> None:
    of = WeightedSample.of
    real = RNG.normal(size=5_000)
    chart = densities_figure([("real", of(real))], [("a", STYLES[0], of(np.zeros(500)))])
    top = chart.layout["yaxis"]["range"][1]
    assert top < 3 * chart.traces[0]["y"].max() < chart.traces[1]["y"].max()
