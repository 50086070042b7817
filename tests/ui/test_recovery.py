"""What Home offers after a crash, and where a run is forked."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.runs import RunStore
from ganlib.runs.run import Parent
from ganlib.ui.components.text import plain
from ganlib.ui.server.server import Server
from tests.support import stored_runs

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def nothing_is_queued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs here have no data and no networks."""
    monkeypatch.setattr(Server, "warm_up", lambda self: None)


def _interrupted(store: RunStore, recipe: str) -> str:
    with stored_runs.training(store, recipe) as writer:
        run_id = writer._run.id
    assert store.open(run_id).status().state == "interrupted"
    return run_id


def _markdown(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_nothing_is_offered_where_nothing_was_interrupted(
    store: RunStore, open_page: OpenPage
) -> None:
    stored_runs.finished(store)
    page = open_page()
    assert "Interrupted" not in [heading.value for heading in page.subheader]


def test_each_interrupted_run_has_its_button(store: RunStore, open_page: OpenPage) -> None:
    first = _interrupted(store, "toy/scalar")
    page = open_page()
    assert "Interrupted" in [heading.value for heading in page.subheader]
    assert "step 20 of" in _markdown(page)
    assert not [button for button in page.button if button.key == "resume_all"]
    second = _interrupted(store, "mnist/dcgan")
    page = open_page()
    keys = [button.key for button in page.button]
    assert {f"resume.{first}", f"resume.{second}", "resume_all", "leave_all"} <= set(keys)
    page.button(f"leave.{first}").click().run()
    assert not page.exception
    assert store.open(first).status().state == "stopped"
    assert [run.id for run in store.interrupted()] == [second]
    assert f"resume.{first}" not in [button.key for button in page.button]


def test_one_that_cannot_be_resumed_is_told_and_the_others_are_not_lost(
    store: RunStore, open_page: OpenPage
) -> None:
    run_id = _interrupted(store, "toy/scalar")
    page = open_page()
    owner = RunStore(store.root).claim(run_id)
    page.button(f"leave.{run_id}").click().run()
    assert "in use by another" in page.error[0].value
    owner.lock.release()


def test_what_waits_stands_in_its_turn(store: RunStore, open_page: OpenPage) -> None:
    config = stored_runs.recipes.get("toy/scalar").parse({})
    waiting = [store.create("toy/scalar", config, in_queue=True) for _ in range(4)]
    with stored_runs.training(store, "toy/plane"):
        page = open_page()
        rows = [text for text in _markdown(page).split("\n") if "step " in text]
        assert "Running" in rows[0] and len(rows) == 5
        for place, (run, row) in enumerate(zip(waiting, rows[1:], strict=True), 1):
            assert f"{plain(run.label().name)} · Queued, no. {place} · step 0" in row
    for run in waiting:
        run.lock.release()


# Of the run's checkpoint at step 20, with 20 steps in the settings.
STEPS_FIELD = "fork.{}.20.40"


def open_fork(page: AppTest) -> AppTest:
    page.session_state["fork.part"] = True
    return page.run()


def test_what_a_fork_changes_is_told(store: RunStore, open_page: OpenPage) -> None:
    run = stored_runs.finished(store)
    page = open_fork(open_page("toy", run=run.id))
    told = [caption.value for caption in page.caption if "A new run continues" in caption.value]
    # As many steps as the settings say; the run itself has none left to do.
    assert page.text_input(STEPS_FIELD.format(run.id)).value == "40"
    assert told[0].startswith(
        "A new run continues from step 20 and trains 20 more steps, with the same settings;"
    )
    page.text_input("toy/scalar:seed").set_value("7").run()
    told = [caption.value for caption in page.caption if "A new run continues" in caption.value]
    assert "with the **Settings** above: seed 0 → 7." in told[0]


def test_a_fork_without_a_step_to_do_cannot_be_asked_for(
    store: RunStore, open_page: OpenPage
) -> None:
    run = stored_runs.finished(store)
    page = open_fork(open_page("toy", run=run.id))
    assert not page.button("fork").disabled
    page.text_input(STEPS_FIELD.format(run.id)).set_value("20").run()
    assert page.button("fork").disabled
    said = "Steps must be above 20, where the fork begins. Received: 20."
    assert [box.value for box in page.error] == [said]
    page.text_input(STEPS_FIELD.format(run.id)).set_value("21").run()
    assert not page.button("fork").disabled
    assert not page.error
    assert any("trains 1 more step, with" in caption.value for caption in page.caption)


def test_the_settings_decide_how_far_a_fork_trains(store: RunStore, open_page: OpenPage) -> None:
    run = stored_runs.finished(store)
    page = open_fork(open_page("toy", run=run.id))
    page.text_input("toy/scalar:steps").set_value("300").run()
    assert page.text_input(f"fork.{run.id}.20.300").value == "300"
    page.text_input("toy/scalar:steps").set_value("none").run()
    assert page.button("fork").disabled


def test_a_fork_into_other_networks_is_told(store: RunStore, open_page: OpenPage) -> None:
    page = open_fork(open_page("toy", run=stored_runs.finished(store).id))
    page.button("fork").click().run()
    # The stored checkpoint is of no networks at all.
    assert "A fork keeps the networks" in page.error[0].value
    assert len(store.list()) == 1


def test_a_forked_run_says_where_it_comes_from(store: RunStore, open_page: OpenPage) -> None:
    parent = stored_runs.finished(store)
    fork = store.create(
        "toy/scalar",
        stored_runs.recipes.get("toy/scalar").parse({}),
        parent=Parent(parent.id, 20),
    )
    fork.lock.release()
    page = open_page("toy", run=fork.id)
    assert "Forked at step 20; the curves before are those of" in [
        caption.value for caption in page.caption
    ]
    store.delete(parent.id)
    page = open_page("toy", run=fork.id)
    assert any("a deleted run" in caption.value for caption in page.caption)
