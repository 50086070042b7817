"""Name and note of a run, saved when the user leaves their fields."""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.errors import deferred_errors
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import run_names

Part = Literal["name", "note"]


def label_key(run_id: str, part: Part) -> str:
    """Returns the session state key of the field of a run's name or note.

    Args:
        run_id: of the run.
        part: "name" or "note".
    """
    return f"{run_id}.{part}"


def save_label(run_id: str, part: Part, error_key: str) -> bool:
    """Saves the text in a field, or resets the field to the stored text if it is not allowed.

    Args:
        run_id: of the run.
        part: "name" or "note".
        error_key: session state key of errors; see `show_deferred_error`.
    Returns:
        Whether the text has been saved.
    """
    store, key, names = manager().store, label_key(run_id, part), run_names(run_id)
    # The browser may still send the text of a field after its run has been deleted.
    if not names:
        return False
    write: Callable[[str, str], None] = store.rename if part == "name" else store.annotate
    with deferred_errors(error_key, names):
        write(run_id, st.session_state[key])
        return True
    # The run may have been deleted meanwhile, which the error above says.
    with suppress(UserError):
        st.session_state[key] = getattr(store.open(run_id).label(), part)
    return False
