"""The table of runs: what it says of each, and what is done with those that are selected."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.events import Samples
from ganlib.runs import Manager, Run, RunStore
from ganlib.runs.fork import fork_run
from ganlib.runs.status import State
from ganlib.ui.run import actions
from ganlib.ui.runs.rows import settings_text
from ganlib.ui.server import session
from tests.support import stored_runs
from tests.support.fake_trainer import FakeConfig, Walk, make_fake, wait_until

Open = Callable[..., AppTest]


def test_of_a_fork_it_says_where_it_comes_from(store: RunStore, open_page: Open) -> None:
    first = stored_runs.finished(store)
    assert "Fork of" not in open_page("runs").dataframe[0].value

    config = recipes.get("toy/scalar").parse({"steps": 1_200})
    fork = fork_run(store, first.id, stored_runs.STEP, config)
    fork.lock.release()
    store.rename(first.id, "The first")
    origins = open_page("runs").dataframe[0].value["Fork of"]
    assert origins.fillna("").tolist() == ["The first, step 20", ""]
    # The parent keeps its name when the filters hide it.
    store.rename(fork.id, "The second")
    origins = open_page("runs", q="second").dataframe[0].value["Fork of"]
    assert origins.tolist() == ["The first, step 20"]

    store.delete(first.id)
    told = open_page("runs").dataframe[0].value["Fork of"]
    assert told.tolist() == ["a deleted run, step 20"]


def scored(
    store: RunStore, recipe: str, scores: list[dict[str, float]], state: State = "stopped"
) -> Run:
    """A run with these scores of the samples at steps 0, 10, 20 ..."""
    real = np.zeros((4, 2), np.float32) if recipe == "toy/plane" else np.zeros((4, 1), np.float32)
    events = [Samples(10 * at, real, real, scores=one) for at, one in enumerate(scores)]
    return stored_runs.written(store, recipe, real, *events, state=state)


def row_of(app: AppTest, run: Run) -> dict[str, Any]:
    """The cells of a run's row."""
    table = app.dataframe[0].value
    return dict(table[table["Name"] == run.label().name].iloc[0])


def text(cell: Any) -> str:
    """A cell without the spaces that align it."""
    return str(cell).strip("\u2007")


def test_quality_has_its_unit_and_the_best_step(open_page: Open, store: RunStore) -> None:
    # The lowest of another figure is not the best.
    plane = [
        {"sliced_w1_over_sigma": value, "sliced_w1_floor": 0.05, "modes": modes}
        for value, modes in ((0.4, 8.0), (0.04, 7.0), (0.123, 1.0))
    ]
    runs = {
        "points": scored(store, "toy/plane", plane),
        "numbers": scored(store, "toy/scalar", [{"w1_over_sigma": 12.34}]),
        "images": scored(store, "mnist/dcgan", [{"frechet": 1_234.5}]),
        "none": stored_runs.create(store),
    }
    for name, run in runs.items():
        store.rename(run.id, name)
    app = open_page("runs")
    rows = {name: row_of(app, run) for name, run in runs.items()}
    assert text(rows["points"]["Quality"]) == "0.123 Sliced Wasserstein-1"
    assert rows["points"]["Real"] == 0.05
    assert rows["points"]["Best step"] == 10
    assert text(rows["numbers"]["Quality"]) == "12.3 Wasserstein-1"
    assert text(rows["images"]["Quality"]) == "1234 Fréchet"
    assert pd.isna(rows["numbers"]["Real"]) and rows["numbers"]["Best step"] == 0
    assert all(pd.isna(rows["none"][name]) for name in ("Quality", "Real", "Best step"))
    # The text sorts like the number, because integer parts are padded.
    texts = [rows[name]["Quality"] for name in ("points", "numbers", "images")]
    assert len({text.partition(".")[0].partition(" ")[0].__len__() for text in texts}) == 1
    runs["none"].lock.release()


def test_duration_is_that_of_the_training(open_page: Open, store: RunStore) -> None:
    finished = stored_runs.finished(store)
    queued = stored_runs.create(store)
    store.rename(queued.id, "queued")
    app = open_page("runs")
    assert text(row_of(app, finished)["Duration"]) == "0:01"
    assert pd.isna(row_of(app, queued)["Duration"])
    queued.lock.release()


def test_filters_come_from_the_address(open_page: Open, store: RunStore) -> None:
    digits, failed = stored_runs.finished(store, "mnist/dcgan"), stored_runs.failed(store)
    plane = stored_runs.finished(store, "toy/plane")
    for run, name in ((digits, "Digits"), (failed, "Broken"), (plane, "Ring of eight")):
        store.rename(run.id, name)
    store.tag(digits.id, ["slides", "keep"])
    store.tag(plane.id, ["slides"])
    store.annotate(failed.id, "Learning RATE too high")
    for query, names in (
        ({}, {"Digits", "Broken", "Ring of eight"}),
        ({"family": "Toy"}, {"Broken", "Ring of eight"}),
        ({"state": "Failed"}, {"Broken"}),
        ({"tag": "slides"}, {"Digits", "Ring of eight"}),
        ({"tag": "slides", "family": "MNIST"}, {"Digits"}),
        ({"q": "rate learning"}, {"Broken"}),
        ({"q": "dcgan"}, {"Digits"}),
        ({"q": "RING"}, {"Ring of eight"}),
    ):
        app = open_page("runs", **query)
        assert set(app.dataframe[0].value["Name"]) == names, query
    app = open_page("runs", q="nothing like this")
    assert not app.dataframe
    app.button("clear_filters").click().run()
    assert len(app.dataframe[0].value) == 3
    app.text_input("q").input("ring").run()
    assert app.dataframe[0].value["Name"].tolist() == ["Ring of eight"]


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
            "plain GAN · distribution two peaks",
        ),
        (
            "toy/plane",
            {"target": "drawn", "drawing": "0,0 0.1,0.1 0.2,0.2 0.3,0.3"},
            "cured · distribution drawn by you · drawing",
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


def test_long_name_is_refused_in_words(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    app = select(open_page("runs"), run.id)
    app.text_input(key=f"{run.id}.name").input("x" * 201).run()
    assert [box.value for box in app.error] == [
        "A run's name has 1 to 200 characters. Received: 201."
    ]


def test_tags_of_one_and_of_several_runs(open_page: Open, store: RunStore) -> None:
    first, second = stored_runs.finished(store), stored_runs.finished(store)
    store.tag(first.id, ["slides", "own"])
    app = select(open_page("runs"), second.id, first.id)
    assert tags_field(app).value == []
    tags_field(app).set_value(["slides"]).run()
    assert not app.error and not app.exception
    assert first.label().tags == ("slides", "own")
    assert second.label().tags == ("slides",)
    assert tags_field(app).value == ["slides"]
    tags_field(app).set_value([]).run()
    assert (first.label().tags, second.label().tags) == (("own",), ())

    app = select(app, first.id)
    assert tags_field(app).value == ["own"]
    tags_field(app).set_value(["own", "x" * 21]).run()
    assert [box.value[:26] for box in app.error] == ["A tag has 1 to 20 characte"]
    assert tags_field(app).value == ["own"]
    assert first.label().tags == ("own",)


def tags_field(app: AppTest) -> Any:
    (field,) = [one for one in app.multiselect if one.label == "Tags"]
    return field


def test_deleted_runs_can_be_restored_for_ten_seconds(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [stored_runs.finished(store) for _ in range(2)]
    for run, name in zip(runs, ("first", "second"), strict=True):
        store.rename(run.id, name)
    app = select(open_page("runs"), runs[1].id, runs[0].id)
    app.button("delete").click().run()
    assert not app.exception and not app.error
    assert store.list() == []
    assert "Deleted: second, first." in [one.value for one in app.markdown]
    app.button("undo").click().run()
    assert not app.exception and not app.error
    assert [one.label.name for one in store.list()] == ["second", "first"]
    assert "undo" not in [one.key for one in app.button]

    app = select(app, runs[0].id)
    app.button("delete").click().run()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 10.0)
    app.run()
    assert "undo" not in [one.key for one in app.button]


def test_damaged_run_says_why_and_can_be_deleted(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    (run.path / "journal.jsonl").write_bytes(b"no journal")
    app = select(open_page("runs"), run.id)
    row = app.dataframe[0].value.iloc[0]
    assert (row["Name"], row["State"]) == (run.id, "Damaged")
    assert "journal.jsonl is damaged" in row["Note"]
    assert f"{run.id}/journal.jsonl is damaged." in [box.value for box in app.warning]
    assert not {"open", "compare"} & {one.key for one in app.button}
    app.button("delete").click().run()
    assert not app.exception and not app.error
    assert store.list() == []


def test_buttons_of_a_row_are_what_its_state_allows(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = Manager(store, trainer_factory=make_fake, tensorboard=False)
    monkeypatch.setattr(actions, "manager", lambda: manager)
    monkeypatch.setattr(session, "manager", lambda: manager)
    monkeypatch.setitem(recipes.all_recipes(), Walk.name, Walk())
    trained, queued = (
        manager.submit("fake/walk", FakeConfig(steps=1_000_000, delay_ms=1)) for _ in range(2)
    )

    def allowed(run_id: str) -> list[str]:
        return actions.actions_of(run_id, store.open(run_id).status())

    wait_until(lambda: store.open(trained).status().state == "running")
    assert allowed(queued) == ["Cancel run"]
    for action, then in (
        ("Pause", ["Resume", "Stop"]),
        ("Resume", ["Pause", "Stop"]),
        ("Stop", ["Resume"]),
    ):
        assert action in allowed(trained)
        actions.perform(action, [trained], "error")
        wait_until(lambda then=then: allowed(trained) == then)  # type: ignore[misc]
    actions.perform("Stop", [queued], "error")
    assert manager.wait(20)
    assert allowed(queued) == ["Resume"]
    other = stored_runs.create(store)
    assert allowed(other.id) == [], "it is in the queue of another process"
    assert actions.actions_of(other.id, None) == []
    assert allowed(stored_runs.finished(store).id) == []
    other.lock.release()


def select(app: AppTest, *run_ids: str) -> AppTest:
    """Selects rows, which AppTest cannot."""
    app.session_state["runs.chosen"] = list(run_ids)
    return app.run()
