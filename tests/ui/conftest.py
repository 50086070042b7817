"""A store of its own for every test, and the app before it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from ganlib.runs import RunStore
from ganlib.ui.server.preparing import Preparer
from ganlib.ui.server.server import Server
from tests.support import APP
from tests.support.components import share_components

# Before any page is opened.
share_components()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """An empty store, which is also the one that the pages show."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("GANLIB_RUNS", str(folder))
    # Put back afterwards: the app replaces it for the whole process.
    monkeypatch.setattr(
        script_runner, "_clean_problem_modules", script_runner._clean_problem_modules
    )
    # Tests of pages need neither TensorFlow nor compiled steps before they ask for them.
    monkeypatch.setattr(Preparer, "prepare", lambda self, recipe_name, config: None)
    monkeypatch.setattr(Server, "warm_up", lambda self: None)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield RunStore(folder)
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def open_page(store: RunStore) -> Callable[..., AppTest]:
    """Opens a page of the app as a new session would, and checks that nothing was raised."""

    def make(page: str = "home", **query: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        if page != "home":
            # The app must have run once before it can change the page.
            app.run()
            app.switch_page(f"pages/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return make
