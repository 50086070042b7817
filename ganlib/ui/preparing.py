"""The compiled step of what a page would start next, made while its reader still reads."""

import logging
import threading
import time

import streamlit as st

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.knobs import baked
from ganlib.priority import step_aside
from ganlib.runs.room import check_memory
from ganlib.ui.services import manager, warm_up

_LOG = logging.getLogger(__name__)
# Whoever still turns pages or knobs will want something else in a moment.
_SETTLED_S = 0.7


def prepare_soon(recipe_name: str, config: RunConfig) -> None:
    """Compiles what Start would train, unless something trains, or was asked for before."""
    if warm_up(manager()).is_set() and not manager().active():
        _preparer().ask(recipe_name, config)


class Preparer:
    """Prepares the newest thing that it was asked for, one at a time, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # When it was asked for, its kind, the recipe's name and the config.
        self._newest: tuple[float, str, str, RunConfig] | None = None
        self._thread: threading.Thread | None = None
        # One that was dropped for others is not made again: leafing through pages would
        # otherwise compile for ever.
        self._known: set[str] = set()

    def ask(self, recipe_name: str, config: RunConfig) -> None:
        """Replaces what was asked for before and has not begun."""
        with self._lock:
            kind = f"{recipe_name} {sorted(baked(config).items())}"
            if kind in self._known:
                self._newest = None
                return
            self._newest = time.monotonic(), kind, recipe_name, config
            if self._thread is None:
                # Not a daemon: TensorFlow ends the process with an error if it is cut off.
                self._thread = threading.Thread(target=self._work, name="prepare")
                self._thread.start()

    def _work(self) -> None:
        step_aside()
        while True:
            with self._lock:
                if self._newest is None:
                    self._thread = None
                    return
                asked, kind, recipe_name, config = self._newest
                wait = asked + _SETTLED_S - time.monotonic()
                if wait <= 0:
                    self._newest = None
                    self._known.add(kind)
            if wait > 0:
                time.sleep(wait)
            elif not manager().active():
                _prepare(recipe_name, config)


def _prepare(recipe_name: str, config: RunConfig) -> None:
    from ganlib import training

    try:
        check_memory(recipe_name, config, manager().cap)
        training.prepare(recipes.get(recipe_name), config)
    except UserError:
        # Start will say so.
        return
    except Exception:
        _LOG.exception("%s could not be prepared", recipe_name)


@st.cache_resource(show_spinner=False)
def _preparer() -> Preparer:
    return Preparer()
