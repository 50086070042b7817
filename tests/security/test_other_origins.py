"""Without a login: what pages of other origins, other machines and other names are given."""

import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.security.streamlit_with_broken_page import SECRET
from tests.support.server import AppServer, served
from tests.support.visitor import Visitor

LAUNCHER = str(Path(__file__).with_name("streamlit_with_broken_page.py"))
EVIL = "http://evil.test"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """As a user would start it, but for one page that is broken."""
    with served(tmp_path_factory.mktemp("open"), entry=(LAUNCHER,)) as found:
        yield found


def port_of(server: AppServer) -> int:
    port = urlsplit(server.url).port
    assert port
    return port


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_both_names_of_the_server_work(server: AppServer, name: str) -> None:
    host = f"{name}:{port_of(server)}"
    with Visitor(server.url, origin=f"http://{host}", host=host) as visitor:
        assert "Train GANs and watch them learn" in visitor.open().texts


@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "file://",
    ],
)
def test_a_page_of_another_origin_gets_no_websocket(server: AppServer, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, Visitor(server.url, origin=origin):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["evil.test", "localhost.evil.test"])
def test_dns_rebinding_is_refused(server: AppServer, host: str) -> None:
    """DNS rebinding: for the browser, page and server are of one origin."""
    named = f"{host}:{port_of(server)}"
    with (
        pytest.raises(InvalidStatus) as refused,
        Visitor(server.url, origin=f"http://{named}", host=named),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_other_machines_cannot_connect(server: AppServer) -> None:
    """A server that listens on all addresses would answer on this one too."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port_of(server)), timeout=10)
    socket.create_connection(("127.0.0.1", port_of(server)), timeout=10).close()


ADDRESSES = [
    ("GET", "/"),
    ("GET", "/_stcore/health"),
    ("GET", "/_stcore/host-config"),
    ("GET", "/_stcore/metrics"),
    ("GET", "/media/nothing.png"),
    ("GET", "/component/ganlib.ui.components.live_chart.plotly/plotly.min.js"),
    ("OPTIONS", "/_stcore/upload_file/a/b"),
    ("OPTIONS", "/_stcore/health"),
    ("OPTIONS", "/media/nothing.png"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_other_origin_may_read_an_answer(server: AppServer, method: str, path: str) -> None:
    answer = httpx.request(method, f"{server.url}{path}", headers={"Origin": EVIL})
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    # Uploads name the server's own address, whoever asks.
    assert allowed is None or urlsplit(allowed).hostname == "localhost"
    cookies = answer.headers.get("Set-Cookie", "samesite=lax").lower()
    assert "samesite=lax" in cookies or "samesite=strict" in cookies


FILE = {"file": ("a.csv", b"x\n1\n2\n", "text/csv")}


def test_an_upload_without_its_token_is_refused(server: AppServer) -> None:
    """What a form on another page can send: the browser adds the cookie, but no header."""
    with Visitor(server.url) as visitor, httpx.Client() as browser:
        visitor.open("toy")
        browser.get(f"{server.url}/_stcore/health")
        url = f"{server.url}/_stcore/upload_file/{visitor.session}/a"
        for token in (None, "", "2|00000000|0000|1700000000"):
            headers = {"Origin": EVIL} | ({"X-Xsrftoken": token} if token is not None else {})
            assert browser.put(url, headers=headers, files=FILE).status_code == 403
            assert browser.delete(url, headers=headers).status_code == 403


def test_an_upload_with_its_token_is_taken_for_an_open_session_only(server: AppServer) -> None:
    """The same as before, as the page itself does it; for no session but one that is open."""
    with Visitor(server.url) as visitor, httpx.Client() as browser:
        visitor.open("toy")
        browser.get(f"{server.url}/_stcore/health")
        headers = {"X-Xsrftoken": browser.cookies["_streamlit_xsrf"]}
        at = f"{server.url}/_stcore/upload_file"
        found = [
            browser.put(f"{at}/{session}/a", headers=headers, files=FILE).status_code
            for session in (visitor.session, "another")
        ]
    assert found == [204, 400]


def test_a_large_upload_is_refused_by_its_announced_size(server: AppServer) -> None:
    """By what it says of itself, before anything of it is sent."""
    with Visitor(server.url) as visitor, httpx.Client() as browser:
        visitor.open("toy")
        browser.get(f"{server.url}/_stcore/health")
        token = browser.cookies["_streamlit_xsrf"]
        asked = HTTPConnection("127.0.0.1", port_of(server), timeout=30)
        asked.putrequest("PUT", f"/_stcore/upload_file/{visitor.session}/a")
        asked.putheader("X-Xsrftoken", token)
        asked.putheader("Cookie", f"_streamlit_xsrf={token}")
        asked.putheader("Content-Length", str(201 * 2**20))
        asked.endheaders()
        assert asked.getresponse().status == 413
        asked.close()


def test_an_exception_is_logged_and_not_shown(server: AppServer) -> None:
    start = server.log_bytes
    with Visitor(server.url) as visitor:
        page = visitor.open("runs")
    said = [text for kind, text in page.elements if kind == "exception"]
    assert len(said) == 1
    for detail in (SECRET, "ZeroDivisionError", "Traceback", "streamlit_with_broken_page.py"):
        assert detail.encode() not in page.sent, detail
    # The page may be there before the log.
    for _ in range(300):
        log = server.log(start)
        if SECRET in log:
            break
        time.sleep(0.1)
    assert "Traceback (most recent call last)" in log
    assert f"ZeroDivisionError: {SECRET}" in log
