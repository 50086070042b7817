"""The panel that shows a recipe as one file."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ganlib import examples

Open = Callable[..., AppTest]


def panel() -> None:
    from ganlib import recipes
    from ganlib.ui.train.source_panel import source_panel

    source_panel(recipes.get("mnist/dcgan"))


def test_the_whole_file_is_shown_with_a_download() -> None:
    app = AppTest.from_function(panel).run()
    assert not app.exception
    assert [code.value for code in app.code] == [examples.source_of("mnist/dcgan").strip()]
    assert [code.language for code in app.code] == ["python"]
    assert [button.label for button in app.get("download_button")] == ["Download"]
    assert "python mnist_dcgan.py" in app.caption[0].value


def test_a_recipe_with_an_example_has_the_panel(open_page: Open) -> None:
    assert "Source" in [part.label for part in open_page("mnist").expander]


def test_a_recipe_without_one_has_none(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganlib.examples.names", lambda: ["toy/scalar"])
    labels = [part.label for part in open_page("mnist").expander]
    assert "How it works" in labels
    assert "Source" not in labels
