"""The buttons that start runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ganlib import recipes
from ganlib.amounts import about
from ganlib.config import RunConfig
from ganlib.recipes import Recipe
from ganlib.runs.groups import MAX_SEEDS, seeded
from ganlib.ui.compare.settings import BUT_SEED
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import open_form, read_form
from ganlib.ui.form.fields import PROMPTS, Form, draw_problem
from ganlib.ui.launch.estimate import Estimate
from ganlib.ui.launch.family_runs import runs_ahead
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import Press, open_comparison, record_start, show_run

_ERROR = "start.error"
# Session state keys of the number of seeds, and of what is compared: runs that were started
# together, and what they are grouped by.
_SEEDS, _COMPARED = "start.seeds", "start.compared"
# No run has so many steps: the networks do not grow any further.
_MOST_STEPS = 1 << 40


def seeds_field() -> int:
    """Lets the user choose how many seeds are trained.

    Before that, it opens the comparison of the runs that have just been started together.
    """
    if compared := st.session_state.pop(_COMPARED, None):
        open_comparison(*compared)
    return st.number_input(
        "Runs",
        min_value=1,
        max_value=MAX_SEEDS,
        key=_SEEDS,
        width=120,
        help="How many runs to train, each with the next seed. Several runs are compared as a "
        "group: mean, spread and worst run.",
    )


def start_button(form: Form, time: Estimate | None) -> None:
    """Draws the button, with the time that the runs will take.

    Args:
        form: the settings.
        time: that the runs will take; None if it is unknown.
    """
    st.button(
        f"Start · {about(time.seconds)}" if time else "Start",
        key="start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=form.config is None,
        on_click=_start,
        args=(form.recipe, Press()),
    )


def start_notes(form: Form, time: Estimate | None) -> None:
    """Draws the problems that prevent a start, or notes about data, time and queue.

    Args:
        form: the settings.
        time: that the run will take; None if it is unknown.
    """
    show_deferred_error(_ERROR)
    if form.config is None:
        prompts = [text for text in PROMPTS.values() if text in form.problems.values()]
        draw_problem(form, "")
        if any(form.problems):
            text = " ".join(prompts) or "Fix the marked settings to start."
            st.markdown(f":material/error: {plain(text)}")
        return
    notes = [f"{form.recipe.data_sentence(form.config).rstrip('.')}."]
    if time and not time.measured:
        notes.append(
            f"Estimated time: {time.text()}. After your first run, the estimate uses the speed of "
            "this machine."
        )
    if ahead := runs_ahead():
        others = f"{ahead} other run{'s' * (ahead != 1)}"
        notes.append(f"The server is busy. Your run will wait for {others}.")
    st.markdown(f":small[{plain(' '.join(notes))}]")
    if warning := growth_warning(form.recipe, form.config):
        st.warning(plain(warning), icon=":material/warning:")


def growth_warning(recipe: Recipe, config: RunConfig) -> str:
    """Returns a warning if networks that grow will not reach their final size; otherwise "".

    Args:
        recipe: of the run.
        config: its settings.
    """
    last = recipe.caption(config, _MOST_STEPS)
    if not config.grows or recipe.caption(config, config.steps) == last:
        return ""
    low, high = config.steps, _MOST_STEPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if recipe.caption(config, middle) == last else (middle, high)
    return (
        f"{config.steps:,} steps end at {recipe.caption(config, config.steps)}. The images reach "
        f"{last} only after {high:,} steps."
    )


def train_all(form: Form, page: str) -> None:
    """Draws a button that starts a run of every recipe of a page and compares them.

    All get the steps, the seeds and the images of the form.

    Args:
        form: the settings of the chosen recipe.
        page: name of the family.
    """
    family = recipes.on_page(page)
    config = form.config
    shared = {name: getattr(config, name) for name in ("steps", "seed", "dataset") if config}
    st.button(
        f"Train all {_NUMBERS.get(len(family), str(len(family)))}",
        key="train_all",
        icon=":material/compare:",
        disabled=config is None,
        help="Starts a run of each, with the same steps, seeds and images, and compares them.",
        on_click=_start_all,
        args=(family, shared, Press()),
    )


_NUMBERS = {2: "two", 3: "three", 4: "four"}


def _start_all(family: Sequence[Recipe], shared: Mapping[str, Any], press: Press) -> None:
    """Callback of the button that starts all."""
    with deferred_errors(_ERROR):
        chosen = []
        for recipe in family:
            open_form(recipe)
            config = recipe.parse({**read_form(recipe).model_dump(), **shared})
            chosen.append((recipe, config))
        _start_together(chosen, f"All {len(family)} recipes", press)


def _start_together(chosen: Sequence[tuple[Recipe, RunConfig]], title: str, press: Press) -> None:
    """Starts each seed of each recipe. The page opens the comparison: no callback can."""
    seeds, submit, store = st.session_state.get(_SEEDS, 1), server().submit, manager().store
    if not press.run_ids:
        runs = [(one, config) for one, first in chosen for config in seeded(one, first, seeds)]
        group = store.new_group(title, chosen[0][1], seeds) if seeds > 1 else ""
        for recipe, config in runs:
            press.run_ids.append(submit(recipe.name, config, group))
    st.session_state[_COMPARED] = press.run_ids, BUT_SEED if seeds > 1 else ""


def _start(recipe: Recipe, press: Press) -> None:
    """Callback of Start. It reads the form itself, because a callback gets the newest input."""
    with deferred_errors(_ERROR):
        if st.session_state.get(_SEEDS, 1) > 1:
            _start_together([(recipe, read_form(recipe))], recipe.name, press)
            return
        if not press.run_ids:
            press.run_ids.append(server().submit(recipe.name, read_form(recipe)))
        show_run(press.run_ids[0])
        record_start(press.run_ids[0])
