"""The buttons of the home page that train something."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.config import RunConfig
from ganlib.runs import RunStore
from ganlib.runs.manager import Manager

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _nothing_is_trained(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started is made, and stays in the queue."""
    made: list[Any] = []

    def submit(self: Manager, recipe: str, config: RunConfig, *, check_late: bool = False) -> str:
        made.append(store.create(recipe, config))
        return str(made[-1].id)

    monkeypatch.setattr(Manager, "submit", submit)


def test_mode_collapse_leaves_the_form_as_it_was(open_page: Open, store: RunStore) -> None:
    app = open_page("home")
    app.button(key="demo.1").click().run()
    assert not app.exception
    cured, plain = store.list()
    assert [store.open(each.id).values["preset"] for each in (plain, cured)] == [
        "plain GAN",
        "cured",
    ]
    assert plain.id in app.query_params["run"]
    assert app.session_state["toy.recipe"] == "toy/plane"
    # Whoever goes on from here, with a drawing say, trains what learns it.
    assert app.session_state["toy/plane:preset"] == "cured"
    assert app.session_state["toy/plane:steps"] == "15000"
