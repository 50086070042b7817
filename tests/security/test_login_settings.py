"""Half of a login keeps the pages shut, and says what is missing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganlib.errors import UserError
from ganlib.ui.pages import PAGES
from ganlib.ui.server.login_settings import LoginSettings, login_settings
from ganlib.ui.server.server import Server
from tests.support import ROOT
from tests.support.login_provider import COOKIE_SECRET, secrets

PAGE_NAMES = [page.name for page in PAGES]
WHOLE = {
    "redirect_uri": "http://localhost:{port}/oauth2callback",
    "cookie_secret": COOKIE_SECRET,
    "client_id": "dashboard",
    "client_secret": "any",
    "server_metadata_url": "http://localhost:1/.well-known/openid-configuration",
}
PROVIDER = {key: WHOLE[key] for key in ("client_id", "client_secret", "server_metadata_url")}
OF_ALL = {key: WHOLE[key] for key in ("redirect_uri", "cookie_secret")}
WHERE = "[auth] in .streamlit/secrets.toml"


@pytest.mark.parametrize(
    ("auth", "settings"),
    [
        (WHOLE, LoginSettings(("default",))),
        (WHOLE | {"client_kwargs": {"prompt": "login"}}, LoginSettings(("default",))),
        (OF_ALL | {"one": PROVIDER, "two": PROVIDER}, LoginSettings(("one", "two"))),
        (WHOLE | {"two": PROVIDER}, LoginSettings(("default", "two"))),
        (
            WHOLE | {"allow": ["Ada@Example.org", "@example.com"]},
            LoginSettings(("default",), ("ada@example.org", "@example.com")),
        ),
    ],
)
def test_complete_settings(auth: dict[str, Any], settings: LoginSettings) -> None:
    assert login_settings(auth) == settings


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in WHOLE.items() if name != key}


WRONG = [
    ({}, f"{WHERE} needs redirect_uri and cookie_secret, each a non-empty string."),
    *((without(key), f"{WHERE} needs {key}, each a non-empty string.") for key in WHOLE),
    (WHOLE | {"client_id": " "}, f"{WHERE} needs client_id, each a non-empty string."),
    (
        OF_ALL,
        f"{WHERE} needs client_id and client_secret and server_metadata_url, each a "
        "non-empty string.",
    ),
    (
        OF_ALL | {"one": {"client_id": "x", "client_secret": "y"}},
        "[auth.one] in .streamlit/secrets.toml needs server_metadata_url, each a non-empty string.",
    ),
    (
        OF_ALL | {"one_more": PROVIDER},
        f"A provider's name in {WHERE} must not contain an underscore. Received: 'one_more'.",
    ),
    # Misspelt, it would let everybody in.
    (WHOLE | {"alow": ["@example.org"]}, f"{WHERE} has no key 'alow'."),
    (
        WHOLE | {"cookie_secret": "changeme"},
        f"cookie_secret of {WHERE} must be 32 random characters or more.",
    ),
    *(
        (
            WHOLE | {"redirect_uri": address},
            f"redirect_uri of {WHERE} must be the address of this dashboard, followed by "
            f"/oauth2callback, such as http://localhost:8501/oauth2callback. "
            f"Received: {address!r}.",
        )
        for address in ("http://localhost:8501", "ftp://host/oauth2callback")
    ),
    *(
        (
            WHOLE | {"allow": allow},
            f"allow of {WHERE} must be a list of at least one address or domain. "
            f"Received: {allow!r}.",
        )
        for allow in ([], "@example.org", None)
    ),
    *(
        (
            WHOLE | {"allow": ["ada@example.org", entry]},
            f'allow of {WHERE} takes addresses such as "ada@example.org" and domains such as '
            f'"@example.org". Received: {entry!r}.',
        )
        for entry in ("example.org", "@", "a@b@example.org", 3, "*", "@localhost")
    ),
]


@pytest.mark.parametrize(("auth", "sentence"), WRONG)
def test_incomplete_settings_are_refused(auth: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        login_settings(auth)
    assert str(caught.value) == sentence
    assert COOKIE_SECRET not in sentence


ALLOW = ("ada@example.org", "@example.com")


@pytest.mark.parametrize(
    ("user", "admitted"),
    [
        ({"email": "ada@example.org"}, True),
        ({"email": "ADA@Example.Org", "email_verified": True}, True),
        ({"email": "anyone@example.com"}, True),
        ({"email": "eve@example.org"}, False),
        ({"email": "eve@sub.example.com"}, False),
        ({"email": "eve@example.com.evil.test"}, False),
        ({"email": "eve@evil.test, ada@example.org"}, False),
        ({"email": "ada@example.org", "email_verified": False}, False),
        ({"email": "ada@example.org", "email_verified": "false"}, False),
        ({"email": "ada@example.org", "is_logged_in": False}, False),
        ({"email": "ada@example.org", "is_logged_in": "yes"}, False),
        ({"email": None}, False),
        ({}, False),
    ],
)
def test_admission_by_address_and_domain(user: dict[str, Any], admitted: bool) -> None:
    assert LoginSettings(("default",), ALLOW).admits({"is_logged_in": True, **user}) is admitted


def test_without_a_list_every_login_is_admitted() -> None:
    assert LoginSettings(("default",)).admits({"is_logged_in": True})
    assert not LoginSettings(("default",)).admits({"is_logged_in": False})
    assert not LoginSettings(("default",)).admits({})


@pytest.fixture
def with_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[bytes], None]]:
    """Puts a secrets.toml in the place of the user's own."""
    path = tmp_path / "secrets.toml"
    before = st.get_option("secrets.files")
    monkeypatch.setenv("GANLIB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(Server, "warm_up", lambda self: None)
    st.cache_resource.clear()

    def write(content: bytes) -> None:
        path.write_bytes(content)
        _set_files([str(path)])

    yield write
    _set_files(before)
    st.cache_resource.clear()


def _set_files(paths: list[str]) -> None:
    from streamlit import config

    config.set_option("secrets.files", paths)
    st.secrets._reset()


UNREADABLE = (
    "The file secrets.toml of this server, which may configure a login, cannot be read. "
    "It must be valid TOML; the server's log says what is wrong."
)
SHUT = [
    (b"[auth]\n", "redirect_uri and cookie_secret"),
    (b"auth = true\n", "must be a section"),
    (b"[auth\nclient_id = ", UNREADABLE),
    (b"\xff\xfe\x00[auth]", UNREADABLE),
    (secrets("http://localhost:1", allow=[]).encode(), "at least one address"),
]


@pytest.mark.parametrize(("content", "sentence"), SHUT)
def test_incomplete_settings_hide_all_pages(
    with_secrets: Callable[[bytes], None], content: bytes, sentence: str
) -> None:
    with_secrets(content)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["This dashboard is not available"]
    assert len(app.error) == 1
    assert sentence in app.error[0].value.replace("\\", "")
    assert not app.button
    # None of the pages is there to go to.
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page("pages/runs.py")


@pytest.mark.parametrize(
    ("page", "content"),
    [
        ("toy", b"[auth]\n"),
        *((page, secrets("http://localhost:1").encode()) for page in PAGE_NAMES),
    ],
)
def test_a_page_that_runs_without_the_app_shows_nothing(
    with_secrets: Callable[[bytes], None],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    content: bytes,
) -> None:
    with_secrets(content)
    monkeypatch.setattr("ganlib.ui.server.login.run_within_app", lambda: None)
    alone = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60).run()
    assert not alone.exception
    assert len(alone.main.children) == 0
