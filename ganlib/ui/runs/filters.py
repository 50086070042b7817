"""Filters above the table of runs. Their values are in the address."""

from collections.abc import Sequence

import streamlit as st

from ganlib import recipes
from ganlib.runs import RunSummary
from ganlib.ui.pages import PAGES
from ganlib.ui.run.status_line import title_of
from ganlib.ui.runs.rows import state_of

# Keys of the filters and names of their query parameters.
_TEXT, _FAMILY, _STATE, _TAG, _GROUP = "q", "family", "state", "tag", "groups"


def filtered(summaries: Sequence[RunSummary]) -> list[RunSummary]:
    """Draws the filters and returns the runs that match all of them.

    Args:
        summaries: all runs.
    """
    titles = {page.name: page.title for page in PAGES}
    families = {_family(one) for one in summaries} - {""}
    with st.container(horizontal=True, gap="small"):
        text = st.text_input(
            "Search",
            key=_TEXT,
            icon=":material/search:",
            placeholder="Name, note or recipe",
            width=240,
            bind="query-params",
        )
        family = _choice("Family", _FAMILY, [titles[one] for one in titles if one in families])
        state = _choice("State", _STATE, sorted({state_of(one) for one in summaries}))
        tag = _choice("Tag", _TAG, all_tags(summaries))
        group = _choice("Group", _GROUP, all_groups(summaries))
    wanted = (text or "").casefold().split()
    return [
        one
        for one in summaries
        if all(word in _searched(one) for word in wanted)
        and (not family or titles.get(_family(one)) in family)
        and (not state or state_of(one) in state)
        and (not tag or set(tag) & set(one.label.tags))
        and (not group or one.label.group in group)
    ]


def clear_filters() -> None:
    """Callback that shows all runs again."""
    st.session_state[_TEXT] = ""
    for key in (_FAMILY, _STATE, _TAG, _GROUP):
        st.session_state[key] = []


def all_tags(summaries: Sequence[RunSummary]) -> list[str]:
    """Returns the tags of all runs, sorted.

    Args:
        summaries: all runs.
    """
    return sorted({tag for one in summaries for tag in one.label.tags}, key=str.casefold)


def all_groups(summaries: Sequence[RunSummary]) -> list[str]:
    """Returns the names of all groups, sorted.

    Args:
        summaries: all runs.
    """
    return sorted({one.label.group for one in summaries} - {""}, key=str.casefold)


def _choice(label: str, key: str, options: list[str]) -> list[str]:
    # A chosen value stays an option when its last run has gone, so that it can be removed.
    known = [*options, *(one for one in st.session_state.get(key, []) if one not in options)]
    return st.multiselect(label, known, key=key, placeholder="All", width=190, bind="query-params")


def _family(summary: RunSummary) -> str:
    recipe = recipes.all_recipes().get(summary.recipe)
    return recipe.page if recipe else ""


def _searched(summary: RunSummary) -> str:
    """The text that is searched, without distinguishing capitals."""
    label = summary.label
    return f"{label.name}\n{label.note}\n{title_of(summary.recipe)}\n{summary.recipe}".casefold()
