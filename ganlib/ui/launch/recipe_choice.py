"""The choice of a recipe on an entry page."""

import streamlit as st

from ganlib import recipes
from ganlib.recipes import Recipe


def recipe_key(page: str) -> str:
    """Returns the session state key of the chosen recipe of a page."""
    return f"{page}.recipe"


def choose_recipe(name: str) -> None:
    """Chooses a recipe on its page, from a callback or before the page is drawn."""
    st.session_state[recipe_key(recipes.get(name).page)] = name


def recipe_choice(page: str) -> Recipe:
    """Lets the user choose among the recipes of a page.

    Args:
        page: such as "toy".
    """
    choices = {recipe.name: recipe for recipe in recipes.on_page(page)}
    key = recipe_key(page)
    if st.session_state.get(key) not in choices:
        st.session_state[key] = next(iter(choices))
    st.selectbox(
        "Recipe",
        list(choices),
        format_func=lambda name: choices[name].title,
        key=key,
        persist_state="session",
        help="A GAN from a book or paper: its networks, losses and settings.",
    )
    recipe = choices[st.session_state[key]]
    text, url = recipe.source.text, recipe.source.url
    st.caption(f"{recipe.summary} Source: {f'[{text}]({url})' if url else text}.")
    return recipe
