"""What cannot be read, told where it would stand."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.text import plain


@contextmanager
def told() -> Iterator[None]:
    """Says what cannot be read of a run in the place where it would be drawn."""
    try:
        yield
    except UserError as error:
        st.error(plain(str(error)), icon=":material/error:")
