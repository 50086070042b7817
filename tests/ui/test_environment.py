"""Variables of the environment that make no sense: pages say so, and go on as far as they can."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]

# (variable, value, page, sentence)
VARIABLES = [
    # A digit to str.isdigit, and none to int.
    ("GANLIB_MAX_RUNS", "²", "home", "must be a whole number from 1 to 100. Received: '²'."),
    ("GANLIB_MAX_RUNS", "0", "home", "must be a whole number from 1 to 100. Received: '0'."),
    (
        "GANLIB_MAX_RUNS",
        "9" * 5_000,
        "home",
        f"must be a whole number from 1 to 100. Received: '{'9' * 56}....",
    ),
    ("GANLIB_RUNS", "/dev/null", "home", "must be a folder. Received: '/dev/null'."),
    (
        "GANLIB_RUNS",
        "/" + "x" * 300,
        "home",
        f"cannot be read: File name too long. Received: '/{'x' * 195}....",
    ),
    (
        "GANLIB_WEBHOOK",
        "ftp://me:secret@example.com/hook",
        "home",
        "must be an address that begins with http:// or https://. "
        "Received: 'ftp://example.com/***'.",
    ),
    ("GANLIB_DATA", "/dev/null", "quickdraw", "is /dev/null, which is not a folder."),
    ("GANLIB_OFFLINE", "maybe", "quickdraw", "must be 1 or 0. Received: 'maybe'."),
    (
        "GANLIB_CACHE",
        "~nobody-is-called-so",
        "mnist",
        "must be a path; there is no such home folder. Received: '~nobody-is-called-so'.",
    ),
]


@pytest.mark.parametrize(("variable", "value", "page", "sentence"), VARIABLES)
def test_a_variable_that_makes_no_sense_is_told(
    variable: str,
    value: str,
    page: str,
    sentence: str,
    open_page: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, value)
    app = open_page(page)
    said = {box.value.replace("\\", "").replace("\u2060", "") for box in app.error}
    assert said == {f"{variable} {sentence}"}


def test_a_folder_of_runs_that_cannot_be_read_is_told(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    listed = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path) == tmp_path / "runs":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    app = open_page()
    (said,) = (box.value.replace("\\", "") for box in app.error)
    assert said.startswith("GANLIB_RUNS cannot be read: Permission denied.")
