"""The page Search: its form refuses what cannot be searched, and a search is shown and used."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import RunStore
from ganlib.search import Stopper, Task, make_settings, work
from ganlib.search.storage import create_study, open_storage
from tests.ui.test_entry_pages import galleries

Open = Callable[..., AppTest]
NAME = "a-search"


def text_of(app: AppTest) -> str:
    return "\n".join(one.value for one in app.markdown)


@pytest.fixture
def search(open_page: Open) -> AppTest:
    app = open_page("search")
    app.selectbox(key="search.recipe").set_value("toy/scalar").run()
    return app


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """A finished search of two objectives."""
    store = RunStore(tmp_path_factory.mktemp("searched") / "runs")
    settings = make_settings(
        recipes.get("toy/scalar"),
        "generator_learning_rate=0.0001:0.01,loss=hinge|least_squares",
        {"steps": "20", "sample_every": "10"},
        objectives=("w1_over_sigma", "coverage"),
    )
    create_study(open_storage(store.root), NAME, settings, store.root, goal=5)
    work(Task(NAME, str(store.root), goal=5), Stopper())
    return store


def test_the_form_offers_the_knobs_of_the_recipe(search: AppTest) -> None:
    varied = search.multiselect(key="search.knobs.toy/scalar")
    assert varied.value == ["generator_learning_rate", "discriminator_learning_rate"]
    assert "Steps" not in varied.options and "Batch size" in varied.options
    assert not search.button(key="search.start").disabled


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("0.1", "0.01", "needs two bounds, the lower first"),
        ("0.01", "0.01", "needs two bounds, the lower first"),
        ("fast", "0.01", "Generator learning rate must be a number"),
        ("-1", "0.01", "Generator learning rate must be a number"),
    ],
)
def test_a_wrong_range_is_told_and_nothing_starts(
    search: AppTest, low: str, high: str, said: str
) -> None:
    key = "search.toy/scalar.generator_learning_rate"
    search.text_input(key=f"{key}.low").set_value(low)
    search.text_input(key=f"{key}.high").set_value(high).run()
    assert said in text_of(search)
    assert search.button(key="search.start").disabled


def test_nothing_to_vary(search: AppTest) -> None:
    search.multiselect(key="search.knobs.toy/scalar").set_value([]).run()
    assert "Choose at least one setting to vary." in text_of(search)


def test_no_objective(search: AppTest) -> None:
    search.multiselect(key="search.objectives.toy/scalar").set_value([]).run()
    assert search.button(key="search.start").disabled


def test_an_address_without_a_study(open_page: Open) -> None:
    app = open_page("search", study="<b>nothing</b>")
    assert "There is no search named" in app.warning[0].value
    assert "study" not in app.query_params
    assert app.selectbox(key="search.recipe")


def test_every_view_of_a_finished_search(
    studied: RunStore, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANLIB_RUNS", str(studied.root))
    app = open_page("search", study=NAME)
    assert "5 of 5 trials" in text_of(app)
    for view in ("Pareto front", "Samples", "Training", "History", "Settings", "Trials"):
        app.segmented_control(key="study.view").set_value(view).run()
        assert not app.exception and not app.error, view
        if view == "Samples":
            tiles = galleries(app)["Trials"]
            assert sorted(tile["title"] for tile in tiles) == [f"Trial {at}" for at in range(5)]
    rows = app.dataframe[0].value
    assert rows["Trial"].tolist() == [4, 3, 2, 1, 0]
    assert set(rows["Loss"]) <= {"hinge", "least_squares"}


def test_the_settings_of_the_best_trial_are_used(
    studied: RunStore, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANLIB_RUNS", str(studied.root))
    app = open_page("search", study=NAME)
    app.button(key="study.use.0").click().run()
    assert not app.exception
    best = min(
        (row for row in studied.list()),
        key=lambda row: row.status.scores["w1_over_sigma"],  # type: ignore[union-attr]
    )
    assert app.session_state["toy/scalar:loss"] in ("hinge", "least_squares")
    assert best.values["steps"] == 20 == int(app.session_state["toy/scalar:steps"])
