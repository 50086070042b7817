"""What all sessions of the server share: the runs, their manager, a warm TensorFlow."""

import atexit
import os
import threading
from pathlib import Path

import streamlit as st

from ganlib import memory, recipes
from ganlib.config import RunConfig
from ganlib.errors import PATH, UserError, quote
from ganlib.priority import step_aside
from ganlib.runs import Manager, RunStore
from ganlib.ui._compat import (
    hear_runs_out,
    keep_keras_sessions,
    keep_to_own_session,
    let_leave_quietly,
    remember_app,
)
from ganlib.ui.components.errors import show_error
from ganlib.ui.server.preparing import Preparer

_MOST_RUNS = 100


def start() -> None:
    """Brings up what the pages need; only the first call of a server does anything.

    Where the environment forbids it, the page says so and ends there.
    """
    try:
        manager()
    except UserError as error:
        show_error(error)
        st.stop()
    remember_app()


@st.cache_resource(show_spinner=False)
def manager() -> Manager:
    """The one manager of this server; every session sees the same runs."""
    cap, root = _cap(), _runs_folder()
    memory.keep_little()
    keep_keras_sessions()
    keep_to_own_session()
    hear_runs_out()
    let_leave_quietly()
    made = Manager(RunStore(root), cap=cap)
    warm_up(made)
    atexit.register(made.shutdown, 10.0)
    return made


@st.cache_resource(show_spinner=False)
def warm_up(_manager: Manager) -> threading.Event:
    """Imports TensorFlow and compiles the toys: seconds that their first runs need not wait for.

    First it queues again what the server before had in its queue.

    Returns:
        Set once TensorFlow is there.
    """
    ready, preparer = threading.Event(), _preparer(_manager)

    def load() -> None:
        # TensorFlow's threads, which it starts here, are of this one's priority.
        step_aside()
        _manager.recover()
        import ganlib.training  # noqa: F401

        ready.set()
        preparer.ask_later(recipe.name for recipe in recipes.on_page("toy"))

    # Not a daemon: TensorFlow ends the process with an error if it is cut off while it compiles.
    threading.Thread(target=load, name="warm-up").start()
    return ready


def submit(recipe_name: str, config: RunConfig) -> str:
    """Makes a run and queues it, without waiting for TensorFlow; see `Manager.submit`.

    Whether it fits in memory cannot always be told without TensorFlow, which takes seconds to
    load, and longer on a busy machine. Until it is there, the run is made first and asked then.

    Returns:
        The run's id.
    """
    loaded = warm_up(manager()).is_set()
    return manager().submit(recipe_name, config, check_late=not loaded)


def prepare_soon(recipe_name: str, config: RunConfig) -> None:
    """Compiles what Start would train, unless something trains."""
    if not manager().active():
        _preparer(manager()).ask(recipe_name, config)


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
    if not text.isdecimal() or len(text) > len(str(_MOST_RUNS)) or not 1 <= int(text) <= _MOST_RUNS:
        raise UserError(
            f"GANLIB_MAX_RUNS must be a whole number from 1 to {_MOST_RUNS}. "
            f"Received: {quote(text)}."
        )
    return int(text)
