"""The form of a search: what is trained, what is varied, and what counts as good."""

import os
from collections.abc import Sequence
from typing import Any

import streamlit as st

from ganlib import recipes
from ganlib.errors import ConfigError
from ganlib.recipes import Recipe
from ganlib.runs.groups import MAX_SEEDS
from ganlib.search import Choices, Settings, default_range, make_settings, searchable
from ganlib.search.objectives import MAX_OBJECTIVES, TIME, objectives_of
from ganlib.search.settings import SAMPLERS
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.components.text import capital, in_words, plain, typed, words
from ganlib.ui.form.config_form import advanced_fields, first_fields, open_form
from ganlib.ui.form.fields import Form
from ganlib.ui.launch.data_choice import data_choice
from ganlib.ui.launch.recipe_choice import RECIPE
from ganlib.ui.search.study import STUDY, WORKERS
from ganlib.ui.search.views import score_name
from ganlib.ui.server.server import server

_RECIPE, _TRIALS, _SAMPLER = "search.recipe", "search.trials", "search.sampler"
_SEEDS, _PRUNE, _ERROR = "search.seeds", "search.prune", "search.error"
# Its trials take seconds.
_USUAL_RECIPE = "toy/plane"
_USUAL_KNOBS = ("generator_learning_rate", "discriminator_learning_rate")
_SAMPLER_NAMES = {
    "tpe": "TPE: learn from earlier trials",
    "random": "Random",
    "grid": "Grid: all combinations of five values",
}
_USUAL_TRIALS, _MAX_TRIALS = 20, 10_000
_SCALES = ("linear", "log")


def setup() -> None:
    """Draws the form and the button that starts the search."""
    known = recipes.all_recipes()
    if (asked := st.query_params.pop(RECIPE, "")) in known:
        st.session_state[_RECIPE] = asked
    st.session_state.setdefault(_RECIPE, _USUAL_RECIPE)
    with st.container(width=420):
        name = st.selectbox(
            "Recipe",
            list(known),
            key=_RECIPE,
            format_func=lambda one: known[one].title,
            persist_state="session",
        )
    recipe = known[name or next(iter(known))]
    form = open_form(recipe)
    data_choice(form)
    st.subheader("What to vary", anchor=False)
    for knob in _varied(recipe):
        _draw_space(recipe, knob)
    st.subheader("What to look for", anchor=False)
    _draw_options(form)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first_fields(form, ("steps", "seed"))
        st.number_input(
            "Trials at the same time",
            1,
            max_value=max(4, os.cpu_count() or 1),
            value=min(2, os.cpu_count() or 1),
            key=WORKERS,
            width=180,
            persist_state="session",
            help="Each trial trains in its own process. With more processes than processor cores, "
            "all of them are slower.",
        )
        settings, problem = None, ""
        try:
            settings = _read(form)
        except ConfigError as error:
            problem = in_words(str(error), recipe.Config)
        _trials_field(settings)
        st.button(
            "Search",
            key="search.start",
            type="primary",
            icon=":material/search:",
            disabled=bool(problem),
            on_click=_start,
            args=(recipe,),
        )
    show_deferred_error(_ERROR)
    if problem:
        st.markdown(f":material/error: {plain(problem)}")
    advanced_fields(form, "search.advanced", ("preset", "steps", "seed", *_chosen(recipe)))


def _trials_field(settings: Settings | None) -> None:
    if settings is not None and (size := settings.limit(None)) is not None:
        st.number_input("Trials", value=size, disabled=True, width=140, help="Those of the grid.")
        return
    st.number_input(
        "Trials",
        1,
        _MAX_TRIALS,
        _USUAL_TRIALS,
        key=_TRIALS,
        width=140,
        persist_state="session",
    )


def _start(recipe: Recipe) -> None:
    """Callback of Search. It reads the form itself, because a callback gets the newest input."""
    with deferred_errors(_ERROR):
        settings, workers = _read(open_form(recipe)), int(st.session_state[WORKERS])
        trials = settings.limit(None) or int(st.session_state[_TRIALS])
        st.query_params[STUDY] = server().searches.start(settings, trials, workers)


def _read(form: Form) -> Settings:
    """Returns the settings of the study in the form.

    Raises:
        ConfigError: a setting is not allowed.
    """
    recipe = form.recipe
    if form.config is None:
        raise ConfigError("Fix the marked settings to start.")
    chosen = _chosen(recipe)
    if not chosen:
        raise ConfigError("Choose at least one setting to vary.")
    values = form.config.model_dump(mode="json")
    changed = [name for name in recipe.Config.model_fields if form.is_changed(name)]
    objectives = st.session_state[_objectives_key(recipe)]
    if not objectives:
        raise ConfigError("Choose at least one objective.")
    return make_settings(
        recipe,
        ",".join(f"{name}={_range_text(recipe, name)}" for name in chosen),
        {name: values[name] for name in ("steps", *changed) if name not in chosen},
        objectives=tuple(objectives),
        sampler=st.session_state[_SAMPLER],
        prune="third" if st.session_state[_PRUNE] and _can_prune(objectives) else "",
        seeds=int(st.session_state[_SEEDS]),
    )


def _chosen(recipe: Recipe) -> list[str]:
    """Names of the knobs to vary."""
    known: list[str] = st.session_state[f"search.knobs.{recipe.name}"]
    return known


def _varied(recipe: Recipe) -> list[str]:
    names = searchable(recipe.Config)
    key = f"search.knobs.{recipe.name}"
    st.session_state.setdefault(key, [name for name in _USUAL_KNOBS if name in names])
    return st.multiselect(
        "Settings to vary",
        names,
        key=key,
        format_func=lambda name: capital(words(name)),
        persist_state="session",
        help="Each further setting needs more trials: plan at least ten trials per setting.",
    )


def _space_key(recipe: Recipe, name: str, part: str) -> str:
    return f"search.{recipe.name}.{name}.{part}"


def _range_text(recipe: Recipe, name: str) -> str:
    """What is to be tried of a knob, as on the command line."""

    def value(part: str) -> Any:
        return st.session_state[_space_key(recipe, name, part)]

    if isinstance(default_range(recipe.Config, name), Choices):
        return "|".join(str(one).lower() for one in value("choices"))
    return f"{value('low').strip()}:{value('high').strip()}:{value('scale')}"


def _draw_space(recipe: Recipe, name: str) -> None:
    """Draws what is to be tried of a knob: some of its choices, or a range."""
    usual = default_range(recipe.Config, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(capital(words(name)), width=240)
        if isinstance(usual, Choices):
            key = _space_key(recipe, name, "choices")
            st.session_state.setdefault(key, list(usual.values))
            st.multiselect(
                f"Choices of {words(name)}",
                usual.values,
                key=key,
                format_func=words,
                label_visibility="collapsed",
            )
            return
        for part, label, value in (("low", "From", usual.low), ("high", "To", usual.high)):
            key = _space_key(recipe, name, part)
            st.session_state.setdefault(key, typed(value))
            label = f"{label}, {words(name)}"
            st.text_input(label, key=key, width=150, label_visibility="collapsed")
        key = _space_key(recipe, name, "scale")
        st.session_state.setdefault(key, _SCALES[usual.log])
        st.segmented_control(
            f"Scale of {words(name)}",
            _SCALES,
            key=key,
            required=True,
            label_visibility="collapsed",
        )


def _objectives_key(recipe: Recipe) -> str:
    return f"search.objectives.{recipe.name}"


def _can_prune(objectives: Sequence[str]) -> bool:
    """True if scores of saved steps say how good a trial will be."""
    return len(objectives) == 1 and objectives[0] != TIME


def _draw_options(form: Form) -> None:
    config = form.config or form.recipe.Config()
    known = [one.name for one in objectives_of(form.recipe, config)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        objectives = st.multiselect(
            "Objective",
            known,
            default=known[:1],
            key=_objectives_key(form.recipe),
            max_selections=MAX_OBJECTIVES,
            format_func=score_name,
            width=360,
            help="What the search minimises or maximises. With two, it looks for the best "
            "compromises: those that nothing beats in both (the Pareto front).",
        )
        st.selectbox(
            "Choose settings by",
            SAMPLERS,
            key=_SAMPLER,
            format_func=_SAMPLER_NAMES.__getitem__,
            width=260,
        )
        st.number_input(
            "Seeds per trial",
            1,
            MAX_SEEDS,
            key=_SEEDS,
            width=140,
            help="A trial's value is the mean over its seeds, which reduces the effect of chance.",
        )
        st.toggle(
            "Stop bad trials early",
            value=True,
            key=_PRUNE,
            disabled=not _can_prune(objectives),
            help="Stops a trial whose best score so far is not among the best third of the "
            "finished trials at the same step, but never in the first tenth of its steps. Its run "
            "can be resumed.",
        )
