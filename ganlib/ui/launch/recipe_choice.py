"""The choice of a recipe on an entry page."""

from pathlib import Path

import streamlit as st

from ganlib import recipes
from ganlib.amounts import about
from ganlib.recipes import Recipe
from ganlib.runs.store import RunSummary
from ganlib.ui.components.gallery import Tile, gallery
from ganlib.ui.components.grid import data_url
from ganlib.ui.launch.data_choice import picture_of
from ganlib.ui.launch.estimate import seconds_of_run
from ganlib.ui.launch.family_runs import best_run, quality_text, run_picture

_PICTURES = Path(__file__).parents[1] / "pictures"


def recipe_key(page: str) -> str:
    """Returns the session state key of the chosen recipe of a page."""
    return f"{page}.recipe"


def choose_recipe(name: str) -> None:
    """Chooses a recipe on its page, from a callback or before the page is drawn."""
    st.session_state[recipe_key(recipes.get(name).page)] = name


def recipe_choice(page: str, runs: list[RunSummary]) -> Recipe:
    """Lets the user choose among the recipes of a page.

    Args:
        page: such as "toy".
        runs: earlier runs of these recipes, newest first.
    """
    choices = {recipe.name: recipe for recipe in recipes.on_page(page)}
    key = recipe_key(page)
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
    src, quality = showcase(recipe, runs)
    seconds = seconds_of_run(recipe, recipe.Config(), runs)
    notes = [f"{about(seconds)} on this machine" if seconds else "", quality]
    return Tile(recipe.name, recipe.title, src, recipe.summary, " · ".join(filter(None, notes)))


def showcase(recipe: Recipe, runs: list[RunSummary]) -> tuple[str | None, str]:
    """Returns a picture of what a recipe achieves, as a data URL, and its quality as text.

    Both come from its best finished run. Without one, the picture shows the data or the page.

    Args:
        recipe: to show.
        runs: earlier runs of the family.
    """
    row = best_run(recipe, runs)
    if row is not None and (src := run_picture(row.id)):
        return src, quality_text(row)
    config = recipe.Config()
    usual = getattr(config, "target", "") or getattr(config, "dataset", "")
    if recipe.kind == "scalar":
        usual = usual or "gaussian"
    file = _PICTURES / f"{recipe.page}.png"
    return picture_of(usual) or (data_url(file.read_bytes()) if file.is_file() else None), ""
