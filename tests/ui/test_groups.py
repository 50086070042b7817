"""Several seeds at once: started from a page, compared, and grouped in the table of runs."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import Manager, Run, RunStore
from ganlib.ui.compare.settings import BUT_SEED
from ganlib.ui.server.server import manager
from tests.support import stored_runs
from tests.support.fake_trainer import wait_until
from tests.ui.test_compare import captions, charts, drawn_array, tables, traces, trained
from tests.ui.test_runs_table import select

Open = Callable[..., AppTest]
STEPS = 20


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The pages that are opened from a page, with what is in their addresses."""
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "streamlit.switch_page", lambda page, *, query_params: found.append((page, query_params))
    )
    return found


@pytest.fixture
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Manager, "_start_next", lambda self: None)


def oldest_first(store: RunStore) -> list[Run]:
    return [store.open(row.id) for row in reversed(store.list())]


def last_scores(runs: Sequence[Run]) -> np.ndarray:
    """The newest quality in each journal."""
    found = []
    for run in runs:
        lines = [json.loads(line) for line in (run.path / "journal.jsonl").read_text().splitlines()]
        scores = [line["scores"] for line in lines if line["kind"] == "samples"]
        found.append(scores[-1][recipes.get(run.recipe).score])
    return np.array(found)


def row_of_group(app: AppTest) -> dict[str, str]:
    """The first row of the table of groups, by title of the column."""
    head, row, *_ = tables(app)[0]
    return dict(zip(head, row, strict=True))


@pytest.mark.slow
def test_five_seeds_from_the_page_to_their_comparison(
    open_page: Open, store: RunStore, opened: list[tuple[str, dict[str, Any]]]
) -> None:
    app = open_page("toy")
    for name, value in (("steps", STEPS), ("seed", 7), ("generator_units", 8), ("batch_size", 16)):
        app.session_state[f"toy/scalar:{name}"] = str(value)
    app.number_input(key="start.seeds").set_value(5).run()
    app.button(key="start").click().run()
    assert not app.exception and not app.error
    ((page, query),) = opened
    runs = oldest_first(store)
    assert page == "pages/compare.py"
    assert query == {"runs": [run.id for run in runs], "group": BUT_SEED}
    assert [run.values["seed"] for run in runs] == [7, 8, 9, 10, 11]
    assert len({json.dumps({**run.values, "seed": 0}) for run in runs}) == 1
    assert {run.label().group for run in runs} == {"One number at a time, two peaks, 5 seeds #1"}
    wait_until(lambda: not manager().active(), timeout_s=240.0)
    assert {run.status().state for run in runs} == {"finished"}

    app = open_page("compare", **query, smoothing="0.0")
    # Mean and band of the generator's loss.
    band, mean = charts(app)["compare.Losses: generator"]["figure"]["data"]
    losses = np.array([run.history()["generator_loss"] for run in runs], np.float64)
    assert losses.shape == (5, STEPS)
    np.testing.assert_allclose(drawn_array(mean["y"]), losses.mean(axis=0), rtol=1e-5)
    high, low = np.split(drawn_array(band["y"]), 2)
    spread = losses.std(axis=0, ddof=1)
    np.testing.assert_allclose(high, losses.mean(axis=0) + spread, rtol=1e-5)
    np.testing.assert_allclose(low[::-1], losses.mean(axis=0) - spread, rtol=1e-5)
    # Final scores. The standard error is the standard deviation, with n - 1, over sqrt(n).
    last = last_scores(runs)
    row = row_of_group(app)
    assert row["Runs"] == "One number at a time, two peaks, 5 seeds #1 (5 runs)"
    assert row["Last"] == f"{last.mean():.3g} ± {last.std(ddof=1):.3g}"
    assert row["Standard error"] == f"{last.std(ddof=1) / np.sqrt(5):.3g}"
    assert row["Worst"] == f"{last.max():.3g} (seed {7 + last.argmax()})"
    # A row and a picture of the samples for each run.
    assert [one[3] for one in tables(app)[1][1:]] == [f"{value:.3g}" for value in last]
    assert captions(app) == [f"Step {STEPS}"] * 5
    assert {f"compare.samples.{at}" for at in range(5)} <= charts(app).keys()


def test_a_second_click_that_interrupts_the_first_starts_no_second_group(
    store: RunStore, nothing_is_trained: None
) -> None:
    def click_twice() -> None:
        import contextlib
        from unittest.mock import patch

        import streamlit as st

        from ganlib import recipes
        from ganlib.ui.form.config_form import open_form
        from ganlib.ui.launch import start
        from ganlib.ui.server.session import Press

        recipe, press = recipes.get("toy/scalar"), Press()
        open_form(recipe)
        st.session_state["start.seeds"] = 3
        # Streamlit interrupts a callback by an exception, at any access to its state.
        interrupted = patch.object(start, "read_form", side_effect=InterruptedError)
        with contextlib.suppress(InterruptedError), interrupted:
            start._start(recipe, press)
        for _ in range(2):
            start._start(recipe, press)

    app = AppTest.from_function(click_twice, default_timeout=60).run()
    assert not app.exception
    runs = oldest_first(store)
    assert app.session_state["start.compared"] == ([run.id for run in runs], BUT_SEED)
    assert [run.values["seed"] for run in runs] == [0, 1, 2]


def test_a_last_seed_that_is_not_allowed_starts_nothing(
    open_page: Open, store: RunStore, nothing_is_trained: None
) -> None:
    app = open_page("toy")
    app.text_input(key="toy/scalar:seed").set_value(str(2**31 - 1)).run()
    app.number_input(key="start.seeds").set_value(2).run()
    app.button(key="start").click().run()
    assert not app.exception
    assert [box.value for box in app.error] == [
        "seed must be a whole number from 0 to 2,147,483,647. Received: 2147483648."
    ]
    assert store.list() == []


def test_all_recipes_with_two_seeds_each(
    open_page: Open,
    store: RunStore,
    nothing_is_trained: None,
    opened: list[tuple[str, dict[str, Any]]],
) -> None:
    app = open_page("wgan")
    app.number_input(key="start.seeds").set_value(2).run()
    app.button(key="train_all").click().run()
    assert not app.exception and not app.error
    runs = oldest_first(store)
    assert [(run.recipe, run.values["seed"]) for run in runs] == [
        (name, seed) for name in ("wgan/clip", "wgan/gp", "sngan") for seed in (0, 1)
    ]
    assert {run.label().group for run in runs} == {"All 3 recipes, digits, 2 seeds #1"}
    ((_, query),) = opened
    assert query["group"] == BUT_SEED


@pytest.mark.parametrize("page", ["mnist", "quickdraw", "wgan"])
def test_every_page_offers_several_seeds(page: str, open_page: Open) -> None:
    field = open_page(page).number_input(key="start.seeds")
    assert (field.value, field.min, field.max) == (1, 1, 20)


def test_ties_one_score_and_none(open_page: Open, store: RunStore) -> None:
    ids = [trained(store, 2.0, seed=seed).id for seed in (4, 5)]
    row = row_of_group(open_page("compare", runs=ids, group=BUT_SEED))
    # The score at step 40 is 20^2 + 1 + 2. The first of equal runs counts as the worst.
    assert (row["Last"], row["Standard error"], row["Worst"]) == ("403 ± 0", "0", "403 (seed 4)")

    waiting = [stored_runs.create(store, steps=40, seed=seed) for seed in (6, 7)]
    for run in waiting:
        run.lock.release()
    row = row_of_group(
        open_page("compare", runs=[ids[0], waiting[0].id], group=BUT_SEED, smoothing="0.0")
    )
    assert (row["Last"], row["Standard error"], row["Worst"]) == ("403", "-", "403 (seed 4)")
    assert row["State"] == "Ended, 1 scored"
    row = row_of_group(open_page("compare", runs=[run.id for run in waiting], group=BUT_SEED))
    assert (row["Last"], row["Standard error"], row["Worst"]) == ("-", "-", "-")
    assert row["State"] == "Ended, 0 scored"


def test_selected_runs_become_a_group_and_are_taken_out(open_page: Open, store: RunStore) -> None:
    first, second, third = (trained(store, seed=seed) for seed in range(3))

    def group_field(app: AppTest) -> Any:
        (field,) = [one for one in app.multiselect if one.label == "Group" and one.key != "groups"]
        return field

    app = select(open_page("runs"), first.id, second.id)
    assert group_field(app).value == []
    assert "Group" not in app.dataframe[0].value
    group_field(app).set_value(["good seeds"]).run()
    assert not app.exception and not app.error
    assert [run.label().group for run in (first, second, third)] == ["good seeds"] * 2 + [""]
    assert group_field(app).value == ["good seeds"]
    shown = app.dataframe[0].value["Group"].fillna("").tolist()
    assert shown == ["", *[":material/compare: good seeds"] * 2]
    assert len(open_page("runs", groups="good seeds").dataframe[0].value) == 2
    # Compare calls the runs by the name of their group.
    app = open_page("compare", runs=[first.id, second.id], group=BUT_SEED)
    assert row_of_group(app)["Runs"] == "good seeds (2 runs)"
    assert "good seeds (2 runs)" in traces(app)

    # A run that is not in the group has nothing in common with those that are.
    app = select(open_page("runs"), first.id, third.id)
    assert group_field(app).value == []
    app = select(app, first.id)
    group_field(app).set_value([]).run()
    assert (first.label().group, second.label().group) == ("", "good seeds")
    app = select(app, third.id)
    group_field(app).set_value(["x" * 201]).run()
    assert [box.value for box in app.error] == [
        "A group's name has at most 200 characters. Received: 201."
    ]
    assert third.label().group == ""
