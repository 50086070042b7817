"""The tab that explains a run's networks, losses and source."""

import streamlit as st

from ganlib import examples, recipes
from ganlib.errors import ConfigError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.components.download import download_button
from ganlib.ui.components.text import in_words
from ganlib.ui.run.diagrams import architecture_panel, phases_diagram


def model_tab(run: Run) -> None:
    """Draws the networks of a run, the phases of a step, and the recipe's program.

    Args:
        run: the shown run.
    """
    recipe = recipes.get(run.recipe)
    try:
        config = run.config
    except ConfigError:
        # Settings of another version: the recipe's own explain it nearly as well.
        config = recipe.Config()
    text, url = recipe.source.text, recipe.source.url
    st.markdown(f"{recipe.summary} Source: {f'[{text}]({url})' if url else text}.")
    st.markdown(in_words(recipe.notes, recipe.Config))
    architecture_panel(recipe, config)
    discriminator = "critic" if config.is_critic else "discriminator"
    st.markdown(f"**Two phases.** A normal step trains the {discriminator}, then the generator.")
    phases_diagram(discriminator=discriminator)
    if recipe.name in examples.names():
        _source_panel(recipe)


@st.fragment
def _source_panel(recipe: Recipe) -> None:
    """Shows the standalone program of a recipe, which must have one."""
    source, file_name = examples.source_of(recipe.name), examples.example_file(recipe.name)
    st.markdown(
        "**The program.** The recipe with its default settings as one file of plain Keras and "
        f"TensorFlow: the networks, the losses and the training loop. Run it with "
        f"`python {file_name}`."
    )
    download_button("Download", source, file_name, "text/x-python")
    st.code(source, language="python", line_numbers=True, wrap_lines=True)
