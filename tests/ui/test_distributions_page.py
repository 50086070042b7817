"""The page that compares two distributions, over runs and tables."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from streamlit.testing.v1 import AppTest

from ganlib.events import Finished, Samples
from ganlib.metrics.comparison import compare
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.runs import Run, RunStore
from ganlib.ui.distributions import over_steps
from ganlib.ui.distributions.distributions import Distribution, distributions
from ganlib.ui.distributions.panels import Compared, charts_html, values_csv
from ganlib.viz.pair import two_real
from tests.support import drawn, stored_runs

Open = Callable[..., AppTest]
TITLES = ("Histogram", "Density", "Cumulative", "Quantiles")


def charts(app: AppTest) -> dict[str, dict]:
    return {chart["key"]: chart for chart in drawn.charts(app)}


def sentence(app: AppTest) -> str:
    """The heading, as it is read: what is not markup is escaped."""
    heading = next(part.value for part in app.markdown if part.value.startswith("#### "))
    assert "*" not in heading.replace(r"\*", "")
    return heading.removeprefix("#### ").replace("\\", "")


def test_without_runs_it_says_what_to_do(open_page: Open) -> None:
    app = open_page("distributions")
    assert "Start one on any training page" in app.info[0].value
    assert not charts(app)


def test_a_run_real_against_generated(store: RunStore, open_page: Open) -> None:
    run = stored_runs.finished(store)
    app = open_page("distributions", run=run.id)
    assert app.query_params["run"] == run.id
    drawn = charts(app)
    assert {f"compare.{title}" for title in TITLES} <= set(drawn)
    for title in TITLES:
        chart = drawn[f"compare.{title}"]
        assert chart["link"] == "compare"
        # All four look at the same part of x.
        histogram = drawn["compare.Histogram"]["figure"]["layout"]["xaxis"]["range"]
        assert chart["figure"]["layout"]["xaxis"]["range"] == histogram
    real, made = run.real(), run.samples(run.sample_steps()[-1])["fresh"]
    expected = compare(WeightedSample.of(real), WeightedSample.of(made))
    assert sentence(app) == expected.sentence
    distances = app.dataframe[0].value
    assert distances["Value"].tolist() == [one.value for one in expected.distances]
    assert (distances["From"] <= distances["Value"]).all()
    moments = app.dataframe[1].value
    assert moments["real"].tolist()[0] == moments["generated"].tolist()[0] == "200"
    (trace,) = drawn["compare.over.chart"]["figure"]["data"]
    assert trace["name"] == "Wasserstein-1"
    evolution = drawn["compare.evolution"]["figure"]["data"]
    assert [trace["name"] for trace in evolution] == ["generated", "real", "generated"]
    assert evolution[0]["type"] == "heatmap"


def test_a_link_to_another_run_is_followed(store: RunStore, open_page: Open) -> None:
    first, second = stored_runs.finished(store), stored_runs.finished(store)
    app = open_page("distributions", run=first.id)
    assert app.selectbox(key="compare.run").value == first.id
    app.query_params["run"] = second.id
    app.run()
    assert app.selectbox(key="compare.run").value == second.id
    # The choice on the page counts from then on, and the address follows it.
    app.selectbox(key="compare.run").set_value(first.id).run()
    assert app.query_params["run"] == first.id
    app.run()
    assert app.selectbox(key="compare.run").value == first.id


def test_images_have_ink_and_the_scores_of_the_discriminator(
    store: RunStore, open_page: Open
) -> None:
    stored_runs.finished(store, "mnist/dcgan")
    app = open_page("distributions")
    assert app.session_state["compare.quantity"] == "Ink per image"
    assert charts(app)


@pytest.mark.parametrize("style", ["Side by side", "Difference"])
def test_options_of_the_histogram(store: RunStore, open_page: Open, style: str) -> None:
    stored_runs.finished(store)
    app = open_page("distributions")
    before = charts(app)["compare.Histogram"]["figure"]
    app.session_state["compare.style"] = style
    app.session_state["compare.scale"] = "Counts"
    app.session_state["compare.bins"] = "Sturges"
    after = charts(app.run())["compare.Histogram"]["figure"]
    assert after["data"][0]["type"] == "bar"
    assert "count" in after["layout"]["yaxis"]["title"]["text"] or style == "Side by side"
    assert before["data"][0]["type"] == "scatter"


def test_a_damaged_sample_is_one_sentence(store: RunStore, open_page: Open) -> None:
    run = stored_runs.finished(store)
    stored_runs.damage(run.path / "samples" / f"{run.sample_steps()[-1]:08d}.npz")
    app = open_page("distributions", run=run.id)
    assert [error.value for error in app.error] == ["samples/00000020.npz is damaged."]


def test_a_run_that_is_deleted_while_it_is_drawn(
    store: RunStore, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored_runs.finished(store)

    def read_last(*given: object) -> object:
        found = distributions(*given)
        store.delete(run.id)
        return found

    monkeypatch.setattr(over_steps, "distributions", read_last)
    page = open_page("distributions", run=run.id)
    assert not page.exception and not page.error
    assert not (store.root / run.id).exists()


def test_a_run_without_samples(store: RunStore, open_page: Open) -> None:
    real = stored_runs.samples_of("toy/scalar", 0).fixed
    stored_runs.written(store, "toy/scalar", real, state="stopped")
    app = open_page("distributions")
    assert "No samples yet." in [part.value for part in app.caption]
    assert not charts(app)


def broken(store: RunStore, real: np.ndarray, made: np.ndarray) -> Run:
    """A finished run of numbers with samples of one step."""
    samples, end = Samples(5, made, made), Finished(5, "0" * 64, {})
    return stored_runs.written(
        store, "toy/scalar", real, samples, end, names=("generator_loss",), steps=5
    )


def test_no_finite_value_is_one_sentence(store: RunStore, open_page: Open) -> None:
    numbers = np.ones((5, 1), np.float32)
    lost = broken(store, numbers, np.nan * numbers)
    app = open_page("distributions", run=lost.id)
    assert [part.value for part in app.info] == [
        "Values at step 5: there are no finite generated values to compare."
    ]
    assert not charts(app)


def test_pixels_of_images_are_compared_by_their_counts(store: RunStore, open_page: Open) -> None:
    rng = np.random.default_rng(0)
    real, made = (rng.integers(0, most, (9, 28, 28, 1)).astype(np.uint8) for most in (256, 128))
    views = [stored_runs.image_views(images) for images in (real, made)]
    run = stored_runs.written(
        store,
        "mnist/dcgan",
        real,
        Samples(5, made, made, views=views[1]),
        names=("generator_loss",),
        views=views[0],
        steps=5,
    )
    app = open_page("distributions", run=run.id)
    app.session_state["compare.quantity"] = "Pixel brightness"
    app.run()
    assert not app.exception
    pixels = real.ravel().astype(float), made.ravel().astype(float)
    shown = app.dataframe[0].value.set_index("Distance")["Value"]
    assert shown["Wasserstein-1"] == pytest.approx(stats.wasserstein_distance(*pixels), rel=1e-12)
    assert app.dataframe[1].value["real"].tolist()[0] == "7,056"
    assert len(charts(app)) == len(TITLES) + 2


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app.segmented_control(key="source").set_value("A table of your own").run()
    app.file_uploader(key="compare.table").upload(name, content)
    return app.run()


def test_the_address_says_that_a_table_is_compared(store: RunStore, open_page: Open) -> None:
    stored_runs.finished(store)
    app = open_page("distributions", source="A table of your own")
    assert app.segmented_control(key="source").value == "A table of your own"
    assert app.file_uploader(key="compare.table")
    assert not charts(app)


@pytest.mark.parametrize("name", ["sales.csv", "sales.parquet"])
def test_two_columns_of_a_table(open_page: Open, name: str) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"before": rng.normal(size=500), "a_f*t": rng.normal(1, 1, 500)})
    frame.loc[3, "before"] = np.nan
    file = io.BytesIO()
    frame.to_csv(file, index=False) if name.endswith("csv") else frame.to_parquet(file)
    app = upload(open_page("distributions"), name, file.getvalue())
    # Names are shown as they are, never as markup.
    assert sentence(app).startswith("The a_f*t values lie higher: mean ")
    assert any("a value is missing or not a number" in part.value for part in app.caption)
    assert set(app.dataframe[1].value.columns) >= {"before", "a_f*t"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"word\nand\nor\n", "a.csv has no numeric column; it has word."),
        ("a.csv", b"x\n5\n", "a.csv must have at least 2 rows of values. Received: 1."),
        ("a.npy", b"x" * 99, "a.npy cannot be read as a table"),
    ],
)
def test_a_file_that_is_no_table(open_page: Open, name: str, content: bytes, said: str) -> None:
    app = upload(open_page("distributions"), name, content)
    assert not app.exception
    assert app.error[0].value.startswith(said)
    # And the page goes on working.
    app = upload(app, "b.csv", b"x,y\n1,2\n2,3\n3,1\n")
    assert not app.error
    assert charts(app)


COMPARED = Compared(
    "k",
    "p",
    "a <b>",
    Distribution(
        "values", WeightedSample.of(np.array([2.0, 1.0, 2.0])), WeightedSample.of(np.array([3.0]))
    ),
    two_real("x", "y"),
)


def test_downloads(tmp_path: Path) -> None:
    rows = pd.read_csv(io.StringIO(values_csv(COMPARED)))
    assert rows.to_dict("list") == {
        "sample": ["x", "x", "y"],
        "value": [1.0, 2.0, 3.0],
        "count": [1, 2, 1],
    }
    from ganlib.viz.histograms import histogram_figure, histogram_info

    chart = histogram_figure(histogram_info(COMPARED.samples.real, COMPARED.samples.generated))
    page = charts_html(COMPARED, {"one": chart, "two": chart})
    assert "a &lt;b&gt;" in page
    assert "<b>" not in page.split("<h1>")[1][:20]
    assert page.count("Plotly.newPlot") == 2
