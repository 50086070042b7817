"""Forks: new runs that continue from an earlier step of a run, with other settings."""

from dataclasses import replace
from typing import Any

import streamlit as st

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.fork import check_steps
from ganlib.runs.trainers import check_fork, config_at, differences
from ganlib.ui.components.errors import deferred_errors, show_error
from ganlib.ui.components.text import in_words, plain, value_text, words
from ganlib.ui.form.config_form import (
    advanced_fields,
    fill_form,
    first_fields,
    open_form,
    read_form,
)
from ganlib.ui.form.fields import Form, draw_problem, key_of, widget_value
from ganlib.ui.launch.data_choice import data_choice
from ganlib.ui.launch.start import growth_warning
from ganlib.ui.run.samples.panel import step_key
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import RUN, Press, page_of, record_start, show_run

_ERROR = "fork.error"
# Session state key of (run id, step): the form has been filled with the settings at this step.
_FILLED = "fork.filled"
# Session state key: whether the part with the other settings is open.
_OPEN = "fork_advanced"
# Knobs above the others.
_FIRST = ("steps", "seed", "generator_learning_rate", "discriminator_learning_rate")
# Changed settings that are listed; more are counted.
_SHOWN = 6


def fork_page(run: Run) -> None:
    """Lets the user choose a checkpoint of a run, change settings, and start a fork.

    Args:
        run: the run in the address.
    """
    recipe = recipes.get(run.recipe)
    st.header(f"Fork {plain(run.label().name)}", anchor=False)
    st.caption(
        "Starts a new run from a checkpoint of this one. You can change any setting except those "
        "of the networks. To train from scratch, go back and choose **Use these for a new run** "
        "on the Settings tab."
    )
    st.page_link(
        page_of(recipe.name),
        label="Back to the run",
        icon=":material/arrow_back:",
        query_params={RUN: run.id},
    )
    steps = run.checkpoint_steps()
    if not steps:
        st.info(_no_checkpoint(run), icon=":material/info:")
        return
    step = _checkpoint(run, steps)
    usual = _usual(run, step)
    if st.session_state.get(_FILLED) != (run.id, step):
        edited = _edited(recipe, run)
        st.session_state[_FILLED] = run.id, step
        fill_form(recipe, usual)
        st.session_state.update(edited)
        st.session_state[_OPEN] = True
    form = _checked(open_form(recipe, usual), step)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first_fields(form, _FIRST)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Start fork",
            key="start",
            type="primary",
            icon=":material/fork_right:",
            disabled=form.config is None,
            on_click=_fork,
            args=(recipe, run, step, Press()),
        )
        if form.config is None:
            st.markdown(":material/error: Fix the marked settings to start.")
            draw_problem(form, "")
        else:
            st.caption(plain(_what_changes(run, step, form.config)))
    if form.config is not None and (warning := growth_warning(recipe, form.config)):
        st.warning(plain(warning), icon=":material/warning:")
    show_error(in_words(st.session_state.pop(_ERROR, ""), recipe.Config))
    # Without the knobs of the networks, and the preset, which would reset all others.
    advanced_fields(form, _OPEN, (*_FIRST, *form.names("Networks"), "preset"))
    data_choice(form)


def _no_checkpoint(run: Run) -> str:
    if not run.status().active:
        return "This run has no checkpoint, so it cannot be forked."
    every = run.values.get("checkpoint_every", 0)
    when = f"every {every:,} steps" if every else "every 20 seconds"
    return f"No checkpoint yet. One is written {when}."


def _checkpoint(run: Run, steps: list[int]) -> int:
    key = f"fork.{run.id}"
    if st.session_state.get(key) not in steps:
        # The one nearest to the step that the slider of the run shows.
        shown = st.session_state.get(step_key(run)) or steps[-1]
        st.session_state[key] = min(steps, key=lambda step: abs(step - shown))
    return int(
        st.selectbox(
            "From the checkpoint of step",
            steps,
            format_func=lambda value: f"{value:,}",
            key=key,
            width=260,
            help="A fork begins with the networks that were saved at a checkpoint. The one nearest "
            "to the step on the slider is selected.",
        )
        or steps[-1]
    )


def _usual(run: Run, step: int) -> dict[str, Any]:
    """The settings of the run at a step, by name; at its last step, with as many steps again."""
    total = run.status().steps
    steps = total if total > step else step + total
    return {**config_at(run, step).model_dump(), "steps": steps}


def _edited(recipe: Recipe, run: Run) -> dict[str, Any]:
    """What the user has changed in the form, by session state key, before another checkpoint."""
    run_id, step = st.session_state.get(_FILLED, ("", 0))
    if run_id != run.id:
        return {}
    fields = recipe.Config.model_fields
    before = {
        key_of(recipe, name): widget_value(fields[name], value)
        for name, value in _usual(run, step).items()
    }
    return {
        key: st.session_state[key]
        for key, value in before.items()
        if key in st.session_state and st.session_state[key] != value
    }


def _checked(form: Form, step: int) -> Form:
    """The form, with an error at the steps if none remain."""
    try:
        if form.config is not None:
            check_steps(step, form.config.steps)
    except UserError as error:
        return replace(form, config=None, problems={"steps": str(error)})
    return form


def _what_changes(run: Run, step: int, config: RunConfig) -> str:
    changed = differences(config_at(run, step).model_dump(), config.model_dump())
    # The sentence states the number of steps separately.
    changed.pop("steps", None)
    fields = type(config).model_fields
    changes = [
        f"{words(name).lower()} {' → '.join(value_text(one, fields[name]) for one in pair)}"
        for name, pair in list(changed.items())[:_SHOWN]
    ]
    if len(changed) > _SHOWN:
        changes.append(f"and {len(changed) - _SHOWN} more")
    what = f"with {', '.join(changes)}" if changes else "with the same settings"
    more = config.steps - step
    return f"Continues from step {step:,} and trains {more:,} more step{'s' * (more > 1)}, {what}."


def _fork(recipe: Recipe, run: Run, step: int, press: Press) -> None:
    """Callback of Start fork, which reads the newest input from the form."""
    with deferred_errors(_ERROR):
        if not press.run_ids:
            config = read_form(recipe)
            check_steps(step, config.steps)
            check_fork(run, step, config)
            press.run_ids.append(manager().fork(run.id, step, config))
        show_run(press.run_ids[0])
        record_start(press.run_ids[0])
