"""The guided tour, for people to whom GANs are new. tests/browser/test_home.py takes it."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.runs import RunStore
from ganlib.ui.home.tour import TOUR
from ganlib.ui.server.server import Server
from tests.support import ROOT, stored_runs


@pytest.fixture
def app(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The tour alone: AppTest runs pages without app.py, which draws it."""
    monkeypatch.setattr(Server, "warm_up", lambda self: None)

    def script() -> None:
        from ganlib.ui.home.tour import tour, tour_button

        tour()
        tour_button()

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception and not app.markdown
    return app


def _panel(app: AppTest) -> str:
    assert not app.exception
    (found,) = (each.value for each in app.markdown)
    return str(found)


def _press(app: AppTest, button: str) -> None:
    app.button(key=f"tour.{button}").click().run()


def test_it_has_eight_steps_that_can_be_walked_both_ways(app: AppTest) -> None:
    _press(app, "start")
    for at, step in enumerate(TOUR, 1):
        assert f"{at} of 8" in _panel(app)
        assert step.title in _panel(app) and step.text in _panel(app)
        if at < len(TOUR):
            _press(app, "next")
    assert "tour.next" not in [button.key for button in app.button]
    _press(app, "back")
    assert "7 of 8" in _panel(app)
    _press(app, "end")
    assert not app.markdown and not app.exception
    assert [button.key for button in app.button] == ["tour.start"]


def test_a_second_click_on_the_end_does_nothing(app: AppTest) -> None:
    def end_twice() -> None:
        from ganlib.ui.home import tour

        tour._begin()
        tour._end()
        tour._end()
        tour._move(1)
        tour.tour()

    app = AppTest.from_function(end_twice, default_timeout=60).run()
    assert not app.exception and not app.markdown


def test_it_notices_what_was_done_and_remembers_it(app: AppTest, store: RunStore) -> None:
    run = stored_runs.finished(store)
    _press(app, "start")
    assert "Done" not in _panel(app)
    app.query_params["run"] = run.id
    app.run()
    assert "Start a GAN" in _panel(app) and "Done" in _panel(app)
    _press(app, "next")
    # The run has ended, so there is nothing to pause.
    assert "Pause and look" in _panel(app) and "Done" in _panel(app)
    _press(app, "next")
    assert "Go back in time" in _panel(app) and "Done" not in _panel(app)
    del app.query_params["run"]
    _press(app, "back")
    assert "Done" in _panel(app)


def test_a_run_that_is_gone_is_nothing_done(app: AppTest) -> None:
    app.query_params["run"] = "20261129-1820-4fd72e081b00"
    _press(app, "start")
    assert "Done" not in _panel(app)


def test_what_it_marks_and_names_exists() -> None:
    folder = ROOT / "ganlib" / "ui"
    paths = set(folder.rglob("*.py")) - {folder / "home" / "tour.py"}
    source = "".join(path.read_text("utf-8") for path in sorted(paths))
    source = source.replace('f"card.{at}"', '"card.0"')
    for step in TOUR:
        assert f'"{step.key}"' in source, step.key
        for name in re.findall(r"\*\*(.+?)\*\*", step.text):
            assert f'"{name}' in source, name
