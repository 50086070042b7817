"""The button that starts a run."""

import streamlit as st

from ganlib.recipes import Recipe
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import Form, read_form
from ganlib.ui.server.server import server
from ganlib.ui.server.session import is_shown, record_start, show_run

_ERROR = "start.error"


def start_button(recipe: Recipe, form: Form) -> None:
    """Draws the button, and what is in its way.

    Args:
        recipe: what Start trains.
        form: its settings.
    """
    st.button(
        "Start",
        key="start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=form.config is None,
        on_click=_start,
        args=(recipe,),
    )
    if form.problem:
        st.caption(f":red[Fix the marked settings to start. {plain(form.problem)}]")
    show_deferred_error(_ERROR)


def _start(recipe: Recipe) -> None:
    """Callback of Start. It reads the form itself, because a callback gets the newest input."""
    # The second click of a double click: the address already names the run of the first.
    if not is_shown(""):
        return
    with deferred_errors(_ERROR):
        run_id = server().submit(recipe.name, read_form(recipe))
        show_run(run_id)
        record_start(run_id)
