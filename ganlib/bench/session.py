"""A client that behaves like one open browser tab, without a browser.

It speaks Streamlit's own protocol: binary BackMsg and ForwardMsg over a websocket. As the
browser does, it runs the timers of fragments, sends back the state of every widget that was
touched, and keeps large messages so that the server need not send them again.

Source: streamlit/proto/*.proto, and App.tsx and ForwardMessageCache.ts of Streamlit's frontend.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.proto.WidgetStates_pb2 import WidgetState
    from websockets.asyncio.client import ClientConnection

# As the browser says it who has no cookie; the server asks for one only of those who log in.
_SUBPROTOCOLS = ("streamlit", "PLACEHOLDER_AUTH_TOKEN")
# Runs for which the browser keeps a message that they did not use: global.maxCachedMessageAge.
_KEPT_RUNS = 2
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


@dataclass(frozen=True)
class _Widget:
    id: str
    disabled: bool
    # The fragment that is to be run when it is touched; empty for the whole page.
    fragment: str = ""


@dataclass
class _Drawn:
    """What a run of the page, or of a part of it, has drawn so far."""

    elements: dict[tuple[int, ...], Any] = field(default_factory=dict)
    widgets: dict[str, _Widget] = field(default_factory=dict)


class Tab:
    """One page of a server, open until `close`. To be used as an async context manager.

    Args:
        url: of the server, such as "http://127.0.0.1:8501".
        page: its path, such as "toy"; empty for the first.
        query: of the address, such as "run=...".

    Attributes:
        ticks: of all timers so far.
        pages_drawn: how often the whole page has been run to its end.
        parts_drawn: how often a fragment has been, by its timer or by a touch.
        messages: received so far.
        payload_bytes: of these, uncompressed.
    """

    def __init__(self, url: str, page: str, query: str = ""):
        self.ticks: list[Tick] = []
        self.pages_drawn = 0
        self.parts_drawn = 0
        self.messages = 0
        self.payload_bytes = 0
        self._url, self._page, self._query = url.rstrip("/"), page.strip("/"), query
        self._page_hash = ""
        self._shown, self._drawing = _Drawn(), _Drawn()
        self._states: dict[str, WidgetState] = {}
        # The run in which each kept message was last used, and the fragment it belongs to.
        self._kept: dict[str, tuple[int, str]] = {}
        self._runs = 0
        # When a tick was asked for, and what had been received by then.
        self._asked: tuple[float, int, int] | None = None
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._said: deque[str] = deque(maxlen=_LAST_SAID)
        self._changed = asyncio.Condition()
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Tab":
        from websockets.asyncio.client import connect
        from websockets.typing import Subprotocol

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
        await self.until(lambda: self.pages_drawn > 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def go(self, page: str) -> None:
        """Goes to another page in the same session, as a click in the navigation does.

        Raises:
            TimeoutError: it is not drawn.
        """
        self._page, self._query, self._page_hash = page.strip("/"), "", ""
        self._states.clear()
        self._keep_timers({})
        drawn = self.pages_drawn
        await self._ask()
        await self.until(lambda: self.pages_drawn > drawn)

    async def close(self) -> None:
        """Leaves, as closing the tab would."""
        self._keep_timers({})
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    @property
    def address(self) -> dict[str, str]:
        """What stands behind the question mark, by name."""
        return {name: values[-1] for name, values in parse_qs(self._query).items()}

    @property
    def keys(self) -> list[str]:
        """Of all widgets on view that have one."""
        return list(self._shown.widgets)

    @property
    def kinds(self) -> list[str]:
        """Kinds of the elements on view, such as "markdown", from top to bottom."""
        return [str(each.WhichOneof("type")) for _, each in sorted(self._shown.elements.items())]

    @property
    def texts(self) -> list[str]:
        """What the page says in Markdown and in messages of an error, from top to bottom."""
        return [
            getattr(each, kind).body if kind != "exception" else each.exception.message
            for _, each in sorted(self._shown.elements.items())
            if (kind := each.WhichOneof("type")) in ("markdown", "alert", "exception")
        ]

    @property
    def errors(self) -> list[str]:
        """What the page says in messages of an error."""
        from streamlit.proto.Alert_pb2 import Alert

        return [
            each.alert.body
            for _, each in sorted(self._shown.elements.items())
            if each.WhichOneof("type") == "alert" and each.alert.format == Alert.Format.ERROR
        ]

    @property
    def live(self) -> list[str]:
        """The fragments that are drawn anew by a timer."""
        return list(self._timers)

    async def tick(self) -> None:
        """Asks for every live part at once, as their timers would."""
        for fragment in self.live:
            await self._ask(fragment)

    def can_press(self, key: str) -> bool:
        """Whether there is a button with that key, and it is not disabled."""
        widget = self._shown.widgets.get(key)
        return widget is not None and not widget.disabled

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
        await self.until(lambda: self.can_press(key), timeout_s)
        await self._touch(key, trigger_value=True)

    async def enter(self, key: str, value: float | str) -> None:
        """Enters a number or a text, or chooses an option by its text, and waits for the page.

        Raises:
            TimeoutError: there is no widget with that key.
        """
        await self.until(lambda: key in self._shown.widgets)
        if isinstance(value, str):
            await self._touch(key, string_value=value)
        else:
            await self._touch(key, double_value=value)

    async def _touch(self, key: str, **value: Any) -> None:
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        widget = self._shown.widgets[key]
        state = WidgetState(id=widget.id, **value)
        pages, parts = self.pages_drawn, self.parts_drawn
        self._states[state.id] = state
        try:
            await self._ask(widget.fragment, by_timer=False)
        finally:
            # A press is told once; what was entered stays.
            if "trigger_value" in value:
                del self._states[state.id]
        # A touch in a fragment may have the whole page run, or that fragment alone.
        await self.until(
            lambda: self.pages_drawn > pages or (bool(widget.fragment) and self.parts_drawn > parts)
        )

    async def _ask(self, fragment: str = "", *, by_timer: bool = True) -> None:
        """Asks for the page, or for a fragment that was touched or whose time has come."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string = self._query
        wanted.widget_states.widgets.extend(self._states.values())
        wanted.page_script_hash = self._page_hash
        wanted.page_name = "" if self._page_hash else self._page
        wanted.fragment_id = fragment
        wanted.is_auto_rerun = bool(fragment) and by_timer
        wanted.cached_message_hashes.extend(self._kept)
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

    async def _read(self, socket: "ClientConnection") -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
        from websockets.exceptions import ConnectionClosed

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

    def _take(self, message: "ForwardMsg") -> None:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable or kind == "ref_hash":
            fragment = message.delta.fragment_id
            known = message.ref_hash or message.hash
            self._kept[known] = self._runs, fragment or self._kept.get(known, (0, ""))[1]
        if kind == "new_session":
            parts = _fragments(message)
            begun = " ".join(part[:6] for part in parts) or "page"
            self._said.append(f"{begun} begins")
            self._page_hash = message.new_session.page_script_hash
            self._drawing = _Drawn()
            # A run of the whole page sets its timers anew, as soon as it begins.
            if not parts:
                self._keep_timers({})
        elif kind == "navigation":
            # Only this one knows the page: the message before it names the app's own script.
            self._page_hash = message.navigation.page_script_hash
        elif kind == "delta":
            self._draw(message)
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            wanted = {name: interval_s for name, (interval_s, _) in self._timers.items()}
            timer = message.auto_rerun
            self._keep_timers({**wanted, timer.fragment_id: timer.interval})
        elif kind == "stop_auto_rerun":
            gone = set(message.stop_auto_rerun.fragment_ids)
            self._keep_timers(
                {name: each[0] for name, each in self._timers.items() if name not in gone}
            )
        elif kind == "script_finished":
            self._finish(message)

    def _draw(self, message: "ForwardMsg") -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        self._drawing.elements[tuple(message.metadata.delta_path)] = element
        content = getattr(element, str(element.WhichOneof("type")), None)
        # "$$ID-<hash>-<key>"; without a key, "None" stands there.
        id = str(getattr(content, "id", ""))
        parts = id.split("-", 2)
        if parts[0] == "$$ID" and len(parts) == 3:
            disabled = bool(getattr(content, "disabled", False))
            found = _Widget(id, disabled, message.delta.fragment_id)
            self._drawing.widgets[parts[2]] = found

    def _finish(self, message: "ForwardMsg") -> None:
        how = message.ScriptFinishedStatus.Name(message.script_finished)
        drawn = self._drawing
        self._said.append(how.lower())
        if how == "FINISHED_FRAGMENT_RUN_SUCCESSFULLY":
            self._shown.elements.update(drawn.elements)
            self._shown.widgets.update(drawn.widgets)
            self.parts_drawn += 1
            if self._asked is not None:
                at, messages, payload_bytes = self._asked
                self.ticks.append(
                    Tick(
                        at,
                        time.monotonic() - at,
                        self.messages - messages,
                        self.payload_bytes - payload_bytes,
                    )
                )
        elif how == "FINISHED_SUCCESSFULLY":
            # What this run has not drawn is gone.
            self._shown = drawn
            self.pages_drawn += 1
        self._asked = None
        self._forget_unused(fragment=how == "FINISHED_FRAGMENT_RUN_SUCCESSFULLY")

    def _forget_unused(self, fragment: bool) -> None:
        """Lets go of kept messages; a run of a fragment has no say about those of the page."""
        self._runs += 1
        self._kept = {
            known: (used, owner)
            for known, (used, owner) in self._kept.items()
            if (fragment and not owner) or self._runs - used <= _KEPT_RUNS
        }


def _fragments(message: "ForwardMsg") -> list[str]:
    """The fragments that a run is of; none where it is of the whole page."""
    # Before 1.67 they stood in the message that begins the run.
    told: Any = message.metadata
    run = told.run.fragment_ids if "run" in told.DESCRIPTOR.fields_by_name else ()
    begins: Any = message.new_session
    return list(run or getattr(begins, "fragment_ids_this_run", ()))
