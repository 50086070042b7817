"""The entry page of a family of recipes."""

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui.components.live_chart import preload_charts
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import advanced_fields, first_fields, open_form
from ganlib.ui.launch.data_choice import data_choice
from ganlib.ui.launch.estimate import estimate
from ganlib.ui.launch.family_runs import family_runs, recent_runs, training_now
from ganlib.ui.launch.fork_page import fork_page
from ganlib.ui.launch.recipe_choice import recipe_choice
from ganlib.ui.launch.start import seeds_field, start_button, start_notes, train_all
from ganlib.ui.run.run_page import run_page
from ganlib.ui.server.login import guard
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import FORK, RUN, addressed_run, open_comparison


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
            if other := st.query_params.get("beside"):
                open_comparison([run.id, other])
            run_page(run)
            return
        if FORK in st.query_params:
            fork_page(manager().store.open(st.query_params[FORK]))
            return
    except UserError as error:
        st.warning(plain(str(error)), icon=":material/warning:")
        for name in (RUN, FORK):
            st.query_params.pop(name, None)
    st.header(title, anchor=False)
    runs = family_runs(page)
    training_now(page, runs)
    form = open_form(recipe_choice(page, runs))
    time = estimate(form.recipe, form.config, runs) if form.config else None
    beside = data_choice(form)
    with beside:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            first_fields(form)
            seeds = seeds_field()
            time = time._replace(seconds=time.seconds * seeds) if time else None
            start_button(form, time)
            if page == "wgan":
                train_all(form, page)
        start_notes(form, time)
    advanced_fields(form, "advanced")
    recent_runs(page, runs)
    preload_charts()
    if form.config is not None:
        server().prepare_soon(form.recipe.name, form.config)
