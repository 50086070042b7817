"""Somebody who speaks Streamlit's protocol, with whatever headers a test has in mind."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.screen import Screen

_PATIENCE_S = 60.0
_NO_TOKEN = "PLACEHOLDER_AUTH_TOKEN"


@dataclass
class Page:
    """What one run of the app has sent.

    Attributes:
        screen: what it shows.
        redirect: where the browser was told to go; empty where it was not.
        sent: all of it, as bytes.
    """

    screen: Screen = field(default_factory=Screen)
    redirect: str = ""
    sent: bytes = b""

    @property
    def elements(self) -> list[tuple[str, str]]:
        """See `Screen.elements`."""
        return self.screen.elements

    @property
    def widgets(self) -> dict[str, str]:
        """See `Screen.labels`."""
        return self.screen.labels

    @property
    def texts(self) -> list[str]:
        """Texts of all elements."""
        return [text for _, text in self.elements]


class Visitor:
    """One websocket to a server. A context manager.

    Args:
        url: of the server.
        origin: the header; None for none.
        host: the header; by default the server's own.
        cookies: by name.
        token: against forged requests, as a browser takes it from the cookie.
        session: to be taken up again.

    Raises:
        websockets.exceptions.InvalidStatus: on entering, the server would not have it.
    """

    def __init__(
        self,
        url: str,
        *,
        origin: str | None = "",
        host: str = "",
        cookies: Mapping[str, str] | None = None,
        token: str = _NO_TOKEN,
        session: str = "",
    ):
        at = urlsplit(url)
        headers = {"Origin": url if origin == "" else origin} if origin is not None else {}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        protocols = ["streamlit", token, *([session] if session else [])]
        self._connecting = connect(
            f"ws://{host or at.netloc}/_stcore/stream",
            sock=socket.create_connection((at.hostname or "", at.port or 80)),
            subprotocols=[Subprotocol(each) for each in protocols],
            additional_headers=headers,
            max_size=None,
            proxy=None,
        )
        self.session = ""

    def __enter__(self) -> "Visitor":
        self._socket: ClientConnection = self._connecting.__enter__()
        return self

    def __exit__(self, *reason: Any) -> None:
        self._connecting.__exit__(*reason)

    def open(self, page: str = "", query: str = "", press: str = "") -> Page:
        """Asks for a page, and waits until it has been run to its end.

        Args:
            page: its path.
            query: of the address.
            press: id of a button that is pressed.
        """
        message = BackMsg()
        wanted = message.rerun_script
        wanted.page_name, wanted.query_string = page, query
        if press:
            wanted.widget_states.widgets.add(id=press, trigger_value=True)
        self.send(message)
        return self._collect()

    def send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _collect(self) -> Page:
        found = Page()
        while not found.screen.pages_drawn:
            data = self._socket.recv(_PATIENCE_S, decode=False)
            found.sent += data
            message = ForwardMsg.FromString(data)
            found.screen.take(message)
            if message.WhichOneof("type") == "new_session":
                self.session = message.new_session.initialize.session_id
            elif message.WhichOneof("type") == "auth_redirect":
                found.redirect = message.auth_redirect.url
        return found


def log_in(url: str, subject: str) -> dict[str, str]:
    """Goes through the whole login, as a browser without JavaScript would; returns its cookies."""
    with httpx.Client(follow_redirects=True, timeout=_PATIENCE_S) as browser:
        # The page itself gives the cookie that Streamlit guards its websocket with.
        browser.get(f"{url}/_stcore/health")
        with Visitor(url, cookies=dict(browser.cookies)) as visitor:
            button = visitor.open().widgets["Log in"]
            redirect = visitor.open(press=button).redirect
        asked = browser.get(f"{url}{redirect}")
        done = browser.post(asked.url, data={"sub": subject})
        done.raise_for_status()
        at = urlsplit(url).hostname
        return {each.name: each.value or "" for each in browser.cookies.jar if each.domain == at}
