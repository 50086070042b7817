"""Shows errors in place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.text import plain, with_names


def show_error(problem: str | UserError) -> None:
    """Shows an error; does nothing if the text is empty."""
    if problem:
        st.error(plain(str(problem)), icon=":material/error:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Shows a `UserError` raised in the block instead of the block's output."""
    try:
        yield
    except UserError as error:
        show_error(error)


@contextmanager
def deferred_errors(key: str, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Stores a `UserError` raised in a callback, which cannot draw, for `show_deferred_error`.

    Args:
        key: session state key. If it already contains an error, the new one is appended.
        names: run names by id, which replace the ids in the message.
    """
    try:
        yield
    except UserError as error:
        earlier, message = st.session_state.get(key, ""), with_names(str(error), names or {})
        if message not in earlier:
            st.session_state[key] = f"{earlier} {message}".strip()


def show_deferred_error(key: str) -> None:
    """Shows the error that `deferred_errors` stored under this key, once."""
    show_error(st.session_state.pop(key, ""))
