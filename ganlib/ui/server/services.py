"""Services shared by all sessions of the server: run manager, TensorFlow, compiled steps."""

import atexit
import os
import threading
from pathlib import Path

import streamlit as st

from ganlib import memory, recipes
from ganlib.config import RunConfig
from ganlib.errors import PATH, UserError, quote
from ganlib.priority import lower_thread_priority
from ganlib.runs import Manager, RunStore
from ganlib.ui._compat import (
    flush_before_rerun,
    ignore_disconnect_while_sending,
    ignore_server_wide_requests,
    keep_keras_sessions,
    mark_app_started,
)
from ganlib.ui.components.errors import show_error
from ganlib.ui.server.preparing import Preparer

_MAX_RUNS = 100


def start() -> None:
    """Starts the services that the pages need. Calls after the first one do nothing.

    If an environment variable is not valid, the page shows the error and stops.
    """
    try:
        manager()
    except UserError as error:
        show_error(error)
        st.stop()
    mark_app_started()


@st.cache_resource(show_spinner=False)
def manager() -> Manager:
    """Returns the run manager, which all sessions share."""
    cap, root = _cap(), _runs_folder()
    memory.limit_freed_memory()
    keep_keras_sessions()
    ignore_server_wide_requests()
    flush_before_rerun()
    ignore_disconnect_while_sending()
    made = Manager(RunStore(root), cap=cap)
    warm_up(made)
    atexit.register(made.shutdown, 10.0)
    return made


@st.cache_resource(show_spinner=False)
def warm_up(_manager: Manager) -> threading.Event:
    """Imports TensorFlow and compiles the toy recipes, so that first runs start without delay.

    Before that, it restores the queue of the server's last process.

    Returns:
        An event that is set after TensorFlow is imported.
    """
    ready, preparer = threading.Event(), _preparer(_manager)

    def load() -> None:
        # TensorFlow's threads are started here and inherit this thread's priority.
        lower_thread_priority()
        _manager.recover()
        import ganlib.training  # noqa: F401

        ready.set()
        preparer.prepare_later(recipe.name for recipe in recipes.on_page("toy"))

    # Not a daemon: if TensorFlow is interrupted during a compilation, the process ends with an
    # error.
    threading.Thread(target=load, name="warm-up").start()
    return ready


def submit(recipe_name: str, config: RunConfig) -> str:
    """Creates and queues a run, without waiting for TensorFlow; see `Manager.submit`.

    The check that the run fits in memory may need TensorFlow, which takes seconds to import. If
    it is not imported yet, the run is created first and checked when it starts.

    Args:
        recipe_name: of the recipe.
        config: settings of the run.
    Returns:
        The id of the run.
    """
    loaded = warm_up(manager()).is_set()
    return manager().submit(recipe_name, config, check_late=not loaded)


def prepare_soon(recipe_name: str, config: RunConfig) -> None:
    """Requests compilation of the settings that Start would train, unless a run is active.

    Args:
        recipe_name: of the recipe.
        config: settings in the form.
    """
    if not manager().active():
        _preparer(manager()).prepare(recipe_name, config)


@st.cache_resource(show_spinner=False)
def _preparer(_manager: Manager) -> Preparer:
    return Preparer(_manager)


def _runs_folder() -> Path:
    root = RunStore.default_root()
    try:
        fits = root.is_dir() or not root.exists()
    except OSError as error:
        raise UserError(
            f"GANLIB_RUNS cannot be read: {error.strerror}. Received: {quote(str(root), PATH)}."
        ) from None
    if not fits:
        raise UserError(f"GANLIB_RUNS must be a folder. Received: {quote(str(root), PATH)}.")
    return root


def _cap() -> int:
    text = os.environ.get("GANLIB_MAX_RUNS", "1")
    if not text.isdecimal() or len(text) > len(str(_MAX_RUNS)) or not 1 <= int(text) <= _MAX_RUNS:
        raise UserError(
            f"GANLIB_MAX_RUNS must be a whole number from 1 to {_MAX_RUNS}. "
            f"Received: {quote(text)}."
        )
    return int(text)
