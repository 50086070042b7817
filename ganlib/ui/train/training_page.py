"""The training page, shared by all families of recipes."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ganlib import examples, recipes
from ganlib.config import RunConfig
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import config_form
from ganlib.ui.server.login import guard
from ganlib.ui.server.services import prepare_soon
from ganlib.ui.server.session import open_from_address, rerun_if_deleted, shown_run
from ganlib.ui.train.architecture import architecture_panel
from ganlib.ui.train.fork import fork_panel, parent_line
from ganlib.ui.train.generators import keep_generator
from ganlib.ui.train.live_panels import live_panels
from ganlib.ui.train.phases import phases_diagram
from ganlib.ui.train.recipe_picker import recipe_picker, source_line
from ganlib.ui.train.run_controls import run_controls
from ganlib.ui.train.run_files import run_files
from ganlib.ui.train.source_panel import source_panel


def training_page(page: str, title: str) -> None:
    """Draws a page on which the user selects, configures, trains and watches a recipe.

    Args:
        page: of the recipes, also its address: "toy", "mnist", ...
        title: the heading.
    """
    guard()
    problem = open_from_address(page)

    header = st.container()
    live = st.container()
    settings = st.container()

    with header:
        left, middle, right = st.columns([3, 4, 4], vertical_alignment="bottom")
        left.header(title, anchor=False)
        with middle:
            recipe = recipe_picker(page)
        controls = right.container()
        source_line(recipe)
        below = st.container()
    if problem:
        header.warning(plain(problem), icon=":material/warning:")

    run = shown_run(recipe)
    with rerun_if_deleted(run):
        # Read once, so that all parts of the page agree.
        status = run.status() if run else None
        busy = bool(status and status.active)
        with settings:
            # Open if no run is active, else collapsed. Without a key: with one, the user's last
            # choice would override this.
            with st.expander("Settings", expanded=not busy, icon=":material/tune:"):
                if run:
                    when = ", when this run has ended or is stopped" if busy else ""
                    st.caption(
                        f"For the next **Start**{when}. The run shown keeps its own settings."
                    )
                form = config_form(recipe)
            config = form.config
            # Networks are built only if the expander is open.
            with _drawn_when_open("Architecture", ":material/account_tree:") as is_open:
                if is_open:
                    st.caption("With the settings above.")
                    architecture_panel(recipe, config or recipe.Config())
            with st.expander("How it works", icon=":material/menu_book:"):
                _how_it_works(recipe, config or recipe.Config(), run)
            if recipe.name in examples.names():
                with _drawn_when_open("Source", ":material/code:") as is_open:
                    if is_open:
                        source_panel(recipe)
            if run:
                with _drawn_when_open("Fork", ":material/fork_right:") as is_open:
                    if is_open:
                        fork_panel(recipe, run, config)
                with st.expander("Files", icon=":material/folder:"):
                    run_files(recipe, run)
        with controls:
            run_controls(recipe, form, run, status, below)
        with live:
            live_panels(recipe, config, run, status)
            if run:
                parent_line(recipe, run)
        if run and not busy:
            keep_generator(run)
        if config is not None and not busy:
            prepare_soon(recipe.name, config)


@contextmanager
def _drawn_when_open(title: str, icon: str) -> Iterator[bool]:
    """An expander that reruns the page when it is opened; yields whether it is open."""
    part = st.expander(title, icon=icon, key=f"{title.lower()}.part", on_change="rerun")
    with part:
        yield bool(part.open)


def _how_it_works(recipe: Recipe, config: RunConfig, run: Run | None) -> None:
    st.markdown(recipe.notes)
    discriminator = "critic" if config.is_critic else "discriminator"
    st.markdown(f"**Two phases.** Every step trains the {discriminator}, then the generator.")
    phases_diagram(discriminator=discriminator)
    if run:
        status = run.status()
        if status.parameters:
            counts = ", ".join(f"{name} {count:,}" for name, count in status.parameters.items())
            st.markdown(f"**Parameters.** {counts}.")
    others = [other.title for other in recipes.on_page(recipe.page) if other is not recipe]
    if others:
        st.caption(f"Also on this page: {', '.join(others)}.")
