"""All patches of Streamlit's private interfaces.

Tested with Streamlit 1.67, and with 1.65, the last version for Python 3.10.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState

if TYPE_CHECKING:
    from streamlit.proto.ClientState_pb2 import ClientState
    from streamlit.runtime.scriptrunner import RerunData

# Close code of a connection that ended without a close frame, RFC 6455.
_ABNORMAL_CLOSURE = 1006
_app_has_run = threading.Event()
# Has the attribute `active` in a thread that handles an event and calls callbacks.
_callbacks = threading.local()


def _method(owner: Any, name: str) -> Any:
    """A private function of Streamlit."""
    if not hasattr(owner, name):
        raise RuntimeError("This version of Streamlit is not supported; see requirements.txt.")
    return getattr(owner, name)


def _replace(owner: Any, name: str, new: Callable[..., Any]) -> None:
    _method(owner, name)
    setattr(owner, name, new)


_request_rerun = _method(ScriptRequests, "request_rerun")
_run_script = _method(script_runner.ScriptRunner, "_run_script")
_interrupt = _method(script_runner.ScriptRunner, "_maybe_handle_execution_control_request")
_handle_event = _method(SafeSessionState, "on_script_will_rerun")
_request_of_session = _method(AppSession, "request_rerun")
_clear_queue = _method(AppSession, "_clear_queue")
_receive = _method(WebSocket, "receive_bytes")
_start_runner = _method(AppSession, "_create_scriptrunner")


def keep_keras_sessions() -> None:
    """Stops Streamlit from clearing Keras' session after every rerun of a page.

    Streamlit calls `keras.backend.clear_session()` after every run of a script or fragment.
    That resets the name counters and the graph while a training thread is building networks
    ("the name 'dense' is used 2 times"), and costs most of a small network's speed. Our
    networks are freed with their run, so there is nothing to clear.
    """
    _replace(script_runner, "_clean_problem_modules", lambda: None)


def ignore_server_wide_requests() -> None:
    """Makes Streamlit ignore requests of one browser that affect the entire server.

    Any connection, logged in or not, can clear the caches of the server, which contain the
    manager of its runs: a second manager would then train alongside the first. Any connection
    can also read information about the server's git repository. The app offers neither.
    """
    for name in ("_handle_clear_cache_request", "_handle_git_information_request"):
        _replace(AppSession, name, lambda session: None)


def flush_before_rerun() -> None:
    """Makes a page rerun only after all output of its last run was sent to the browser.

    If a rerun is requested just when the script thread ends, Streamlit starts another thread
    and drops messages of the first that are still queued: the last elements, the timers of
    fragments, the message that the script has finished. On a busy server this happens now and
    then, and the page stops updating.
    """
    _replace(AppSession, "_create_scriptrunner", _start_after_flush)


def send_whole_runs() -> None:
    """Makes Streamlit send all that a page has drawn, also if a fragment runs right after it.

    If a timer comes before the messages of a run of the page have been sent, Streamlit drops those
    of the timer's fragment, which is drawn again, but still tells the browser that the run has
    finished. The browser then removes that part of the page, and an update of the part behind it,
    which finds no place, leaves the window empty.
    """
    _replace(AppSession, "_clear_queue", _clear_before_page)


def ignore_fragments_of_left_pages() -> None:
    """Makes Streamlit ignore reruns of fragments of a page that has been left.

    Until a browser hears of the new page, the timers of the old one go on. Streamlit would take
    their requests for a change back to the old page. The browser would then remove the elements of
    the new page, and its next update, which finds no place, would leave the window empty.
    """
    _replace(ScriptRequests, "request_rerun", _request_unless_left)
    _replace(script_runner.ScriptRunner, "_run_script", _run_unless_left)


def finish_callbacks() -> None:
    """Makes Streamlit call the callbacks of widgets for every event, and run them to their end.

    If the browser sends another event just before or meanwhile, Streamlit would not call them, or
    end one at its next access to the session's state and not call it again: of a text that is left
    by a click on a table, the selection would be stored and the text lost.
    """
    _replace(SafeSessionState, "on_script_will_rerun", _handle_event_without_interruption)
    _replace(
        script_runner.ScriptRunner,
        "_maybe_handle_execution_control_request",
        _interrupt_outside_callbacks,
    )


def handle_clicks_once() -> None:
    """Makes Streamlit leave out clicks of requests that the timer of a fragment makes.

    A browser reports a click by a request of its own, a moment later. If the timer of a fragment
    comes first, its request contains the click, too, and Streamlit would call the callback twice:
    a click on Next would skip a step.
    """
    _replace(AppSession, "request_rerun", _request_without_clicks_of_timers)


def ignore_disconnect_while_sending() -> None:
    """Makes Streamlit treat a connection that breaks during a send as closed.

    Streamlit would treat it as a protocol error and log a traceback.
    """
    _replace(WebSocket, "receive_bytes", _receive_or_end)


def run_within_app() -> None:
    """Reruns a page that Streamlit has started without app.py.

    Until app.py has run once, Streamlit treats the folder pages/ as a multipage app of the old
    kind. If the first address requested from a new server is not "/", the page would run
    without app.py: with a narrow layout and a navigation made of file names.
    """
    # Only once, because a rerun forgets which button was pressed, and Streamlit's AppTest
    # switches back to the old kind before every run.
    if PagesManager.uses_pages_directory and not _app_has_run.is_set():
        PagesManager.uses_pages_directory = False
        st.rerun()


def mark_app_started() -> None:
    """Records that app.py has run, and tells Streamlit the kind of the app.

    `st.navigation` tells it, too, but a session may end before it gets there.
    """
    PagesManager.uses_pages_directory = False
    _app_has_run.set()


def _start_after_flush(session: AppSession, data: "RerunData") -> None:
    ended = session._scriptrunner
    if ended is None:
        _start_runner(session, data)
        return

    def start() -> None:
        if session._state is AppSessionState.SHUTDOWN_REQUESTED:
            return
        now = session._scriptrunner
        if now is None or now is ended:
            _start_runner(session, data)
        elif not now.request_rerun(data):
            _start_after_flush(session, data)

    # The ended thread put its last messages into the event loop's queue before this call, so
    # they are sent first.
    session._event_loop.call_soon(start)


def _clear_before_page(
    session: AppSession, fragment_ids_this_run: "list[str] | None" = None
) -> None:
    if not fragment_ids_this_run:
        _clear_queue(session)
        return
    # What the fragment draws is sent after, and does not replace, what has not been sent.
    session._browser_queue._delta_index_map = {}


def _request_unless_left(requests: ScriptRequests, data: "RerunData") -> bool:
    waiting = requests._rerun_data
    changes_page = (
        requests._state is ScriptRequestType.RERUN
        and not waiting.fragment_id_queue
        and waiting.page_script_hash != data.page_script_hash
    )
    if data.fragment_id and changes_page:
        return True
    return bool(_request_rerun(requests, data))


def _run_unless_left(runner: script_runner.ScriptRunner, data: "RerunData") -> None:
    page = runner._pages_manager.current_page_script_hash
    if not (data.fragment_id_queue and page and data.page_script_hash not in ("", page)):
        _run_script(runner, data)


def _handle_event_without_interruption(state: SafeSessionState, *event: Any, **more: Any) -> None:
    _callbacks.active = True
    try:
        _handle_event(state, *event, **more)
    finally:
        del _callbacks.active


def _interrupt_outside_callbacks(runner: script_runner.ScriptRunner) -> None:
    if not hasattr(_callbacks, "active"):
        _interrupt(runner)


def _request_without_clicks_of_timers(session: AppSession, state: "ClientState | None") -> None:
    if state is not None and state.is_auto_rerun:
        widgets = state.widget_states.widgets
        for at in reversed(range(len(widgets))):
            if (widgets[at].WhichOneof("value") or "").endswith("trigger_value"):
                del widgets[at]
    _request_of_session(session, state)


async def _receive_or_end(socket: WebSocket) -> bytes:
    # Set by a send that failed.
    if socket.application_state is WebSocketState.DISCONNECTED:
        raise WebSocketDisconnect(_ABNORMAL_CLOSURE)
    content: bytes = await _receive(socket)
    return content
