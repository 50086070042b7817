"""The panel that shows a recipe as one file."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def test_a_recipe_with_an_example_has_the_panel(open_page: Open) -> None:
    assert "Source" in [part.label for part in open_page("mnist").expander]


def test_a_recipe_without_one_has_none(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganlib.examples.names", lambda: ["toy/scalar"])
    labels = [part.label for part in open_page("mnist").expander]
    assert "How it works" in labels
    assert "Source" not in labels
