"""A client that behaves like one open browser tab, without a browser.

It speaks Streamlit's own protocol: binary BackMsg and ForwardMsg over a websocket. As the
browser does, it runs the timers of fragments and sends back the state of every widget that was
touched; what is drawn, it leaves to its screen.

Source: streamlit/proto/*.proto, and App.tsx of Streamlit's frontend.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.screen import Screen

# As the browser says it who has no cookie; the server asks for one only of those who log in.
_SUBPROTOCOLS = ("streamlit", "PLACEHOLDER_AUTH_TOKEN")
_MOST_BYTES = 200 * 2**20
_PATIENCE_S = 60.0
# What is told of a conversation that has come to a halt.
_LAST_SAID = 16


@dataclass(frozen=True)
class Tick:
    """One run of a fragment that its timer asked for.

    Args:
        asked_at: when, on the clock `time.monotonic`.
        latency_s: from asking to the word that it has finished.
        messages: that came meanwhile.
        payload_bytes: of these messages, uncompressed.
    """

    asked_at: float
    latency_s: float
    messages: int
    payload_bytes: int


class Tab:
    """One page of a server, open until `close`. To be used as an async context manager.

    Args:
        url: of the server, such as "http://127.0.0.1:8501".
        page: its path, such as "toy"; empty for the first.
        query: of the address, such as "run=...".

    Attributes:
        screen: what it shows.
        ticks: of all timers so far.
        messages: received so far.
        payload_bytes: of these, uncompressed.
    """

    def __init__(self, url: str, page: str, query: str = ""):
        self.screen = Screen(query)
        self.ticks: list[Tick] = []
        self.messages = 0
        self.payload_bytes = 0
        self._url, self._page = url.rstrip("/"), page.strip("/")
        self._states: dict[str, WidgetState] = {}
        # When a tick was asked for, and what had been received by then.
        self._asked: tuple[float, int, int] | None = None
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._said: deque[str] = deque(maxlen=_LAST_SAID)
        self._changed = asyncio.Condition()
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Tab":
        at = urlsplit(self._url)
        self._socket = await connect(
            f"{'wss' if at.scheme == 'https' else 'ws'}://{at.netloc}{at.path}/_stcore/stream",
            subprotocols=[Subprotocol(each) for each in _SUBPROTOCOLS],
            additional_headers={"Origin": f"{at.scheme}://{at.netloc}"},
            max_size=_MOST_BYTES,
            proxy=None,
        )
        self._reading = asyncio.create_task(self._read(self._socket))
        await self._ask()
        await self.until(lambda: self.screen.pages_drawn > 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def go(self, page: str) -> None:
        """Goes to another page in the same session, as a click in the navigation does.

        Raises:
            TimeoutError: it is not drawn.
        """
        self._page = page.strip("/")
        self._states.clear()
        self.screen.leave()
        self._keep_timers({})
        drawn = self.screen.pages_drawn
        await self._ask()
        await self.until(lambda: self.screen.pages_drawn > drawn)

    async def close(self) -> None:
        """Leaves, as closing the tab would."""
        self._keep_timers({})
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    @property
    def live(self) -> list[str]:
        """The fragments that are drawn anew by a timer."""
        return list(self._timers)

    async def tick(self, parts: Iterable[str]) -> None:
        """Asks for live parts at once, as their timers would."""
        for fragment in parts:
            await self._ask(fragment)

    async def until(self, condition: Callable[[], bool], timeout_s: float = _PATIENCE_S) -> None:
        """Waits for something that a run of the page, or of a part of it, brings about.

        Raises:
            TimeoutError: it did not come about; with what was said last.
            ConnectionError: the server has hung up.
        """

        async def wait() -> None:
            async with self._changed:
                while not condition():
                    if self._reading is None or self._reading.done():
                        raise ConnectionError(f"{self._url} has hung up.")
                    await self._changed.wait()

        try:
            await asyncio.wait_for(wait(), timeout_s)
        except asyncio.TimeoutError as error:
            said = "; ".join(self._said)
            raise TimeoutError(
                f"Nothing came of it in {timeout_s:g} s. Said last: {said}"
            ) from error

    async def press(self, key: str, timeout_s: float = _PATIENCE_S) -> None:
        """Presses the button with that key, as soon as it can be, and waits for the page.

        Raises:
            TimeoutError: there is no such button, or it stays disabled.
        """
        await self.until(lambda: self.screen.can_press(key), timeout_s)
        await self._touch(key, trigger_value=True)

    async def enter(self, key: str, value: float | str) -> None:
        """Types a number or a text, or chooses an option by its text, and waits for the page.

        Raises:
            TimeoutError: there is no widget with that key.
        """
        await self.until(lambda: key in self.screen.widgets)
        await self._touch(key, string_value=str(value))

    async def unfold(self, key: str) -> None:
        """Opens a part of the page that is drawn when it is open, and waits for the page.

        Raises:
            TimeoutError: there is no part with that key.
        """
        await self.until(lambda: key in self.screen.widgets)
        await self._touch(key, bool_value=True)

    async def click(self, key: str, tile: object) -> None:
        """Sends what a click on a tile of a gallery does, and waits for the page.

        Args:
            key: of the gallery.
            tile: name of the tile.

        Raises:
            TimeoutError: there is no gallery with that key.
        """
        await self.until(lambda: key in self.screen.widgets)
        clicked = json.dumps([{"event": "clicked", "value": tile}])
        await self._touch(key, json_trigger_value=clicked)

    async def _touch(self, key: str, **value: Any) -> None:
        widget = self.screen.widgets[key]
        events = f"$$STREAMLIT_INTERNAL_KEY_{widget.id}__events"
        state = WidgetState(id=events if "json_trigger_value" in value else widget.id, **value)
        screen = self.screen
        pages, parts = screen.pages_drawn, screen.parts_drawn
        self._states[state.id] = state
        try:
            await self._ask(widget.fragment, by_timer=False)
        finally:
            # A press is told once; what was entered stays.
            if value.keys() & {"trigger_value", "json_trigger_value"}:
                del self._states[state.id]
        # A touch in a fragment may have the whole page run, or that fragment alone.
        await self.until(
            lambda: (
                screen.pages_drawn > pages or bool(widget.fragment and screen.parts_drawn > parts)
            )
        )

    async def _ask(self, fragment: str = "", *, by_timer: bool = True) -> None:
        """Asks for the page, or for a fragment that was touched or whose time has come."""
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string = self.screen.query
        wanted.widget_states.widgets.extend(self._states.values())
        wanted.page_script_hash = self.screen.page_hash
        wanted.page_name = "" if self.screen.page_hash else self._page
        wanted.fragment_id = fragment
        wanted.is_auto_rerun = bool(fragment) and by_timer
        wanted.cached_message_hashes.extend(self.screen.kept)
        wanted.context_info.timezone = "Etc/UTC"
        wanted.context_info.locale = "en-US"
        wanted.context_info.url = f"{self._url}/{self._page}"
        wanted.context_info.color_scheme = "light"
        what = f"part {fragment[:6]}{' by timer' if by_timer else ''}" if fragment else "page"
        self._said.append(f"asked for {what}")
        if self._socket is not None:
            await self._socket.send(message.SerializeToString())

    async def _run_timer(self, fragment: str, interval_s: float) -> None:
        due = time.monotonic()
        while True:
            due = max(due + interval_s, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            # While one is under way, the server makes one of all that are asked for.
            if self._asked is None:
                self._asked = time.monotonic(), self.messages, self.payload_bytes
            await self._ask(fragment)

    def _keep_timers(self, wanted: dict[str, float]) -> None:
        """Stops those that are not wanted any more, and starts those that are new."""
        for fragment, (interval_s, task) in list(self._timers.items()):
            if wanted.get(fragment) != interval_s:
                task.cancel()
                del self._timers[fragment]
        for fragment, interval_s in wanted.items():
            if fragment not in self._timers:
                task = asyncio.create_task(self._run_timer(fragment, interval_s))
                self._timers[fragment] = interval_s, task

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                data = await socket.recv(decode=False)
                self.messages += 1
                self.payload_bytes += len(data)
                self._take(ForwardMsg.FromString(data))
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed:
            self._keep_timers({})
        finally:
            async with self._changed:
                self._changed.notify_all()

    def _take(self, message: ForwardMsg) -> None:
        parts = self.screen.parts_drawn
        if told := self.screen.take(message):
            self._said.append(told)
        self._keep_timers(self.screen.timers)
        if message.WhichOneof("type") != "script_finished":
            return
        if self._asked is not None and self.screen.parts_drawn > parts:
            at, messages, payload_bytes = self._asked
            self.ticks.append(
                Tick(
                    at,
                    time.monotonic() - at,
                    self.messages - messages,
                    self.payload_bytes - payload_bytes,
                )
            )
        self._asked = None
