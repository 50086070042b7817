"""The entry page of a family of recipes."""

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import config_form
from ganlib.ui.launch.fork_page import fork_page
from ganlib.ui.launch.recipe_choice import recipe_choice
from ganlib.ui.launch.start import start_button
from ganlib.ui.run.run_page import run_page
from ganlib.ui.server.login import guard
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import FORK, RUN, addressed_run


def family_page(page: str, title: str) -> None:
    """Draws the run in the address; without one, the page that starts runs of a family.

    Args:
        page: name of the family and its address: "toy", "mnist", ...
        title: the heading of the entry page.
    """
    guard()
    try:
        run = addressed_run(page)
        if run is not None:
            if beside := st.query_params.get("beside"):
                st.switch_page("pages/compare.py", query_params={"runs": [run.id, beside]})
            run_page(run)
            return
        if FORK in st.query_params:
            fork_page(manager().store.open(st.query_params[FORK]))
            return
    except UserError as error:
        st.warning(plain(str(error)), icon=":material/warning:")
        st.query_params.pop(RUN, None)
    launch_page(page, title)


def launch_page(page: str, title: str) -> None:
    """Draws recipes, data, settings and Start.

    Args:
        page: name of the family.
        title: the heading.
    """
    st.header(title, anchor=False)
    recipe = recipe_choice(page)
    start = st.container()
    with st.expander("Advanced", icon=":material/tune:", expanded=True):
        form = config_form(recipe)
    with start:
        start_button(recipe, form)
    if form.config is not None:
        server().prepare_soon(recipe.name, form.config)
