"""A picture of a run's newest samples."""

from contextlib import suppress

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.grid import data_url
from ganlib.ui.server.server import manager
from ganlib.viz.thumbnails import thumbnail


def run_picture(run_id: str) -> str | None:
    """Returns the data URL of a picture of a run's newest samples; None without samples.

    Args:
        run_id: of the run.
    """
    with suppress(UserError):
        run = manager().store.open(run_id)
        if steps := run.sample_steps():
            return _picture(run_id, steps[-1])
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


@st.cache_data(max_entries=500, show_spinner=False)
def _picture(run_id: str, step: int) -> str | None:
    with suppress(UserError):
        run = manager().store.open(run_id)
        return data_url(thumbnail(run.real(), run.samples(step)["fixed"]))
    return None
