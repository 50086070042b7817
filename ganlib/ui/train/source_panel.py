"""A recipe as a standalone program, to read and to download."""

import streamlit as st

from ganlib import examples
from ganlib.recipes import Recipe


@st.fragment
def source_panel(recipe: Recipe) -> None:
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
