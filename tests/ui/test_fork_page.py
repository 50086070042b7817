"""The page that forks a run, and the line on a fork's origin."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib.events import Checkpoint, Metrics
from ganlib.runs import RunStore
from ganlib.runs.run import Parent
from tests.support import stored_runs

OpenPage = Callable[..., AppTest]
STEPS = "toy/scalar:steps"


def _continues(page: AppTest) -> str:
    (text,) = (box.value for box in page.caption if box.value.startswith("Continues from"))
    return text


def test_what_a_fork_changes_is_told(store: RunStore, open_page: OpenPage) -> None:
    run = stored_runs.finished(store)
    page = open_page("toy", fork=run.id)
    # The run itself has no steps left, so as many again are suggested.
    assert page.text_input(STEPS).value == "40"
    assert _continues(page) == (
        "Continues from step 20 and trains 20 more steps, with the same settings."
    )
    rate = page.text_input("toy/scalar:generator_learning_rate")
    rate.set_value("0.0005").run()
    assert "with generator learning rate 0.001 → 0.0005." in _continues(page)


def test_another_checkpoint_keeps_what_was_typed(store: RunStore, open_page: OpenPage) -> None:
    with stored_runs.training(store, steps=30) as writer:
        writer.save(Checkpoint(20, 1.0, {"of": np.zeros(3)}))
        writer.write(Metrics(21, stored_runs.rows(21, 30), 1.5))
        writer.save(Checkpoint(30, 1.5, {"of": np.zeros(3)}))
        writer.end("stopped")
    run = stored_runs.newest(store)
    page = open_page("toy", fork=run.id)
    assert page.text_input(STEPS).value == "60"
    page.text_input("toy/scalar:generator_learning_rate").set_value("0.0005").run()
    page.selectbox(f"fork.{run.id}").set_value(20).run()
    # The steps were not typed, and follow the checkpoint.
    assert page.text_input(STEPS).value == "30"
    assert "trains 10 more steps, with generator learning rate 0.001 → 0.0005." in _continues(page)


@pytest.mark.parametrize("steps", ["20", "none"])
def test_a_fork_needs_a_step_to_train(store: RunStore, open_page: OpenPage, steps: str) -> None:
    page = open_page("toy", fork=stored_runs.finished(store).id)
    assert not page.button("start").disabled
    page.text_input(STEPS).set_value(steps).run()
    assert page.button("start").disabled
    assert any(steps in box.value for box in page.error)
    page.text_input(STEPS).set_value("21").run()
    assert not page.button("start").disabled
    assert not page.error
    assert "trains 1 more step, with" in _continues(page)


def test_a_fork_into_other_networks_is_refused(store: RunStore, open_page: OpenPage) -> None:
    page = open_page("toy", fork=stored_runs.finished(store).id)
    page.button("start").click().run()
    # The stored checkpoint is of no networks at all.
    assert "A fork keeps the networks" in page.error[0].value
    assert len(store.list()) == 1


def test_a_run_without_checkpoint_cannot_be_forked_yet(
    store: RunStore, open_page: OpenPage
) -> None:
    run = stored_runs.create(store)
    page = open_page("toy", fork=run.id)
    assert [box.value[:18] for box in page.info] == ["No checkpoint yet."]
    run.lock.release()
    page = open_page("toy", fork=run.id)
    assert [box.value for box in page.info] == [
        "This run has no checkpoint, so it cannot be forked."
    ]


def test_a_forked_run_says_where_it_comes_from(store: RunStore, open_page: OpenPage) -> None:
    parent = stored_runs.finished(store)
    fork = store.create(
        "toy/scalar",
        stored_runs.recipes.get("toy/scalar").parse({}),
        parent=Parent(parent.id, 20),
    )
    fork.lock.release()
    page = open_page("toy", run=fork.id)
    assert "Forked at step 20. Earlier points come from" in [
        caption.value for caption in page.caption
    ]
    store.delete(parent.id)
    page = open_page("toy", run=fork.id)
    assert any("a deleted run" in caption.value for caption in page.caption)
