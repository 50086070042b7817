"""The tabs of a run, its address, its name, and its marks on the slider."""

from collections.abc import Callable

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganlib.events import Checkpoint
from ganlib.runs import Run, RunStore
from ganlib.ui.run.run_page import _page_state
from ganlib.ui.run.samples import panel
from ganlib.ui.run.samples.panel import slider_marks
from ganlib.ui.server.reading import Reading
from tests.support import stored_runs
from tests.ui.test_pages import texts

Open = Callable[..., AppTest]


@pytest.mark.parametrize("recipe", ["toy/scalar", "mnist/dcgan"])
@pytest.mark.parametrize("tab", ["Watch", "Compare with data", "Model", "Settings", "Files"])
def test_tabs_are_in_the_address(tab: str, recipe: str, open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store, recipe)
    app = open_page(recipe.split("/")[0], run=run.id, tab=tab)
    assert not app.error
    signs = {
        "Watch": lambda: bool(app.metric),
        "Compare with data": lambda: "at step 20" in texts(app),
        "Model": lambda: "**Two phases.**" in texts(app),
        "Settings": lambda: "Default" in app.dataframe[0].value,
        "Files": lambda: "TensorBoard" in texts(app),
    }
    assert [name for name, shown in signs.items() if _holds(shown)] == [tab]


def _holds(shown: Callable[[], bool]) -> bool:
    try:
        return shown()
    except IndexError:
        return False


def test_the_program_is_shown_for_recipes_that_have_one(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored_runs.finished(store, "mnist/dcgan")
    assert "import keras" in open_page("mnist", run=run.id, tab="Model").code[-1].value
    monkeypatch.setattr("ganlib.examples.names", lambda: ["toy/scalar"])
    shown = [code.value for code in open_page("mnist", run=run.id, tab="Model").code]
    assert not any("import keras" in text for text in shown)


def test_settings_can_be_used_for_a_new_run(open_page: Open, store: RunStore) -> None:
    stored_runs.create(store, "mnist/basic", steps=123).lock.release()
    run = stored_runs.newest(store)
    app = open_page("mnist", run=run.id, tab="Settings")
    rows = app.dataframe[0].value.set_index("Setting")
    # What differs from the default comes first.
    assert rows.index[0] == "Steps"
    assert rows.loc["Steps", "Value"] == "123"
    app.button(key="use_settings").click().run()
    assert not app.exception
    assert "run" not in app.query_params
    assert app.session_state["mnist.recipe"] == "mnist/basic"
    assert app.session_state["mnist/basic:steps"] == "123"


def test_lists_of_settings_are_no_python(open_page: Open, store: RunStore) -> None:
    stored_runs.create(store, "quickdraw/conv", steps=123).lock.release()
    run = stored_runs.newest(store)
    app = open_page("quickdraw", run=run.id, tab="Settings")
    rows = app.dataframe[0].value.set_index("Setting")
    # The steps alone differ from the defaults.
    assert rows.index[0] == "Steps"
    assert (rows["Value"] != rows["Default"]).sum() == 1
    assert rows.loc["Categories", "Value"] == "apple"


def test_new_samples_keep_their_seed_until_the_next_checkpoint(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Generator:
        def generate(self, count: int, *, seed: int) -> np.ndarray:
            return np.full((count, 1), seed, np.float32)

    names: list[str] = []
    monkeypatch.setattr(panel, "generator_of", lambda run: Generator())
    monkeypatch.setattr(st, "download_button", lambda *_, file_name, **__: names.append(file_name))
    run = stored_runs.finished(store)
    app = open_page("toy", run=run.id)
    app.button(key="generate").click().run()
    app.number_input(key=f"more.{run.id}.seed").set_value(2).run()
    assert not app.exception
    assert set(names) == {f"{run.id}-seed-1.csv"}
    names.clear()
    monkeypatch.setattr(Run, "checkpoint_steps", lambda self: [20, 40])
    app.run()
    assert not app.exception and not names


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_that_is_not_allowed_is_refused_in_words(
    name: str, open_page: Open, store: RunStore
) -> None:
    run = stored_runs.finished(store)
    app = open_page("toy", run=run.id)
    field = app.text_input(key=f"{run.id}.name")
    before = field.value
    field.set_value(name).run()
    assert [box.value for box in app.error] == [
        f"A run's name has 1 to 200 characters. Received: {len(name)}."
    ]
    assert app.text_input(key=f"{run.id}.name").value == before
    app.text_input(key=f"{run.id}.name").set_value("Two peaks").run()
    assert not app.error
    assert run.label().name == "Two peaks"


def test_a_step_in_the_address_is_chosen_once(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    first, last = run.sample_steps()[0], run.sample_steps()[-1]
    app = open_page("toy", run=run.id, step=str(first))
    assert f"At step {first}" in texts(app)
    assert "step" not in app.query_params
    app.session_state[f"{run.id}.time"] = last
    app.run()
    assert "At step" not in texts(app)


def test_presenting_hides_the_forms(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    app = open_page("toy", run=run.id)
    app.button(key="present").click().run()
    assert app.query_params["present"] == "1"
    assert app.button(key="present").label == "End"
    assert not app.tabs
    assert [button.key for button in app.button] == ["present"]
    assert app.metric
    app.button(key="present").click().run()
    assert "present" not in app.query_params


def test_the_first_checkpoint_redraws_the_page(store: RunStore) -> None:
    with stored_runs.training(store) as writer:
        run = stored_runs.newest(store)
        before = _page_state(Reading(run, run.status()))
        writer.save(Checkpoint(stored_runs.STEP, 1.0, {"of": np.zeros(3)}))
        assert _page_state(Reading(run, run.status())) != before


def test_marks_of_the_slider(store: RunStore) -> None:
    run = stored_runs.finished(store)
    marks = slider_marks(Reading(run, run.status()))
    assert [(mark["kind"], mark["step"]) for mark in marks if mark["kind"] == "checkpoint"] == [
        ("checkpoint", step) for step in run.checkpoint_steps()
    ]
    scores = run.scores()
    best = scores.step[scores.values["w1_over_sigma"].argmin()]
    assert [mark["step"] for mark in marks if mark["kind"] == "best"] == [best]
