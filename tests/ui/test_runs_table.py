"""The table of runs: what it says of each, and what is done with those that are selected."""

from collections.abc import Callable
from typing import Any

import pytest
import stored_runs
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import RunStore
from ganlib.runs.fork import fork_run
from ganlib.ui.runs_table import settings_text

Open = Callable[..., AppTest]


def test_of_a_fork_it_says_where_it_comes_from(store: RunStore, open_page: Open) -> None:
    first = stored_runs.finished(store)
    assert "Fork of" not in open_page("runs").dataframe[0].value

    config = recipes.get("toy/scalar").parse({"steps": 1_200})
    fork = fork_run(store, first.id, stored_runs.STEP, config)
    fork.lock.release()
    store.rename(first.id, "The first")
    assert open_page("runs").dataframe[0].value["Fork of"].tolist() == ["The first, step 20", ""]

    store.delete(first.id)
    told = open_page("runs").dataframe[0].value["Fork of"]
    assert told.tolist() == ["a run that is gone, step 20"]


@pytest.mark.parametrize(
    ("recipe", "values", "said"),
    [
        ("toy/scalar", {}, ""),
        ("toy/scalar", {"steps": 3_000, "seed": 7}, "steps 3,000 · seed 7"),
        ("toy/plane", {}, "cured"),
        ("toy/plane", {"preset": "plain GAN"}, "plain GAN"),
        (
            "toy/plane",
            {"preset": "plain GAN", "target": "two_gaussians"},
            "plain GAN · target two gaussians",
        ),
        (
            "toy/plane",
            {"target": "drawn", "drawing": "0,0 0.1,0.1 0.2,0.2 0.3,0.3"},
            "cured · target drawn · drawing",
        ),
    ],
)
def test_what_tells_a_run_from_others(recipe: str, values: dict[str, Any], said: str) -> None:
    config = recipes.get(recipe).parse(values).model_dump(mode="json")
    assert settings_text(recipe, config) == said


def test_of_what_it_does_not_know_it_says_nothing() -> None:
    config = recipes.get("toy/scalar").parse({"seed": 7}).model_dump(mode="json")
    assert settings_text("toy/scalar", {**config, "from a later version": 3}) == "seed 7"
    assert settings_text("toy/forgotten", config) == ""
    assert settings_text("toy/plane", {"preset": "from a later version"}) == ""


def test_a_note_is_kept_when_it_is_left(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    app = select(open_page("runs"), run.id)
    app.text_area(key=f"{run.id}.note").input("worth keeping").run()
    assert run.label().note == "worth keeping"
    assert app.dataframe[0].value["Note"].tolist() == ["worth keeping"]


def test_a_name_that_is_refused_is_the_old_one_again(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    name = run.label().name
    app = select(open_page("runs"), run.id)
    app.text_input(key=f"{run.id}.name").input("").run()
    assert [box.value[:21] for box in app.error] == ["A run's name has 1 to"]
    assert app.text_input(key=f"{run.id}.name").value == name
    assert run.label().name == name


def test_two_in_the_plane_are_opened_side_by_side(open_page: Open, store: RunStore) -> None:
    older, newer = (stored_runs.finished(store, "toy/plane").id for _ in range(2))
    app = select(open_page("runs"), newer, older)
    app.button(key="open_both").click().run()
    assert app.query_params["run"] == older
    assert app.query_params["beside"] == newer
    scalar = stored_runs.finished(store).id
    other = select(open_page("runs"), scalar, newer)
    assert "open_both" not in [button.key for button in other.button]


def select(app: AppTest, *run_ids: str) -> AppTest:
    """Selects rows, which AppTest cannot."""
    app.session_state["runs.chosen"] = list(run_ids)
    return app.run()
