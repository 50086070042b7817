"""A fork: going on from an earlier step of a run, with other settings."""

import streamlit as st

from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.trainers import check_fork, config_at, differences
from ganlib.ui.config_form import read_form
from ganlib.ui.services import manager
from ganlib.ui.session import select
from ganlib.ui.text import plain, words
from ganlib.ui.told import tell_kept, told_later

_ERROR = "fork.error"
# Session state: the run, and which of its checkpoints was chosen for being the newest.
_NEWEST = "fork.newest"
_TICK_S = 5.0
_SHOWN = 6


def fork_panel(recipe: Recipe, run: Run, config: RunConfig | None) -> None:
    """Chooses a checkpoint of a run, and starts a new run from there.

    Args:
        recipe: of the run.
        run: the run on view.
        config: the settings in the form; None where one of them is not allowed.
    """
    # More checkpoints come while it trains.
    st.fragment(_panel, run_every=_TICK_S if run.status().active else None)(recipe, run, config)


def _panel(recipe: Recipe, run: Run, config: RunConfig | None) -> None:
    steps = run.checkpoint_steps()
    if not steps:
        every = run.config.get("checkpoint_every", 0)
        when = f"every {every:,} steps" if every else "every 20 seconds"
        st.caption(f"There is no checkpoint yet. One is written {when}, and can be chosen here.")
        return
    key = f"fork.{run.id}"
    # The newest until another is chosen.
    chosen = st.session_state.get(key)
    if chosen not in steps or st.session_state.get(_NEWEST) == (run.id, chosen):
        st.session_state[key] = steps[-1]
        st.session_state[_NEWEST] = run.id, steps[-1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.selectbox(
            "From the checkpoint of step",
            steps,
            format_func=lambda value: f"{value:,}",
            key=key,
            width=260,
        )
        st.button(
            "Fork",
            key="fork",
            icon=":material/fork_right:",
            disabled=config is None,
            on_click=_fork,
            args=(recipe, run, step),
        )
    if config is not None and step is not None:
        st.caption(_what_changes(run, step, config))
    tell_kept(_ERROR)


def parent_line(recipe: Recipe, run: Run) -> None:
    """Where a forked run of a recipe comes from, with a way there; nothing for any other."""
    if run.parent is None:
        return
    text = f"Forked at step {run.parent.step:,}; up to there the curves are those of"
    try:
        parent = manager().store.open(run.parent.run)
    except UserError:
        st.caption(f"{text} a run that is gone.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text, width="content")
        st.page_link(
            f"pages/{recipe.page}.py",
            label="the run before",
            icon=":material/arrow_back:",
            query_params={"run": parent.id},
        )


def _what_changes(run: Run, step: int, config: RunConfig) -> str:
    changed = differences(config_at(run, step).model_dump(), config.model_dump())
    told = [
        f"{words(name).lower()} {plain(str(before))} → {plain(str(after))}"
        for name, (before, after) in list(changed.items())[:_SHOWN]
    ]
    if len(changed) > _SHOWN:
        told.append(f"and {len(changed) - _SHOWN} more")
    what = (
        f"with the **Settings** above: {', '.join(told)}"
        if told
        else "with the same settings; others are chosen in **Settings** above"
    )
    return (
        f"A new run goes on from there, {what}. Its curves begin with those of this run. "
        "What would make other networks must stay."
    )


def _fork(recipe: Recipe, run: Run, step: int) -> None:
    """Reads the form itself: what was typed last reaches a callback before the page."""
    with told_later(_ERROR):
        config = read_form(recipe)
        check_fork(run, step, config)
        select(recipe.name, manager().fork(run.id, step, config))
