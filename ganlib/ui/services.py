"""What all sessions of the server share: the runs, their manager, a warm TensorFlow."""

import atexit
import os
import threading

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.runs import Manager, RunStore
from ganlib.ui._compat import keep_keras_sessions, keep_to_own_session, remember_app

DEMO = "toy/scalar"


def start() -> None:
    """Brings up what the pages need; only the first call of a server does anything."""
    remember_app()
    manager()


@st.cache_resource(show_spinner=False)
def manager() -> Manager:
    """The one manager of this server; every session sees the same runs."""
    keep_keras_sessions()
    keep_to_own_session()
    made = Manager(RunStore(RunStore.default_root()), cap=_cap())
    warm_up(made)
    atexit.register(made.shutdown, 10.0)
    return made


@st.cache_resource(show_spinner=False)
def warm_up(_manager: Manager) -> threading.Event:
    """Imports TensorFlow and compiles the demo: seconds that the first run need not wait for.

    First it queues again what the server before had in its queue. Where a run was started
    meanwhile, the processor is left to it.

    Returns:
        Set once TensorFlow is there.
    """
    ready = threading.Event()

    def load() -> None:
        _manager.recover()
        from ganlib import training

        ready.set()
        if not _manager.active():
            demo = recipes.get(DEMO)
            training.prepare(demo, demo.parse({}))

    # Not a daemon: TensorFlow ends the process with an error if it is cut off while it compiles.
    threading.Thread(target=load, name="warm-up").start()
    return ready


def _cap() -> int:
    text = os.environ.get("GANLIB_MAX_RUNS", "1")
    if not text.isdigit() or int(text) < 1:
        raise UserError(f"GANLIB_MAX_RUNS must be a whole number from 1. Received: {text!r}.")
    return int(text)
