"""A picture of a run's newest samples."""

from contextlib import suppress

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.grid import data_url
from ganlib.ui.server.server import manager
from ganlib.ui.server.thumbnails import newest_picture


def run_picture(run_id: str) -> str | None:
    """Returns the data URL of a picture of a run's newest samples; None without samples.

    Args:
        run_id: of the run.
    """
    with suppress(UserError):
        png = newest_picture(manager().store.open(run_id))
        return data_url(png) if png else None
    return None


def draw_picture(run_id: str, height: int = 56, alt: str = "") -> None:
    """Draws the picture; nothing without samples.

    Args:
        run_id: of the run.
        height: pixels; by default, for a line of text.
        alt: what it shows, for screen readers; empty if the text beside it says so.
    """
    if src := run_picture(run_id):
        st.html(f'<img src="{src}" alt="{alt}" style="height:{height}px">', width="content")
