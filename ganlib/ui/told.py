"""What cannot be read or done, told where it was to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.text import plain


@contextmanager
def told() -> Iterator[None]:
    """Says what cannot be read or done in the place where one would look for it."""
    try:
        yield
    except UserError as error:
        st.error(plain(str(error)), icon=":material/error:")
