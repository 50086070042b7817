"""Where the rows of the table are tried, and proof that nothing is left of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from ganlib.ui.server.preparing import Preparer
from ganlib.ui.server.server import Server
from tests.support import APP
from tests.support.components import share_components
from tests.support.server import AppServer, served

# Before any page is opened.
share_components()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which the pages of the module keep their runs, and what is uploaded."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANLIB_RUNS", str(folder / "runs"))
        patch.setenv("GANLIB_CACHE", str(folder / "cache"))
        # Put back afterwards: the app replaces it for the whole process.
        patch.setattr(script_runner, "_clean_problem_modules", script_runner._clean_problem_modules)
        # Nothing is trained here, so nothing needs to be imported or compiled for it.
        patch.setattr(Server, "warm_up", lambda self: None)
        patch.setattr(Preparer, "prepare", lambda self, recipe_name, config: None)
        st.cache_resource.clear()
        st.cache_data.clear()
        yield folder
        st.cache_resource.clear()
        st.cache_data.clear()


@pytest.fixture(scope="module")
def page(kept: Path) -> Callable[[str], AppTest]:
    """A page by its address, opened once: a session that goes on after each bad input."""
    opened: dict[str, AppTest] = {}

    def find(name: str) -> AppTest:
        if name not in opened:
            app = AppTest.from_file(str(APP), default_timeout=60)
            # The app must have run once before it can change the page.
            app.run()
            app.switch_page(f"pages/{name}.py").run()
            assert not app.exception
            opened[name] = app
        return opened[name]

    return find
