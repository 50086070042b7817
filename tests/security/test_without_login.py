"""Where a login is asked for, nothing is served without it."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer

from ganlib.ui.pages import PAGES
from tests.support.login_provider import COOKIE_SECRET, NAME, guarded
from tests.support.server import AppServer
from tests.support.visitor import Page, Visitor, log_in

ADDRESSES = ("", *(page.name for page in PAGES), "account")
LOGIN = [
    ("heading", "Log in"),
    ("markdown", "Log in to train GANs on this dashboard."),
    ("button", "Log in"),
]
SHELL = "<!doctype html>"


@pytest.fixture(scope="module")
def ada(closed: AppServer) -> dict[str, str]:
    """Cookies of somebody who is logged in."""
    return log_in(closed.url, "ada")


def check_login_only(page: Page, run_id: str) -> None:
    assert page.elements == LOGIN
    # In what was drawn first and replaced at once, too.
    for secret in (NAME, run_id, "Toy distributions", "Start", "Running and queued", "Recipe"):
        assert secret.encode() not in page.sent, secret


@pytest.mark.parametrize("page", ADDRESSES)
def test_every_page_shows_the_login_only(closed: AppServer, run_id: str, page: str) -> None:
    with Visitor(closed.url) as stranger:
        check_login_only(stranger.open(page), run_id)
        check_login_only(stranger.open(page, f"run={run_id}"), run_id)


def test_the_first_page_that_a_new_server_is_asked_for(tmp_path: Path) -> None:
    """Streamlit runs such a page without app.py."""
    with guarded(tmp_path) as server, Visitor(server.url) as stranger:
        check_login_only(stranger.open("distributions"), "Two samples of numbers")


def test_with_a_login_the_page_is_shown(
    closed: AppServer, run_id: str, ada: dict[str, str]
) -> None:
    with Visitor(closed.url, cookies=ada, token=ada["_streamlit_xsrf"]) as visitor:
        page = visitor.open("toy", f"run={run_id}")
    assert {"Resume", "Fork", "New run"} <= page.widgets.keys()
    assert NAME.encode() in page.sent
    assert "Log in" not in page.texts


def other_secret(cookies: dict[str, str]) -> dict[str, str]:
    name = "_streamlit_user"
    return {**cookies, name: _signed("another secret, as long as the tests' own", name)}


def other_purpose(cookies: dict[str, str]) -> dict[str, str]:
    return {**cookies, "_streamlit_user": _signed(COOKIE_SECRET, "_streamlit_user_tokens")}


def altered(cookies: dict[str, str]) -> dict[str, str]:
    name = "_streamlit_user"
    at = len(cookies[name]) // 2
    other = "A" if cookies[name][at] != "A" else "B"
    return {**cookies, name: cookies[name][:at] + other + cookies[name][at + 1 :]}


def no_identity(cookies: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in cookies.items() if name != "_streamlit_user"}


Forge = Callable[[dict[str, str]], dict[str, str]]


@pytest.mark.parametrize("forge", [other_secret, other_purpose, altered, no_identity])
def test_a_forged_cookie_is_none(
    closed: AppServer, run_id: str, ada: dict[str, str], forge: Forge
) -> None:
    with Visitor(closed.url, cookies=forge(ada), token=ada["_streamlit_xsrf"]) as visitor:
        check_login_only(visitor.open("runs"), run_id)


def test_the_forger_would_get_in_with_the_secret(closed: AppServer, ada: dict[str, str]) -> None:
    """The negative control of the test before."""
    cookies = {**ada, "_streamlit_user": _signed(COOKIE_SECRET, "_streamlit_user", closed.url)}
    with Visitor(closed.url, cookies=cookies, token=ada["_streamlit_xsrf"]) as visitor:
        assert "Log in" not in visitor.open("runs").texts


@pytest.mark.parametrize("token", ["PLACEHOLDER_AUTH_TOKEN", "2|00000000|0000|1700000000"])
def test_cookies_without_their_token_are_ignored(
    closed: AppServer, run_id: str, ada: dict[str, str], token: str
) -> None:
    """A browser sends cookies by itself; the token only Streamlit's own page can read."""
    with Visitor(closed.url, cookies=ada, token=token) as visitor:
        check_login_only(visitor.open("runs"), run_id)


def test_cookies_without_an_origin_are_ignored(
    closed: AppServer, run_id: str, ada: dict[str, str]
) -> None:
    token = ada["_streamlit_xsrf"]
    with Visitor(closed.url, cookies=ada, token=token, origin=None) as visitor:
        check_login_only(visitor.open("runs"), run_id)


def test_a_session_cannot_be_taken_over(
    closed: AppServer, run_id: str, ada: dict[str, str]
) -> None:
    """While it is open, and when its connection has gone."""
    with Visitor(closed.url, cookies=ada, token=ada["_streamlit_xsrf"]) as owner:
        owner.open("runs")
        stolen = owner.session
        with Visitor(closed.url, session=stolen) as thief:
            check_login_only(thief.open("runs"), run_id)
            assert thief.session != stolen
    with Visitor(closed.url, session=stolen) as thief:
        check_login_only(thief.open("runs"), run_id)


@pytest.mark.parametrize("subject", ["eve", "mallory"])
def test_accounts_that_are_not_allowed(closed: AppServer, run_id: str, subject: str) -> None:
    """Of another domain, or with an address that the provider calls unverified."""
    cookies = log_in(closed.url, subject)
    with Visitor(closed.url, cookies=cookies, token=cookies["_streamlit_xsrf"]) as visitor:
        for page in ADDRESSES:
            found = visitor.open(page, f"run={run_id}")
            assert [text for kind, text in found.elements if kind != "markdown"] == [
                "No access with this account",
                "Log out",
            ]
            assert NAME.encode() not in found.sent


@pytest.mark.parametrize("page", [*ADDRESSES, "nowhere", "app/static/app.py", "pages/toy.py"])
def test_an_address_alone_gives_streamlits_empty_page(closed: AppServer, page: str) -> None:
    answer = httpx.get(f"{closed.url}/{page}", follow_redirects=True)
    if answer.status_code == 200:
        assert answer.text == httpx.get(closed.url).text
        assert answer.text.startswith(SHELL) or SHELL in answer.text.lower()
    assert "import streamlit" not in answer.text
    assert NAME not in answer.text


# (address, what it may say)
PUBLIC = [
    ("_stcore/health", r"ok"),
    ("_stcore/host-config", r"\{.*\"allowedOrigins\":\[\].*\}"),
    ("_stcore/agent/openapi.json", None),
    ("_stcore/metrics", None),
]


@pytest.mark.parametrize(("path", "content"), PUBLIC)
def test_public_addresses_reveal_nothing(
    closed: AppServer, run_id: str, path: str, content: str | None
) -> None:
    answer = httpx.get(f"{closed.url}/{path}")
    assert answer.status_code in (200, 404)
    for secret in (NAME, run_id, "Ada", "example.org", COOKIE_SECRET):
        assert secret not in answer.text
    if content:
        assert re.fullmatch(content, answer.text, re.DOTALL)


@pytest.mark.parametrize("path", ["interact", "mcp"])
@pytest.mark.parametrize("origin", [None, "http://evil.test"])
def test_the_interface_for_agents_is_off(closed: AppServer, path: str, origin: str | None) -> None:
    """Older versions have none, and do not know the address."""
    headers = {"Origin": origin} if origin else {}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"} if path == "mcp" else {}
    answer = httpx.post(f"{closed.url}/_stcore/agent/{path}", json=asked, headers=headers)
    assert answer.status_code in (400, 403, 404, 405), answer.text
    if answer.status_code == 400:
        assert "does not serve the agent API" in answer.text or "origin" in answer.text
    assert NAME not in answer.text


NOT_SERVED = [
    "../../../../etc/passwd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "static/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "media/0123456789abcdef0123456789abcdef.png",
    "media/..%2f..%2fapp.py",
    "component/ganlib.ui.components.live_chart.plotly/../../../app.py",
    "component/ganlib.ui.components.live_chart.plotly/..%2f__init__.py",
    "component/ganlib.ui.components.live_chart.plotly/%2fetc%2fpasswd",
    "_stcore/bidi-components/ganlib_live_chart/../../app.py",
    "_stcore/script-health-check",
    "app/static/../../.streamlit/secrets.toml",
]


def test_no_other_file_is_served(closed: AppServer, ada: dict[str, str]) -> None:
    with Visitor(closed.url, cookies=ada, token=ada["_streamlit_xsrf"]) as visitor:
        visitor.open("toy")  # from now on, the library that draws charts is served
    chart = "component/ganlib.ui.components.live_chart.plotly/plotly.min.js"
    assert httpx.get(f"{closed.url}/{chart}").status_code == 200
    empty_page = httpx.get(closed.url).text
    for path in NOT_SERVED:
        # httpx would normalise the address.
        answer = httpx.get(httpx.URL(closed.url).copy_with(raw_path=f"/{path}".encode()))
        assert answer.status_code in (400, 403, 404) or answer.text == empty_page, path


def test_requests_to_clear_the_caches_are_ignored(closed: AppServer, ada: dict[str, str]) -> None:
    """With them would go the manager, and whoever trains could not pause any more."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    with Visitor(closed.url, cookies=ada, token=ada["_streamlit_xsrf"]) as owner:
        widgets = owner.open("toy").widgets
        start = next(key for label, key in widgets.items() if label.startswith("Start"))
        address = owner.open("toy", press=start).screen.query
        assert address.startswith("run=")
        with Visitor(closed.url) as stranger:
            stranger.open()
            stranger.send(BackMsg(clear_cache=True))
            stranger.send(BackMsg(load_git_info=True))
            answer = stranger.open()
            assert answer.elements == LOGIN
            assert b"git_info" not in answer.sent
        page = owner.open("toy", address)
        assert not any("Another process" in text for text in page.texts), page.texts
        owner.open("toy", address, press=page.widgets["Stop"])


def _signed(secret: str, purpose: str, origin: str = "") -> str:
    """A cookie of a login, as Streamlit would make it with this secret."""
    claims = (
        '{"email": "ada@example.org", "is_logged_in": true, '
        f'"provider": "default", "origin": "{origin}"}}'
    )
    made = URLSafeTimedSerializer(secret, salt=purpose).dumps(claims)
    return made if isinstance(made, str) else made.decode()
