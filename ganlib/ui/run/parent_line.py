"""The origin of a fork."""

import streamlit as st

from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import RUN, page_of


def parent_line(recipe: Recipe, run: Run) -> None:
    """Shows the step at which a run was forked and a link to its parent; nothing for others.

    Args:
        recipe: of the run.
        run: the shown run.
    """
    if run.parent is None:
        return
    text = f"Forked at step {run.parent.step:,}. Earlier points come from"
    try:
        parent = manager().store.open(run.parent.run)
    except UserError:
        st.caption(f"{text} a deleted run.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text, width="content")
        st.page_link(
            page_of(recipe.name),
            label="the original run",
            icon=":material/arrow_back:",
            query_params={RUN: parent.id},
        )
