"""What cannot be read or done, told where it was to be seen."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.text import plain, with_names


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
def told_later(key: str, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """For a callback, which has no place on the page: keeps what it cannot do for `tell_kept`.

    Args:
        key: of the session state. What is kept there already stays in front.
        names: of the runs that may be spoken of, by id; see `with_names`.
    """
    try:
        yield
    except UserError as error:
        kept, said = st.session_state.get(key, ""), with_names(str(error), names or {})
        if said not in kept:
            st.session_state[key] = f"{kept} {said}".strip()


def tell_kept(key: str) -> None:
    """Says, once, what a callback could not do."""
    tell(st.session_state.pop(key, ""))
