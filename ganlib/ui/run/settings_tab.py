"""The tab with the settings of a run."""

import streamlit as st

from ganlib import recipes
from ganlib.knobs import GROUPS, meta
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.components.text import in_words, plain, value_text, words
from ganlib.ui.form.config_form import fill_form
from ganlib.ui.launch.recipe_choice import choose_recipe
from ganlib.ui.server.session import show_run

# Longer values are cut; a drawing has thousands of characters.
_CHARACTERS = 60


def settings_tab(run: Run) -> None:
    """Lists the settings of a run by group, those that differ from the defaults first.

    Args:
        run: the shown run.
    """
    recipe = recipes.get(run.recipe)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Use these for a new run",
            key="use_settings",
            icon=":material/content_copy:",
            on_click=_use,
            args=(recipe, run),
        )
    fields, defaults = recipe.Config.model_fields, recipe.Config()

    def text(name: str, value: object) -> str:
        return value_text(value, fields.get(name), _CHARACTERS)

    for change in run.changes():
        values = [f"{words(name)} {text(name, value)}" for name, value in change.knobs.items()]
        if values:
            st.caption(f"Changed after step {change.step:,}: {plain(', '.join(values))}.")
    rows = [
        {
            "Setting": words(name).capitalize(),
            "Value": text(name, run.values.get(name, "")),
            "Default": text(name, getattr(defaults, name)),
            "Group": meta(field)["group"],
            "Meaning": in_words(field.description or "", recipe.Config),
        }
        for group in GROUPS
        for name, field in fields.items()
        if meta(field)["group"] == group
    ]
    rows.sort(key=lambda row: row["Value"] == row["Default"])
    st.dataframe(rows, hide_index=True, height=460, key="settings_table")


def _use(recipe: Recipe, run: Run) -> None:
    """Callback: opens the entry page with the settings of the run."""
    choose_recipe(recipe.name)
    fill_form(recipe, dict(run.values))
    show_run("")
