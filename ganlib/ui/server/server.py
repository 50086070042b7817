"""What all sessions of this server share: run manager, compiled steps and caches."""

import atexit
import os
import threading
import time
from pathlib import Path

import streamlit as st

from ganlib import memory, recipes
from ganlib.config import RunConfig
from ganlib.errors import PATH, UserError, quote
from ganlib.priority import lower_thread_priority
from ganlib.runs import EXAMPLES, Manager, RunStore
from ganlib.runs.webhook import check_addresses
from ganlib.ui._compat import (
    finish_callbacks,
    flush_before_rerun,
    handle_clicks_once,
    ignore_disconnect_while_sending,
    ignore_fragments_of_left_pages,
    ignore_server_wide_requests,
    keep_keras_sessions,
    mark_app_started,
    send_whole_runs,
)
from ganlib.ui.components.errors import show_error
from ganlib.ui.server.preparing import Preparer
from ganlib.ui.server.reading import Readings
from ganlib.ui.server.replays import replay_cards
from ganlib.ui.server.searches import Searches
from ganlib.ui.server.thumbnails import Thumbnails
from ganlib.ui.server.viewers import Viewers

# In which the first page is drawn before TensorFlow is imported.
_FIRST_PAGE_S = 1.5


class Server:
    """What all sessions share. There is one in each process; see `server`.

    Args:
        store: contains the runs.
        cap: maximum number of runs that train at the same time.

    Attributes:
        manager: queue and worker threads of the runs.
        readings: cached content of the runs that pages show.
        thumbnails: cached pictures of the table of runs.
        searches: studies in the folder of runs, and those that this server works on.
        viewers: sessions that watch a running training.
        tensorflow_loaded: set as soon as TensorFlow is imported.
    """

    def __init__(self, store: RunStore, cap: int):
        self.manager = Manager(store, cap=cap, processes=True)
        self.readings = Readings()
        self.thumbnails = Thumbnails(store)
        self.searches = Searches(store.root)
        self.viewers = Viewers()
        self.tensorflow_loaded = threading.Event()
        self._preparer = Preparer(self.manager)

    def warm_up(self) -> None:
        """Imports TensorFlow and compiles the toy recipes, so that first runs start without delay.

        Before that, it restores the queue of the server's last process, and lets the first page be
        drawn, which takes three times as long during the import. Works in a thread.
        """
        # Not a daemon: if TensorFlow is interrupted during a compilation, the process ends with
        # an error.
        threading.Thread(target=self._warm_up, name="warm-up").start()

    def _warm_up(self) -> None:
        # TensorFlow's threads are started here and inherit this thread's priority.
        lower_thread_priority()
        replay_cards(self.manager.store)
        self.manager.recover()
        time.sleep(_FIRST_PAGE_S)
        import ganlib.training  # noqa: F401

        self.tensorflow_loaded.set()
        self._preparer.prepare_later(recipe.name for recipe in recipes.on_page("toy"))

    def submit(self, recipe_name: str, config: RunConfig, group: str = "") -> str:
        """Creates and queues a run, without waiting for TensorFlow; see `Manager.submit`.

        The check that the run fits in memory may need TensorFlow, which takes seconds to import.
        If it is not imported yet, the run is created first and checked when it starts.

        Args:
            recipe_name: of the recipe.
            config: settings of the run.
            group: name of the group that it belongs to; empty for none.
        Returns:
            The id of the run.
        """
        late = not self.tensorflow_loaded.is_set()
        return self.manager.submit(recipe_name, config, group=group, check_late=late)

    def prepare_soon(self, recipe_name: str, config: RunConfig) -> None:
        """Requests compilation of the settings that Start would train, unless a run is active.

        Args:
            recipe_name: of the recipe.
            config: settings in the form.
        """
        # A process of its own would not find what is compiled here.
        if self.manager.cap == 1 and not self.manager.active():
            self._preparer.prepare(recipe_name, config)


@st.cache_resource(show_spinner=False)
def server() -> Server:
    """Returns what all sessions share. The first call creates it and patches Streamlit.

    Raises:
        UserError: an environment variable is not valid.
    """
    check_addresses()
    made = Server(RunStore(_runs_folder(), EXAMPLES), Manager.default_cap())
    memory.limit_freed_memory()
    keep_keras_sessions()
    ignore_server_wide_requests()
    flush_before_rerun()
    send_whole_runs()
    ignore_fragments_of_left_pages()
    finish_callbacks()
    handle_clicks_once()
    ignore_disconnect_while_sending()
    made.warm_up()
    atexit.register(made.manager.shutdown, 10.0)
    return made


def manager() -> Manager:
    """Returns the run manager, which all sessions share."""
    return server().manager


def start() -> None:
    """Creates what all sessions share, if this is the first session.

    If an environment variable is not valid, the page shows the error and stops.
    """
    try:
        server()
    except UserError as error:
        show_error(error)
        st.stop()
    mark_app_started()


def _runs_folder() -> Path:
    root = RunStore.default_root()
    try:
        fits = root.is_dir() or not root.exists()
        if root.is_dir():
            os.scandir(root).close()
    except OSError as error:
        raise UserError(
            f"GANLIB_RUNS cannot be read: {error.strerror}. Received: {quote(str(root), PATH)}."
        ) from None
    if not fits:
        raise UserError(f"GANLIB_RUNS must be a folder. Received: {quote(str(root), PATH)}.")
    return root
