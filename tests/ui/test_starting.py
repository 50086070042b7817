"""What pressing Start does before anything is trained."""

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganlib.config import RunConfig
from ganlib.runs import Manager, RunStore
from ganlib.ui.server import session
from ganlib.ui.server.server import Server, server

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def nothing_is_trained_or_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Manager, "_start_next", lambda self: None)
    monkeypatch.setattr(Server, "warm_up", lambda self: None)


@pytest.mark.parametrize("before", [False, True])
def test_the_address_names_the_run_before_anything_is_waited_for(
    before: bool, open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("toy")
    if before:
        app.button("start").click().run()
        app.button("stop").click().run()
        app = open_page("toy")
    named = []
    monkeypatch.setattr(
        session, "wait_for_first_step", lambda run: named.append(st.query_params["run"])
    )
    app.button("start").click().run()
    assert not app.exception and not app.error
    newest = store.list()[0].id
    assert named == [newest] == [app.query_params["run"]]
    assert len(store.list()) == 1 + before


def test_a_second_click_that_interrupts_the_first_starts_no_second_run(
    store: RunStore,
) -> None:
    def click_twice() -> None:
        import contextlib
        from unittest.mock import patch

        from ganlib import recipes
        from ganlib.ui.form.config_form import open_form
        from ganlib.ui.launch import start
        from ganlib.ui.server.session import Press

        recipe, press = recipes.get("toy/scalar"), Press()
        open_form(recipe)
        # Streamlit interrupts a callback by an exception, at any access to its state.
        interrupted = patch.object(start, "show_run", side_effect=InterruptedError)
        with contextlib.suppress(InterruptedError), interrupted:
            start._start(recipe, press)
        start._start(recipe, press)

    app = AppTest.from_function(click_twice, default_timeout=60).run()
    assert not app.exception
    [row] = store.list()
    assert app.query_params["run"] == row.id


@pytest.mark.parametrize("loaded", [False, True])
def test_the_address_does_not_wait_for_tensorflow(
    loaded: bool,
    open_page: Open,
    store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def check_memory(recipe: str, config: RunConfig, share: int) -> None:
        asked.append(recipe)

    # What may be too large is known only once TensorFlow is there.
    monkeypatch.setattr("ganlib.runs.manager.check_memory", check_memory)
    if loaded:
        server().tensorflow_loaded.set()
    app = open_page("toy")
    app.button("start").click().run()
    assert not app.exception and not app.error
    assert app.query_params["run"] == store.list()[0].id
    assert asked == ["toy/scalar"] * loaded
