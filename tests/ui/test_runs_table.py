"""The table of runs: what it says of each, and what is done with those that are selected."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.events import Finished, Samples
from ganlib.runs import Run, RunStore
from ganlib.runs.fork import fork_run
from ganlib.ui.runs.runs_table import settings_text
from tests.support import stored_runs

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
    assert told.tolist() == ["a deleted run, step 20"]


def scored(store: RunStore, scores: dict[str, float], final: dict[str, float]) -> Run:
    """A run in the plane with these scores of its only samples, and final ones if it ended."""
    points = np.zeros((4, 2), np.float32)
    ended = [Finished(0, "", final)] if final else []
    return stored_runs.written(
        store,
        "toy/plane",
        points,
        Samples(0, points, points, scores=scores),
        *ended,
        state="finished" if final else "stopped",
    )


def test_a_run_in_the_plane_shows_the_floor_and_the_peaks(open_page: Open, store: RunStore) -> None:
    stored_runs.finished(store)
    # The columns are there for runs that fill them.
    assert not {"Floor", "Peaks"} & set(open_page("runs").dataframe[0].value.columns)
    # An earlier version's score is not shown, and what it shares with this one is.
    old = {"marginal_w1_over_sigma": 0.02, "modes": 5.0}
    new = {"sliced_w1_over_sigma": 0.04, "sliced_w1_floor": 0.05, "modes": 7.0}
    end = {"sliced_w1_over_sigma": 0.03, "sliced_w1_floor": 0.016, "modes": 8.0}
    ids = [scored(store, *each).id for each in ((old, old), (new, {}), (new, end))]
    for run_id, name in zip(ids, ("old", "new", "ended"), strict=True):
        store.rename(run_id, name)
    table = open_page("runs").dataframe[0].value.set_index("Name")
    for name, best, last, floor, peaks in (
        ("old", None, None, None, "5 of 8"),
        ("new", 0.04, 0.04, 0.05, "7 of 8"),
        ("ended", 0.04, 0.03, 0.016, "8 of 8"),
    ):
        row = table.loc[name]
        for column, value in (("Best", best), ("Last", last), ("Floor", floor)):
            assert pd.isna(row[column]) if value is None else row[column] == value
        assert row["Peaks"] == peaks
    toys = table[table["Recipe"] == "toy/scalar"]
    assert toys["Peaks"].tolist() == [""] and toys["Floor"].isna().all()


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
