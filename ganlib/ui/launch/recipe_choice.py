"""The choice of a recipe on an entry page."""

import streamlit as st

from ganlib import recipes
from ganlib.recipes import Recipe
from ganlib.runs.store import RunSummary
from ganlib.ui.components.gallery import Tile, gallery
from ganlib.ui.launch.data_choice import picture_of
from ganlib.ui.launch.estimate import estimate, measured_quality
from ganlib.ui.launch.family_runs import best_run, example_runs, quality_text
from ganlib.ui.run.picture import run_picture

# Query parameter with the name of a recipe.
RECIPE = "recipe"


def recipe_key(page: str) -> str:
    """Returns the session state key of the chosen recipe of a page."""
    return f"{page}.recipe"


def choose_recipe(name: str) -> None:
    """Chooses a recipe on its page, from a callback or before the page is drawn."""
    st.session_state[recipe_key(recipes.get(name).page)] = name


def recipe_choice(page: str, runs: list[RunSummary]) -> Recipe:
    """Lets the user choose among the recipes of a page.

    An address may name one, as in `/toy?recipe=toy/plane`.

    Args:
        page: such as "toy".
        runs: earlier runs of these recipes, newest first.
    """
    choices = {recipe.name: recipe for recipe in recipes.on_page(page)}
    key = recipe_key(page)
    if (asked := st.query_params.pop(RECIPE, "")) in choices:
        st.session_state[key] = asked
    if st.session_state.get(key) not in choices:
        st.session_state[key] = next(iter(choices))
    gallery(
        [_tile(recipe, runs) for recipe in choices.values()],
        [st.session_state[key]],
        key=f"{page}.recipes",
        label="Recipe",
        on_click=choose_recipe,
        layout="cards",
    )
    recipe = choices[st.session_state[key]]
    text, url = recipe.source.text, recipe.source.url
    st.markdown(f":small[Source: {f'[{text}]({url})' if url else text}.]")
    return recipe


def _tile(recipe: Recipe, runs: list[RunSummary]) -> Tile:
    """Shows what a recipe achieves: a picture and its quality.

    Both come from its best finished run, or from an example run. Without one, both come with the
    app: the picture is of generated images, or else of the data.
    """
    row = best_run(recipe, runs) or best_run(recipe, example_runs(recipe.page))
    if row is not None and (src := run_picture(row.id)):
        quality = quality_text(row)
    else:
        usual = getattr(recipe.Config(), "target", "gaussian")
        src, quality = picture_of(recipe.name) or picture_of(usual), measured_quality(recipe)
    time = estimate(recipe, recipe.Config(), runs)
    notes = [time.text() if time else "", quality]
    return Tile(recipe.name, recipe.title, src, recipe.summary, " · ".join(filter(None, notes)))
