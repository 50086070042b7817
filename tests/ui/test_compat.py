"""What Streamlit does after each run of a page, and the networks that a thread builds meanwhile."""

import asyncio
import importlib.util
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import RunStore
from ganlib.ui import _compat
from ganlib.ui.server.server import Server, server

Open = Callable[..., AppTest]
RERUNS = 8


@pytest.fixture
def original() -> Callable[[], None]:
    """Streamlit's own function, whatever the app may have put in its place before."""
    spec = importlib.util.find_spec(script_runner.__name__)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[], None] = module._clean_problem_modules
    assert function is not script_runner._clean_problem_modules
    return function


@pytest.fixture
def cleared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one at every `keras.backend.clear_session()`."""
    calls: list[str] = []
    backend = SimpleNamespace(clear_session=lambda: calls.append("clear_session"))
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(backend=backend))
    return calls


def nothing() -> None:
    pass


def test_only_without_our_services_keras_session_is_cleared_after_a_page(
    original: Callable[[], None],
    cleared: list[str],
    store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(script_runner, "_clean_problem_modules", original)
    AppTest.from_function(nothing, default_timeout=60).run()
    assert cleared == ["clear_session"]
    monkeypatch.setattr(Server, "warm_up", lambda self: None)
    server()
    AppTest.from_function(nothing, default_timeout=60).run()
    script_runner._clean_problem_modules()
    assert cleared == ["clear_session"]


@pytest.mark.parametrize("ours", [True, False])
def test_what_a_page_has_drawn_is_sent_before_a_fragment_that_runs_right_after_it(
    ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppSession, "_clear_queue", _compat._clear_queue)
    if ours:
        _compat.send_whole_runs()
    session = AppSession.__new__(AppSession)
    session._browser_queue = ForwardMsgQueue()

    def drawn(fragment: str, place: int) -> ForwardMsg:
        message = ForwardMsg()
        message.metadata.delta_path[:] = [0, place]
        message.delta.fragment_id = fragment
        message.delta.new_element.empty.SetInParent()
        return message

    page = [drawn("queue", 6), drawn("table", 7), ForwardMsg(script_finished=0)]
    for message in page:
        session._browser_queue.enqueue(message)
    # The timer of the queue.
    session._clear_queue(["queue"])
    again = drawn("queue", 6)
    session._browser_queue.enqueue(again)
    sent = session._browser_queue.flush()
    # The negative control; where it fails, `send_whole_runs` may go.
    assert sent == ([*page, again] if ours else [*page[1:], again])
    assert sent[-1] is again


@pytest.mark.parametrize(
    ("page", "fragment", "kept"),
    [("old", "timer", "new"), ("old", None, "old"), ("new", "timer", "new")],
)
def test_the_timer_of_a_page_that_is_being_left_does_not_turn_back(
    page: str, fragment: str | None, kept: str
) -> None:
    _compat.ignore_fragments_of_left_pages()
    requests = ScriptRequests()
    assert requests.request_rerun(RerunData(page_script_hash="new"))
    assert requests.request_rerun(RerunData(page_script_hash=page, fragment_id=fragment))
    request = requests.on_scriptrunner_ready()
    assert request.type is ScriptRequestType.RERUN
    assert (request.rerun_data.page_script_hash, request.rerun_data.fragment_id_queue) == (kept, [])


@pytest.mark.parametrize(
    ("page", "queue", "runs"),
    [("old", ["timer"], False), ("new", ["timer"], True), ("old", [], True), ("", ["timer"], True)],
)
def test_a_fragment_of_a_page_that_was_left_does_not_run(
    page: str, queue: list[str], runs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(_compat, "_run_script", lambda runner, data: ran.append("run"))
    _compat.ignore_fragments_of_left_pages()
    runner: Any = SimpleNamespace(_pages_manager=SimpleNamespace(current_page_script_hash="new"))
    data = RerunData(page_script_hash=page, fragment_id_queue=queue)
    script_runner.ScriptRunner._run_script(runner, data)
    assert bool(ran) == runs


@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize("by_timer", [False, True])
def test_only_with_ours_a_timer_reports_no_click(
    by_timer: bool, ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ClientState] = []
    monkeypatch.setattr(AppSession, "request_rerun", lambda session, state: asked.append(state))
    monkeypatch.setattr(_compat, "_request_of_session", AppSession.request_rerun)
    if ours:
        _compat.handle_clicks_once()
    state = ClientState(is_auto_rerun=by_timer)
    values: list[dict[str, Any]] = [
        {"trigger_value": True},
        {"bool_value": True},
        {"json_trigger_value": '[{"event": "clicked", "value": 1}]'},
        {"string_value": "typed"},
    ]
    for number, value in enumerate(values):
        state.widget_states.widgets.add(id=str(number), **value)
    session: Any = SimpleNamespace()
    AppSession.request_rerun(session, state)
    found = [widget.id for widget in asked[0].widget_states.widgets]
    assert found == (["1", "3"] if by_timer and ours else ["0", "1", "2", "3"])


def two_events() -> None:
    """A page with a button whose callback is still at work when the browser sends another event."""
    import streamlit as st

    from tests.ui.test_compat import send_another_event

    def work() -> None:
        st.session_state["begun"] = True
        if st.session_state["meanwhile"]:
            send_another_event()
        st.session_state["done"] = True

    st.button("Work", on_click=work)
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1


def send_another_event() -> None:
    context = get_script_run_ctx()
    assert context and context.script_requests
    context.script_requests.request_rerun(RerunData(page_script_hash=context.page_script_hash))


@pytest.mark.parametrize("meanwhile", [False, True])
@pytest.mark.parametrize("ours", [False, True])
def test_only_with_ours_a_callback_ends_when_another_event_comes(
    ours: bool, meanwhile: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_page = ScriptCache.get_bytecode

    def compile_late(cache: ScriptCache, path: str) -> Any:
        if just_before:
            just_before.pop()()
        return compile_page(cache, path)

    just_before: list[Callable[[], None]] = []
    monkeypatch.setattr(ScriptCache, "get_bytecode", compile_late)
    name = "_maybe_handle_execution_control_request"
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", _compat._handle_event)
    monkeypatch.setattr(script_runner.ScriptRunner, name, _compat._interrupt)
    if ours:
        _compat.finish_callbacks()
    page = AppTest.from_function(two_events, default_timeout=60)
    page.session_state["meanwhile"] = meanwhile
    page.run()
    assert page.session_state["drawn"] == 1
    if not meanwhile:
        just_before.append(send_another_event)
    page.button[0].click().run()
    assert ("begun" in page.session_state) == (ours or meanwhile)
    assert ("done" in page.session_state) == ours
    # The other event is not lost, and callbacks of later events are called, too.
    assert page.session_state["drawn"] == 2
    page.button[0].click().run()
    assert page.session_state["drawn"] == 3


def test_a_streamlit_without_that_function_is_refused(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "warm_up", lambda self: None)
    monkeypatch.delattr(script_runner, "_clean_problem_modules")
    with pytest.raises(RuntimeError, match=r"not supported; see requirements\.txt"):
        server()


def test_networks_built_while_pages_rerun_are_named_as_without(open_page: Open) -> None:
    alone = _in_thread(lambda: [_names() for _ in range(2)])
    assert len(set(alone[0])) == len(alone[0])

    reruns = threading.Semaphore(0)
    enough = threading.Event()

    def build() -> list[list[str]]:
        """Builds as long as pages are run anew, half a network before and half after a rerun."""
        built = []
        while not enough.is_set() or len(built) < 2:
            built.append(_names(between=lambda: reruns.acquire(timeout=0.5)))
        return built

    app = open_page("toy")
    found: list[list[list[str]]] = []
    builder = threading.Thread(target=lambda: found.append(build()))
    builder.start()
    for _ in range(RERUNS):
        app.run()
        reruns.release()
        assert not app.exception
    enough.set()
    builder.join(60)
    assert not builder.is_alive()
    assert found, "building the networks failed"
    built = found[0]
    assert built[: len(alone)] == alone
    # Keras counts on within a thread, so no name comes twice however long it went on.
    names = [name for network in built for name in network]
    assert len(set(names)) == len(names)


def test_a_browser_that_leaves_while_it_is_sent_something_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def send(message: object) -> None:
        sent.append(message)
        # As a server says it whose peer is gone.
        if len(sent) > 1:
            raise ConnectionResetError

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def leave() -> None:
        socket = WebSocket({"type": "websocket"}, receive, send)
        await socket.accept()
        with pytest.raises(WebSocketDisconnect):
            await socket.send_bytes(b"a page")
        await socket.receive_bytes()

    sent: list[object] = []
    monkeypatch.setattr(WebSocket, "receive_bytes", _compat._receive)
    # The negative control: what Streamlit logs as a text where bytes should be.
    with pytest.raises(RuntimeError):
        asyncio.run(leave())
    sent.clear()
    _compat.ignore_disconnect_while_sending()
    with pytest.raises(WebSocketDisconnect):
        asyncio.run(leave())


def _names(between: Callable[[], object] = nothing) -> list[str]:
    """Builds a generator and then a discriminator; the names of all their layers."""
    recipe = recipes.get("mnist/dcgan")
    config = recipe.parse({})
    generator = recipe.generator(config)
    generator.build((None, recipe.latent(config).size))
    between()
    discriminator = recipe.discriminator(config)
    discriminator.build((None, 28, 28, 1))
    return [layer.name for network in (generator, discriminator) for layer in network.layers]


def _in_thread(work: Callable[[], object]):
    """The work's result, out of a thread of its own: Keras counts names in each thread anew."""
    results = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join(60)
    assert results, "the thread ended without a result"
    return results[0]
