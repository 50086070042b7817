"""The cards of the home page that begin something."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.config import RunConfig
from ganlib.runs import RunStore
from ganlib.runs.manager import Manager
from ganlib.ui.home.demos import DEMOS
from ganlib.ui.server.server import Server, manager

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _nothing_is_trained(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started is made, and stays in the queue."""
    made: list[Any] = []

    def submit(self: Manager, recipe: str, config: RunConfig, **_options: Any) -> str:
        made.append(store.create(recipe, config))
        return str(made[-1].id)

    monkeypatch.setattr(Manager, "submit", submit)
    monkeypatch.setattr(Server, "warm_up", lambda self: None)


def _press(open_page: Open, title: str) -> AppTest:
    app = open_page("home")
    (at,) = (at for at, demo in enumerate(DEMOS) if demo.title == title)
    app.button(key=f"demo.{at}").click().run()
    assert not app.exception
    return app


def test_two_peaks_opens_its_run(open_page: Open, store: RunStore) -> None:
    app = _press(open_page, "Two peaks in 15 seconds")
    (run,) = store.list()
    assert run.recipe == "toy/scalar"
    assert app.query_params["run"] == run.id


def test_mode_collapse_compares_the_plain_gan_with_the_cured_one(
    open_page: Open, store: RunStore
) -> None:
    app = _press(open_page, "Mode collapse and its cure")
    cured, plain = store.list()
    presets = [store.open(each.id).values["preset"] for each in (plain, cured)]
    assert presets == ["plain GAN", "cured"]
    assert [one.label.name for one in (plain, cured)] == ["Mode collapse #1", "The same, cured #1"]
    assert app.query_params["runs"] == [plain.id, cured.id]
    assert "as soon as it may" in app.toast[0].value


def test_mode_collapse_shows_the_examples_while_others_train(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Manager, "active", lambda self: ["another"])
    app = _press(open_page, "Mode collapse and its cure")
    assert not store.list()
    names = [manager().store.open(run_id).label().name for run_id in app.query_params["runs"]]
    assert names == ["Mode collapse", "The same, cured"]
    assert "finished examples" in app.toast[0].value


def test_a_second_click_that_interrupts_the_first_starts_nothing(store: RunStore) -> None:
    def click_twice() -> None:
        import contextlib
        from unittest.mock import patch

        from ganlib.ui.home import demos
        from ganlib.ui.server.session import Press

        press = Press()
        # Streamlit interrupts a callback by an exception, at any access to its state.
        interrupted = patch.object(demos.st, "session_state", None)
        with contextlib.suppress(TypeError), interrupted:
            demos.begin(demos.DEMOS[1], press)
        demos.begin(demos.DEMOS[1], press)

    app = AppTest.from_function(click_twice, default_timeout=60).run()
    assert not app.exception
    second, first = store.list()
    assert app.session_state["demo.begun"] == [first.id, second.id]


def test_drawing_opens_the_form_with_a_pad_and_keeps_the_drawing(
    open_page: Open, store: RunStore
) -> None:
    app = open_page("home")
    app.session_state["toy/plane:drawing"] = "0,0 1,1"
    app.session_state["toy/plane:preset"] = "plain GAN"
    app.button(key="demo.2").click().run()
    assert not app.exception
    assert store.list() == []
    assert app.session_state["toy.recipe"] == "toy/plane"
    assert app.session_state["toy/plane:target"] == "drawn"
    assert app.session_state["toy/plane:drawing"] == "0,0 1,1"
    assert app.session_state["toy/plane:preset"] == "cured"
