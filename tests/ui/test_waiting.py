"""Queued runs are cancelled, moved and deleted wherever they are listed."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import Manager, RunStore
from ganlib.ui.components.text import plain
from ganlib.ui.server.server import Server, manager
from tests.support import stored_runs

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is queued waits as long as the test does."""
    monkeypatch.setattr(Manager, "_start_next", lambda self: None)
    monkeypatch.setattr(Server, "warm_up", lambda self: None)


@pytest.fixture
def queued(store: RunStore) -> str:
    """The id of a run in the queue of this server, with a name of its own."""
    run_id = manager().submit("toy/scalar", recipes.get("toy/scalar").parse({}))
    store.rename(run_id, "Next *one*")
    return run_id


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def select(app: AppTest, *run_ids: str) -> AppTest:
    """Selects rows of the table of runs, which AppTest cannot."""
    app.session_state["runs.chosen"] = list(run_ids)
    return app.run()


def test_queue_panel_cancels_a_run(open_page: Open, store: RunStore, queued: str) -> None:
    for page in ("home", "runs"):
        app = open_page(page)
        app.button(f"cancel.{queued}").click().run()
        assert not app.exception and not app.error
        assert store.open(queued).status().state == "stopped"
        assert manager().active() == []
        assert f"cancel.{queued}" not in keys(app)
        manager().resume(queued)


def test_a_second_click_is_no_error(open_page: Open, store: RunStore, queued: str) -> None:
    app = open_page("toy", run=queued)
    manager().cancel(queued)
    app.button("stop").click().run()
    assert not app.exception and not app.error
    manager().resume(queued)
    app = open_page("toy", run=queued)
    manager().delete(queued)
    app.button(f"delete.{queued}").click().run()
    assert not app.exception and not app.error


def test_queue_panel_moves_a_run_up(open_page: Open, store: RunStore, queued: str) -> None:
    other = manager().submit("toy/plane", recipes.get("toy/plane").parse({}))
    store.rename(other, "Other")
    app = open_page("home")
    assert places(app) == {"Next *one*": 1, "Other": 2}
    assert f"move.{queued}" not in keys(app), "the first one cannot be moved up"
    app.button(f"move.{other}").click().run()
    assert not app.exception and not app.error
    assert manager().active() == [other, queued]
    assert places(app) == {"Other": 1, "Next *one*": 2}


def places(app: AppTest) -> dict[str, int]:
    """Place in the queue of each run on the page, by name."""
    found = [
        re.search(r"\*\*(.+?)\*\* · .* · Queued, no. (\d+)", one.value) for one in app.markdown
    ]
    return {one[1].replace("\\", ""): int(one[2]) for one in found if one}


def test_on_its_own_page(open_page: Open, store: RunStore, queued: str) -> None:
    app = open_page("toy", run=queued)
    assert app.button("stop").label == "Cancel run"
    app.button("stop").click().run()
    assert store.open(queued).status().state == "stopped"
    assert "stop" not in keys(app)
    assert f"delete.{queued}" not in keys(app)

    manager().resume(queued)
    app.run()
    app.button(f"delete.{queued}").click().run()
    assert not app.exception and not app.error
    assert store.list() == []


def test_on_the_page_of_runs(open_page: Open, store: RunStore, queued: str) -> None:
    app = select(open_page("runs"), queued)
    assert app.button("selected.cancel").label == "Cancel run"
    app.button("selected.cancel").click().run()
    assert not app.exception and not app.error
    assert store.open(queued).status().state == "stopped"
    assert app.dataframe[0].value["State"].tolist() == ["Stopped"]
    assert "selected.cancel" not in keys(app)

    manager().resume(queued)
    app.run()
    app.button("delete").click().run()
    assert not app.exception and not app.error
    assert store.list() == []
    assert manager().active() == []
    # Undo puts it back into the queue.
    app.button("undo").click().run()
    assert not app.exception and not app.error
    assert manager().active() == [queued]


def test_several_at_once(open_page: Open, store: RunStore, queued: str) -> None:
    other = manager().submit("toy/plane", recipes.get("toy/plane").parse({}))
    ended = stored_runs.finished(store).id
    app = select(open_page("runs"), ended, other, queued)
    assert app.button("selected.cancel").label == "Cancel 2 runs"
    app.button("selected.cancel").click().run()
    assert manager().active() == []
    assert store.open(other).status().state == store.open(queued).status().state == "stopped"
    assert store.open(ended).status().state == "finished"


def test_what_another_server_has_is_refused_by_its_name(open_page: Open, store: RunStore) -> None:
    theirs = stored_runs.create(store)
    store.rename(theirs.id, "Their run")
    assert f"cancel.{theirs.id}" not in keys(open_page("home"))
    assert f"delete.{theirs.id}" not in keys(open_page("toy", run=theirs.id))
    app = select(open_page("runs"), theirs.id)
    assert "selected.cancel" not in keys(app)
    app.button("delete").click().run()
    said = "Run “Their run” is in use by another server or command line; stop it there first."
    assert [box.value for box in app.error] == [said]
    theirs.lock.release()


def test_each_that_is_refused_is_told_by_its_name(open_page: Open, store: RunStore) -> None:
    theirs = [stored_runs.create(store) for _ in range(2)]
    for run, name in zip(theirs, ("first", "second"), strict=True):
        store.rename(run.id, name)
    app = select(open_page("runs"), *(run.id for run in theirs))
    app.button("delete").click().run()
    assert "Run “first” is" in app.error[0].value and "Run “second” is" in app.error[0].value
    for run in theirs:
        run.lock.release()


def test_one_whose_turn_has_come_meanwhile_is_not_cancelled(
    open_page: Open, queued: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("home")
    job = manager()._jobs[queued]
    monkeypatch.setattr(job, "thread", object())
    app.button(f"cancel.{queued}").click().run()
    assert f"Run “{plain('Next *one*')}” has left the queue" in app.error[0].value
    assert manager().owns(queued)
