"""Everything that reaches into Streamlit's private parts, in one place.

Tested on Streamlit 1.67; Python 3.10 gets 1.65, where the app runs as well.
"""

import threading
from typing import TYPE_CHECKING

import streamlit as st
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner

if TYPE_CHECKING:
    from streamlit.runtime.scriptrunner import RerunData

_UNSUPPORTED = "This version of Streamlit is not supported; see requirements.txt."
_SERVER_WIDE = ("_handle_clear_cache_request", "_handle_git_information_request")

_START_RUNNER = "_create_scriptrunner"
# What a browser that has left without a word counts as, by RFC 6455.
_LEFT = 1006
_RECEIVE = "receive_bytes"
_receive = getattr(WebSocket, _RECEIVE)
_start_runner = getattr(AppSession, _START_RUNNER, None)

_app_has_run = threading.Event()


def keep_keras_sessions() -> None:
    """Stops Streamlit from clearing Keras' session after every rerun of a page.

    Streamlit calls `keras.backend.clear_session()` whenever a script or fragment has run.
    That resets the name counters and the graph under networks that a training thread is
    just building ("the name 'dense' is used 2 times"), and costs most of a small
    network's speed. Our networks are freed with their run, so there is nothing to clear.
    """
    if not hasattr(script_runner, "_clean_problem_modules"):
        raise RuntimeError(_UNSUPPORTED)
    script_runner._clean_problem_modules = _leave_modules_alone


def keep_to_own_session() -> None:
    """Has Streamlit ignore what one browser may ask for at the expense of all others.

    Any connection, logged in or not, may have the caches of the whole server emptied, and
    with them the manager of its runs: a second one would train beside the first. Any may
    ask for the server's git repository as well. The app offers neither.
    """
    for name in _SERVER_WIDE:
        if not hasattr(AppSession, name):
            raise RuntimeError(_UNSUPPORTED)
        setattr(AppSession, name, _ignore)


def hear_runs_out() -> None:
    """Has a page begin anew only when all that it drew before is on its way to the browser.

    Where a page is asked for in the moment in which the thread that drew it ends, Streamlit
    starts another thread and drops what the first has drawn and nobody has passed on yet:
    the last elements, the timers of live parts, the word that the page has been drawn. On a
    busy server a tick comes at that moment now and then, and the page stands still.
    """
    if _start_runner is None:
        raise RuntimeError(_UNSUPPORTED)
    setattr(AppSession, _START_RUNNER, _start_when_heard)


def let_leave_quietly() -> None:
    """Has a browser that leaves while it is being sent something count as one that has left.

    Streamlit would take it for one that speaks another protocol, and log a traceback.
    """
    setattr(WebSocket, _RECEIVE, _receive_or_end)


def run_within_app() -> None:
    """Starts the page anew where it runs alone instead of from app.py.

    Until app.py has run for the first time, Streamlit takes the folder pages/ for an app
    of its old kind. So when the first address a new server is asked for is not "/", the
    page would run without app.py: narrow, and beside a navigation made of file names.
    """
    # Not twice, for a rerun forgets which button was pressed: Streamlit's own AppTest
    # goes back to that old kind before every run.
    if PagesManager.uses_pages_directory and not _app_has_run.is_set():
        PagesManager.uses_pages_directory = False
        st.rerun()


def remember_app() -> None:
    """To be called by app.py: from now on Streamlit knows what kind of app this is."""
    _app_has_run.set()


def _start_when_heard(session: AppSession, data: "RerunData") -> None:
    assert _start_runner is not None
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
            _start_when_heard(session, data)

    # It ends by taking no more, behind the last that it says: that is already in this line.
    session._event_loop.call_soon(start)


async def _receive_or_end(socket: WebSocket) -> bytes:
    # Set by a send that found nobody there.
    if socket.application_state is WebSocketState.DISCONNECTED:
        raise WebSocketDisconnect(_LEFT)
    return await _receive(socket)


def _leave_modules_alone() -> None:
    return None


def _ignore(_session: AppSession) -> None:
    return None
