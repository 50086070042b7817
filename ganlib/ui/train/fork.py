"""Forks: new runs that continue from an earlier step of a run, with other settings."""

import streamlit as st

from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.fork import check_steps
from ganlib.runs.trainers import check_fork, config_at, differences
from ganlib.ui.components.errors import deferred_errors, show_deferred_error, show_error
from ganlib.ui.components.text import in_words, plain, typed, words
from ganlib.ui.form.config_form import read_form
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import is_shown, record_start, show_run, started_within

# Session state key of the expander in `training_page`: whether it is open.
_PART = "fork.part"
_ERROR = "fork.error"
# Session state key of (run id, step of the checkpoint that was selected as the newest one).
_NEWEST = "fork.newest"
_TICK_S = 5.0
# Changed settings that are listed; more are counted.
_SHOWN = 6
# A click this soon after a start is the second click of a double click.
_DOUBLE_CLICK_S = 2.0


def fork_panel(recipe: Recipe, run: Run, config: RunConfig | None) -> None:
    """Lets the user select a checkpoint of a run and start a new run from it.

    Args:
        recipe: of the run.
        run: the shown run.
        config: the settings in the form; None if one of them is not allowed.
    """
    # New checkpoints are added while the run trains.
    st.fragment(_panel, run_every=_TICK_S if run.status().active else None)(recipe, run, config)


def _panel(recipe: Recipe, run: Run, config: RunConfig | None) -> None:
    if not is_shown(recipe, run.id):
        # Fork was pressed in this fragment: the rest of the page must show the new run, too.
        st.rerun()
    steps = run.checkpoint_steps()
    if not steps:
        every = run.values.get("checkpoint_every", 0)
        when = f"every {every:,} steps" if every else "every 20 seconds"
        st.caption(f"No checkpoint yet. One is written {when}.")
        return
    key = f"fork.{run.id}"
    # The newest checkpoint is selected until the user selects another.
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
        if step is None:
            return
        total = config.steps if config else run.status().steps
        # The last checkpoint of a finished run can be forked, too.
        usual = total if total > step else step + total
        # The field has a new key, and so a new default, for another checkpoint or other settings.
        steps_key = f"{key}.{step}.{usual}"
        st.text_input("Train until step", typed(usual), key=steps_key, width=160)
        forked, problem = _forked_config(recipe, step, config, steps_key)
        st.button(
            "Fork run",
            key="fork",
            icon=":material/fork_right:",
            disabled=forked is None,
            on_click=_fork,
            args=(recipe, run, step, steps_key),
        )
    if forked is not None:
        st.caption(_what_changes(run, step, forked))
    show_error(problem)
    show_deferred_error(_ERROR)


def _forked_config(
    recipe: Recipe, step: int, config: RunConfig | None, steps_key: str
) -> tuple[RunConfig | None, str]:
    """The settings of the fork, or None and an error message."""
    if config is None:
        return None, "Correct the settings above to fork this run."
    try:
        return _with_steps(recipe, step, config, steps_key), ""
    except UserError as error:
        return None, in_words(str(error), recipe.Config)


def _with_steps(recipe: Recipe, step: int, config: RunConfig, steps_key: str) -> RunConfig:
    found: RunConfig = recipe.parse({**config.model_dump(), "steps": st.session_state[steps_key]})
    check_steps(step, found.steps)
    return found


def parent_line(recipe: Recipe, run: Run) -> None:
    """Shows the step at which a run was forked and a link to its parent; nothing for others.

    Args:
        recipe: of the run.
        run: the shown run.
    """
    if run.parent is None:
        return
    text = f"Forked at step {run.parent.step:,}; the curves before are those of"
    try:
        parent = manager().store.open(run.parent.run)
    except UserError:
        st.caption(f"{text} a deleted run.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text, width="content")
        st.page_link(
            f"pages/{recipe.page}.py",
            label="the original run",
            icon=":material/arrow_back:",
            query_params={"run": parent.id},
        )


def _what_changes(run: Run, step: int, config: RunConfig) -> str:
    changed = differences(config_at(run, step).model_dump(), config.model_dump())
    # The sentence states the number of steps separately.
    changed.pop("steps", None)
    changes = [
        f"{words(name).lower()} {plain(str(before))} → {plain(str(after))}"
        for name, (before, after) in list(changed.items())[:_SHOWN]
    ]
    if len(changed) > _SHOWN:
        changes.append(f"and {len(changed) - _SHOWN} more")
    what = (
        f"with the **Settings** above: {', '.join(changes)}"
        if changes
        else "with the same settings; change them in **Settings** above"
    )
    more = config.steps - step
    return (
        f"A new run continues from step {step:,} and trains {more:,} more step{'s' * (more > 1)}, "
        f"{what}. Its curves begin with those of this run. "
        "Settings that change the networks must stay the same."
    )


def _fork(recipe: Recipe, run: Run, step: int, steps_key: str) -> None:
    """Callback of Fork. It reads the form itself, because a callback gets the newest input."""
    # The second click of a double click: the page shows the fork, or has only just started it.
    if not is_shown(recipe, run.id) or started_within(_DOUBLE_CLICK_S, run.id):
        return
    with deferred_errors(_ERROR):
        config = _with_steps(recipe, step, read_form(recipe), steps_key)
        check_fork(run, step, config)
        run_id = manager().fork(run.id, step, config)
        show_run(recipe, run_id)
        record_start(run_id)
        st.session_state[_PART] = False
