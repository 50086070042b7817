"""The page Search."""

import streamlit as st

from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.text import plain
from ganlib.ui.search.setup import setup
from ganlib.ui.search.study import STUDY, study_panel
from ganlib.ui.server.server import server


def search_page() -> None:
    """Draws the study in the address; without one, the form that starts a search."""
    with errors_shown():
        if name := st.query_params.get(STUDY):
            if name in server().searches.names():
                study_panel(name)
                return
            st.query_params.pop(STUDY)
            st.warning(plain(f"There is no search named {name}."), icon=":material/warning:")
        st.header("Search", anchor=False)
        st.markdown(
            "GANs are sensitive to their settings. A search trains many short runs with different "
            "settings and shows which of them work best."
        )
        setup()
        _studies()


def _studies() -> None:
    if names := server().searches.names():
        st.subheader("Searches", anchor=False)
    for name in names:
        result = server().searches.result(name)
        counts = result.counts()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                name,
                key=f"open.{name}",
                icon=":material/manage_search:",
                type="tertiary",
                on_click=st.query_params.update,
                args=({STUDY: name},),
            )
            goal = f" of {result.goal:,}" if result.goal else ""
            text = f"{result.settings.recipe}, {sum(counts.values()):,}{goal} trials"
            st.markdown(f":small[{plain(text)}]", width="content")
