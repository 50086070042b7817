"""What cannot be read or done, told where it was to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.text import plain


def tell(problem: str | UserError) -> None:
    """Says in this place what went wrong; nothing for an empty text."""
    if problem:
        st.error(plain(str(problem)), icon=":material/error:")


@contextmanager
def told() -> Iterator[None]:
    """Says what cannot be read or done in the place where one would look for it."""
    try:
        yield
    except UserError as error:
        tell(error)


@contextmanager
def told_later(key: str) -> Iterator[None]:
    """For a callback, which has no place on the page: keeps what it cannot do for `tell_kept`."""
    try:
        yield
    except UserError as error:
        st.session_state[key] = str(error)


def tell_kept(key: str) -> None:
    """Says, once, what a callback could not do."""
    tell(st.session_state.pop(key, ""))
