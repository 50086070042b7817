"""Selection of a recipe."""

import streamlit as st

from ganlib import recipes
from ganlib.recipes import Recipe
from ganlib.ui.server.session import recipe_key


def recipe_picker(page: str) -> Recipe:
    """Lets the user choose among the recipes of a page.

    Args:
        page: "toy", "mnist", ...
    """
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


def source_line(recipe: Recipe) -> None:
    """Shows the summary and the source of a recipe."""
    text, url = recipe.source.text, recipe.source.url
    st.caption(f"{recipe.summary} Source: {f'[{text}]({url})' if url else text}.")
