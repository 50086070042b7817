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
from ganlib.ui.server.server import server
from ganlib.ui.server.session import open_from_address, recipe_key, rerun_if_deleted, shown_run
from ganlib.ui.train.diagrams import architecture_panel, phases_diagram
from ganlib.ui.train.fork import fork_panel, parent_line
from ganlib.ui.train.generators import keep_generator
from ganlib.ui.train.live_panels import live_panels
from ganlib.ui.train.run_controls import run_controls
from ganlib.ui.train.run_files import run_files


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
            recipe = _recipe_picker(page)
        controls = right.container()
        _source_line(recipe)
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
                    when = ", which can start when this run has ended" if busy else ""
                    st.caption(f"Settings of the next run{when}. The run shown keeps its own.")
                form = config_form(recipe)
            config = form.config
            # Networks are built only if the expander is open.
            with _drawn_when_open("Architecture", ":material/account_tree:") as is_open:
                if is_open:
                    st.caption("The networks that the settings above give.")
                    architecture_panel(recipe, config or recipe.Config())
            with st.expander("How it works", icon=":material/menu_book:"):
                _how_it_works(recipe, config or recipe.Config(), run)
            if recipe.name in examples.names():
                with _drawn_when_open("Source", ":material/code:") as is_open:
                    if is_open:
                        _source_panel(recipe)
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
            server().prepare_soon(recipe.name, config)


def _recipe_picker(page: str) -> Recipe:
    """Lets the user choose among the recipes of a page."""
    choices = {recipe.name: recipe for recipe in recipes.on_page(page)}
    key = recipe_key(page)
    if st.session_state.get(key) not in choices:
        st.session_state[key] = next(iter(choices))
    st.selectbox(
        "Recipe",
        list(choices),
        format_func=lambda name: f"{choices[name].title}  ·  {name}",
        key=key,
        persist_state="session",
        help="A GAN from a book or paper: its networks, losses and settings.",
    )
    return choices[st.session_state[key]]


def _source_line(recipe: Recipe) -> None:
    """Shows the summary and the source of a recipe."""
    text, url = recipe.source.text, recipe.source.url
    st.caption(f"{recipe.summary} Source: {f'[{text}]({url})' if url else text}.")


@contextmanager
def _drawn_when_open(title: str, icon: str) -> Iterator[bool]:
    """An expander that reruns the page when it is opened; yields whether it is open."""
    part = st.expander(title, icon=icon, key=f"{title.lower()}.part", on_change="rerun")
    with part:
        yield bool(part.open)


def _how_it_works(recipe: Recipe, config: RunConfig, run: Run | None) -> None:
    st.markdown(recipe.notes)
    discriminator = "critic" if config.is_critic else "discriminator"
    st.markdown(f"**Two phases.** A normal step trains the {discriminator}, then the generator.")
    phases_diagram(discriminator=discriminator)
    if run:
        status = run.status()
        if status.parameters:
            counts = ", ".join(f"{name} {count:,}" for name, count in status.parameters.items())
            st.markdown(f"**Parameters.** {counts}.")
    others = [other.title for other in recipes.on_page(recipe.page) if other is not recipe]
    if others:
        st.caption(f"Also on this page: {', '.join(others)}.")


@st.fragment
def _source_panel(recipe: Recipe) -> None:
    """Shows the standalone program of a recipe, which must have one."""
    source, file_name = examples.source_of(recipe.name), examples.example_file(recipe.name)
    st.caption(
        "The recipe with its default settings as one file of plain Keras and TensorFlow: the "
        f"networks, the losses and the training loop. Run it with `python {file_name}`."
    )
    st.download_button(
        "Download",
        source,
        file_name=file_name,
        mime="text/x-python",
        icon=":material/download:",
        on_click="ignore",
    )
    st.code(source, language="python", line_numbers=True, height=600)
