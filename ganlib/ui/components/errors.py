"""Shows errors in place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.text import plain, with_names


def show_error(problem: str | UserError) -> None:
    """Shows an error here; nothing for an empty text."""
    if problem:
        st.error(plain(str(problem)), icon=":material/error:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Shows a `UserError` raised in the block in place of the block's output."""
    try:
        yield
    except UserError as error:
        show_error(error)


@contextmanager
def deferred_errors(key: str, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Keeps a `UserError` raised in a callback, which cannot draw, for `show_deferred_error`.

    Args:
        key: session state key. An error that is already kept there stays, in front.
        names: run names by id, which the sentence shows in place of the ids.
    """
    try:
        yield
    except UserError as error:
        kept, said = st.session_state.get(key, ""), with_names(str(error), names or {})
        if said not in kept:
            st.session_state[key] = f"{kept} {said}".strip()


def show_deferred_error(key: str) -> None:
    """Shows the error that `deferred_errors` kept under this key, once."""
    show_error(st.session_state.pop(key, ""))
