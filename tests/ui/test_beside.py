"""Another run beside the one on view: which, and that the address says so."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.runs import RunStore
from ganlib.ui.run.samples import points
from tests.support import stored_runs

Open = Callable[..., AppTest]


@pytest.fixture
def planes(store: RunStore) -> tuple[str, str]:
    """Two runs in the plane, the older one first."""
    first, second = (stored_runs.finished(store, "toy/plane").id for _ in range(2))
    return first, second


def beside(app: AppTest) -> str:
    """What the box says."""
    return str(app.selectbox(key="samples.beside").value)


def address(app: AppTest, name: str) -> str | None:
    """AppTest has a text for what it was given, and a list for what the page has set."""
    value = app.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_the_address_keeps_what_was_chosen(open_page: Open, planes: tuple[str, str]) -> None:
    first, second = planes
    app = open_page("toy", run=first)
    assert beside(app) == ""
    assert address(app, "beside") is None
    app.selectbox(key="samples.beside").select(second).run()
    assert address(app, "beside") == second

    elsewhere = open_page("toy", run=first, beside=second)
    assert beside(elsewhere) == second
    assert not elsewhere.warning
    elsewhere.selectbox(key="samples.beside").select("").run()
    assert address(elsewhere, "beside") is None


def test_one_that_is_older_than_those_listed(
    open_page: Open, planes: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = planes
    monkeypatch.setattr(points, "_MAX_RUNS", 1)
    assert beside(open_page("toy", run=second, beside=first)) == first


def test_one_that_is_deleted(open_page: Open, planes: tuple[str, str], store: RunStore) -> None:
    first, second = planes
    app = open_page("toy", run=first, beside=second)
    store.delete(second)
    points._planes.clear()
    app.run()
    assert not app.exception
    assert address(app, "beside") is None


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("20200101-0000-000000000000", "Run 20200101-0000-000000000000 does not exist."),
        ("../../etc/passwd", "A run id is a date, a time and 12 letters or digits"),
    ],
)
def test_an_address_that_names_none(
    named: str, sentence: str, open_page: Open, planes: tuple[str, str]
) -> None:
    app = open_page("toy", run=planes[0], beside=named)
    assert [box.value[: len(sentence)] for box in app.warning] == [sentence]
    assert beside(app) == ""
    assert address(app, "run") == planes[0]
    assert address(app, "beside") is None


def test_an_address_that_names_a_run_of_another_kind(
    open_page: Open, planes: tuple[str, str], store: RunStore
) -> None:
    scalar = stored_runs.finished(store, "toy/scalar").id
    app = open_page("toy", run=planes[0], beside=scalar)
    assert "cannot be compared" in app.warning[0].value
    assert address(app, "beside") is None
    # Nor does one stand beside it.
    assert address(open_page("toy", run=scalar, beside=planes[0]), "beside") is None
