"""The pages that start runs: tiles, durations, the queue, and all recipes at once."""

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.knobs import choices
from ganlib.runs import Manager, RunStore
from ganlib.runs.store import RunSummary
from ganlib.ui.launch import family_runs
from ganlib.ui.launch.data_choice import picture_of
from ganlib.ui.launch.estimate import MEASURED, Estimate, estimate
from ganlib.ui.launch.family_runs import ahead_text, best_run, runs_ahead
from ganlib.ui.launch.start import growth_warning
from ganlib.ui.server.server import Server, manager
from tests.support import stored_runs

Open = Callable[..., AppTest]


@pytest.fixture
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are started stay in the queue."""
    monkeypatch.setattr(Manager, "_start_next", lambda self: None)
    monkeypatch.setattr(Server, "warm_up", lambda self: None)


def galleries(app: AppTest) -> dict[str, list[dict[str, Any]]]:
    """Tiles of each gallery by its label."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.json]
    return {one["label"]: one["tiles"] for one in found if "tiles" in one}


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown).replace("\\", "")


@pytest.mark.parametrize("page", ["toy", "mnist", "quickdraw", "wgan"])
def test_every_recipe_is_a_tile_with_picture_and_summary(page: str, open_page: Open) -> None:
    tiles = galleries(open_page(page))["Recipe"]
    family = recipes.on_page(page)
    assert [(tile["name"], tile["title"], tile["caption"]) for tile in tiles] == [
        (recipe.name, recipe.title, recipe.summary) for recipe in family
    ]
    assert all(tile["src"].startswith("data:image/") for tile in tiles)


def test_a_recipe_without_runs_says_what_it_reached_elsewhere(open_page: Open) -> None:
    assert set(MEASURED) <= set(recipes.all_recipes())
    notes = {tile["name"]: tile["note"] for tile in galleries(open_page("mnist"))["Recipe"]}
    found = "Fréchet distance 1.1 (real samples 0.18) after 4,000 steps, of 2,000 samples"
    assert notes["mnist/dcgan"].endswith(f" on two processor cores · {found}")


@pytest.mark.parametrize("name", ["toy/scalar", "toy/plane", "mnist/dcgan", "wgan/gp"])
def test_data_are_tiles_with_pictures_the_recipes_own_first(name: str, open_page: Open) -> None:
    fields = recipes.get(name).Config.model_fields
    knob = "target" if "target" in fields else "dataset"
    app = open_page(recipes.get(name).page)
    app.session_state[f"{recipes.get(name).page}.recipe"] = name
    tiles = galleries(app.run())["Data"]
    assert {tile["name"] for tile in tiles} == set(choices(fields[knob]))
    assert tiles[0]["name"] == fields[knob].default
    assert all(tile["src"] for tile in tiles)
    assert not any("_" in tile["title"] or "ring8" in tile["title"] for tile in tiles)


def test_pictures_of_targets_are_of_their_own_samples() -> None:
    file = Path(family_runs.__file__).with_name("previews.npz")
    with np.load(file, allow_pickle=False) as previews:
        for name in ("toy/scalar", "toy/plane"):
            recipe = recipes.get(name)
            for target in choices(recipe.Config.model_fields["target"]):
                if target not in ("own", "drawn"):
                    shown = previews[target].astype(np.float64)
                    fresh = recipe.load(recipe.parse({"target": target})).take(1, len(shown))
                    assert (differences(shown, fresh) < 0.1).all(), target


def differences(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean difference of the central 90 % of each coordinate, in widths of that range."""
    shares = np.linspace(0.05, 0.95, 200)
    ours, theirs = (np.quantile(values, shares, axis=0) for values in (one, other))
    return abs(ours - theirs).mean(axis=0) / np.ptp(theirs, axis=0)


def test_a_picture_of_unknown_data_is_left_out() -> None:
    assert picture_of("stripes") is None


@pytest.mark.usefixtures("nothing_is_trained")
def test_train_all_three_gives_three_runs_and_compares_them(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, Any]] = []

    def switch_page(page: str, *, query_params: dict[str, Any]) -> None:
        opened.append((page, query_params))

    monkeypatch.setattr("streamlit.switch_page", switch_page)
    app = open_page("wgan")
    app.session_state["wgan/clip:dataset"] = "fashion_mnist"
    app.session_state["wgan/gp:batch_size"] = "16"
    app.text_input(key="wgan/clip:steps").set_value("77").run()
    app.text_input(key="wgan/clip:seed").set_value("5").run()
    app.button(key="train_all").click().run()
    assert not app.exception and not app.error
    runs = {row.recipe: row for row in store.list()}
    assert set(runs) == {"wgan/clip", "wgan/gp", "sngan"}
    shared = [
        (run.values["steps"], run.values["seed"], run.values["dataset"]) for run in runs.values()
    ]
    assert shared == [(77, 5, "fashion_mnist")] * 3
    # What was set for another recipe stays as it was set.
    assert runs["wgan/gp"].values["batch_size"] == 16
    ((page, query),) = opened
    assert page == "pages/compare.py"
    assert query["runs"] == [runs[name].id for name in ("wgan/clip", "wgan/gp", "sngan")]


@pytest.mark.usefixtures("nothing_is_trained")
def test_start_queues_while_others_train_and_the_page_says_how_many(
    open_page: Open, store: RunStore
) -> None:
    app = open_page("toy")
    assert "The server is busy." not in texts(app)
    assert "the estimate uses the speed of this machine." in texts(app)
    ids = [manager().submit("toy/scalar", recipes.get("toy/scalar").parse({})) for _ in range(3)]
    assert [runs_ahead(run_id) for run_id in ids] == [0, 1, 2]
    app.run()
    assert "The server is busy. Your run will wait for 3 other runs." in texts(app)
    assert not app.button(key="start").disabled
    tiles = {tile["name"]: tile["caption"] for tile in galleries(app)["Recent runs"]}
    assert tiles[ids[2]] == "Waiting: 2 runs ahead"
    assert ahead_text(1) == "Waiting: 1 run ahead"
    app.button(key="start").click().run()
    assert len(store.list()) == 4


def with_speed(rows: Iterable[RunSummary], *speeds: float) -> list[RunSummary]:
    found = zip(rows, speeds, strict=True)
    return [
        replace(row, status=replace(row.status, steps_per_second=speed))
        for row, speed in found
        if row.status
    ]


def test_the_duration_comes_from_runs_with_the_same_networks(store: RunStore) -> None:
    recipe = recipes.get("toy/scalar")

    def seconds(**knobs: Any) -> float:
        found = estimate(recipe, recipe.parse({"steps": 1_000, **knobs}), runs)
        assert found and found.measured
        return found.seconds

    stored_runs.create(store, batch_size=64).lock.release()
    stored_runs.create(store, steps=9, target="uniform", seed=3).lock.release()
    runs = sorted(store.list(), key=lambda row: int(row.values["batch_size"]))
    runs = with_speed(runs, 50.0, 200.0)
    # Steps, seed and data do not count.
    assert seconds() == pytest.approx(5.0)
    assert seconds(batch_size=64) == pytest.approx(20.0)
    # Twice the samples take twice the time.
    assert seconds(batch_size=128) == pytest.approx(40.0)


def test_a_duration_without_any_run_is_marked_as_one_of_another_machine() -> None:
    recipe = recipes.get("mnist/dcgan")
    found = estimate(recipe, recipe.parse({"steps": 23}), [])
    assert found == Estimate(pytest.approx(10.0), False)
    assert found and found.text() == "about 10 s on two processor cores"
    halved = estimate(recipe, recipe.parse({"steps": 23, "batch_size": 64}), [])
    assert halved and halved.seconds == pytest.approx(10.0 * 64 / recipe.Config().batch_size)


def test_start_says_how_long_it_takes(open_page: Open, store: RunStore) -> None:
    with ExitStack() as stack:
        writer = stack.enter_context(stored_runs.training(store))
        writer.write_status("running", steps_per_second=400.0)
        app = open_page("toy")
        assert app.button(key="start").label == "Start · about 20 s"
        notes = {tile["name"]: tile["note"] for tile in galleries(app)["Recipe"]}
        assert notes["toy/scalar"].startswith("about 20 s on this machine")
        assert notes["toy/plane"].startswith("about 2 min on two processor cores")
        app.text_input(key="toy/scalar:steps").set_value("80000").run()
        assert app.button(key="start").label == "Start · about 3 min"
        # The run that trains is at the top of the page and first among the recent ones.
        (tile,) = galleries(app)["Recent runs"]
        assert tile["caption"].startswith("Running, step 20 of ")
        assert any("step 20 of" in text.value for text in app.markdown)


def test_the_best_run_is_on_the_recipes_own_data(store: RunStore) -> None:
    for knobs in ({"target": "uniform"}, {}, {}):
        stored_runs.create(store, **knobs).lock.release()
    recipe = recipes.get("toy/scalar")
    rows = sorted(store.list(), key=lambda row: str(row.values["target"]))
    scored = [
        replace(
            row,
            status=replace(row.status, state="finished", best_scores={recipe.score: score}),
        )
        for row, score in zip(rows, (0.5, 0.2, 0.1), strict=True)
        if row.status
    ]
    assert [row.values["target"] for row in scored] == ["mixture", "mixture", "uniform"]
    assert best_run(recipe, scored) is scored[1]
    assert best_run(recipe, scored[2:]) is None
    assert best_run(recipes.get("toy/plane"), scored) is None


def test_networks_that_will_not_grow_to_the_end_are_announced(open_page: Open) -> None:
    recipe = recipes.get("progressive")
    warning = growth_warning(recipe, recipe.parse({"steps": 250}))
    assert warning == (
        "250 steps end at 4 x 4 pixels. The images reach 32 x 32 pixels only after 2,401 steps."
    )
    # The first step at which the images have their last size, by arithmetic: six phases of 25,600
    # images, 64 a step.
    assert 6 * 25_600 // 64 + 1 == 2_401
    assert growth_warning(recipe, recipe.parse({"steps": 2_400}))
    assert not growth_warning(recipe, recipe.parse({"steps": 2_401}))
    assert not growth_warning(recipes.get("mnist/dcgan"), recipes.get("mnist/dcgan").parse({}))
    app = open_page("mnist")
    app.session_state["mnist.recipe"] = "progressive"
    app.session_state["progressive:steps"] = "250"
    app.run()
    assert [box.value for box in app.warning] == [warning]


def test_examples_until_there_is_a_run(open_page: Open) -> None:
    tiles = galleries(open_page("toy"))["Example runs"]
    examples = {run.id for run in manager().store.examples() if run.recipe.startswith("toy/")}
    assert {tile["name"] for tile in tiles} == examples
    assert "Recent runs" not in galleries(open_page("toy"))


def test_the_newest_eight_runs_of_the_family_are_tiles(open_page: Open, store: RunStore) -> None:
    for _ in range(10):
        stored_runs.finished(store, "toy/scalar")
    stored_runs.finished(store, "mnist/dcgan")
    tiles = galleries(open_page("toy"))["Recent runs"]
    newest = [row.id for row in store.list() if row.recipe == "toy/scalar"]
    assert [tile["name"] for tile in tiles] == newest[:8]
    assert all(tile["src"] and tile["title"].startswith("One number") for tile in tiles)


def test_a_tile_has_the_distance_of_real_samples(store: RunStore) -> None:
    row = RunSummary.of(stored_runs.finished(store))
    status = replace(
        row.status,
        best_scores={"w1_over_sigma": 0.125},
        scores={"w1_over_sigma": 0.5, "w1_over_sigma_real": 0.05},
    )
    assert family_runs.quality_text(replace(row, status=status)) == (
        "Best Wasserstein-1 0.125 (real samples 0.05)"
    )


def test_an_address_may_name_a_recipe(open_page: Open) -> None:
    app = open_page("mnist", recipe="fashion/dense")
    assert app.session_state["mnist.recipe"] == "fashion/dense"
    assert "recipe" not in app.query_params
    assert open_page("mnist", recipe="toy/plane").session_state["mnist.recipe"] == "mnist/dcgan"
