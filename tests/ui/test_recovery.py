"""What Home offers after a crash."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import Manager, RunStore
from ganlib.ui.components.text import plain
from ganlib.ui.server.server import manager
from tests.support import stored_runs

OpenPage = Callable[..., AppTest]


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


def test_a_second_click_on_what_was_done_is_no_error(
    store: RunStore, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Manager, "_start_next", lambda self: None)
    first, second = _interrupted(store, "toy/scalar"), _interrupted(store, "toy/scalar")
    page = open_page()
    # As another session does meanwhile.
    manager().mark_stopped(first)
    manager().resume(second)
    page.button("resume_all").click().run()
    assert not page.exception and not page.error
    states = [store.open(run_id).status().state for run_id in (first, second)]
    assert states == ["stopped", "queued"]


def test_runs_in_the_queue_of_another_process_have_no_number(
    store: RunStore, open_page: OpenPage
) -> None:
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse({}), in_queue=True)
    (row,) = (text for text in _markdown(open_page()).split("\n") if "step " in text)
    assert "Queued" in row and "no. 1" not in row
    run.lock.release()


def test_what_waits_stands_in_its_turn(
    store: RunStore, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Manager, "owns", lambda self, run_id: True)
    config = recipes.get("toy/scalar").parse({})
    waiting = [store.create("toy/scalar", config, in_queue=True) for _ in range(4)]
    with stored_runs.training(store, "toy/plane"):
        page = open_page()
        rows = [text for text in _markdown(page).split("\n") if "step " in text]
        assert "Running" in rows[0] and len(rows) == 5
        for place, (run, row) in enumerate(zip(waiting, rows[1:], strict=True), 1):
            assert plain(run.label().name) in row
            assert f"Queued, no. {place} · step 0" in row
    for run in waiting:
        run.lock.release()
