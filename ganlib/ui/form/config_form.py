"""The settings form, generated from a recipe's config class."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.knobs import CHALLENGES, GROUPS, choices, is_list, problems
from ganlib.recipes import Recipe
from ganlib.recipes.toy import OWN
from ganlib.settings import MAX_BYTES, read_settings
from ganlib.ui.components.errors import deferred_errors, show_error
from ganlib.ui.form.fields import (
    PROMPTS,
    Form,
    draw_field,
    draw_fields,
    key_of,
    usual_values,
    widget_value,
)
from ganlib.ui.form.special_knobs import SPECIAL, WITHOUT_WIDGET

# Knobs beside Start.
FIRST = ("preset", "steps", "seed")
_DATA = "Data"
_OPEN_TAB = "techniques.open"
_SEEN = "advanced.problems"


def open_form(recipe: Recipe, fork_of: Mapping[str, Any] | None = None) -> Form:
    """Returns the settings in the form of a recipe, checked; draws nothing.

    Values are kept in the session state, so that they survive a change of page.

    Args:
        recipe: of the form.
        fork_of: value of each knob of the run that is forked. These count as unchanged; in a new
            run, those of the recipe or of the chosen preset.
    """
    fields = recipe.Config.model_fields
    for name, field in fields.items():
        key, default = key_of(recipe, name), widget_value(field, field.default)
        value = st.session_state.setdefault(key, default)
        # A choice that the page does not offer can only come from another client.
        if choices(field) and not is_list(field) and value not in choices(field):
            st.session_state[key] = default
    usual = usual_values(recipe) | dict(fork_of or {})
    values = _typed_in(recipe)
    if wrong := _missing(values) or problems(recipe.Config, values):
        return Form(recipe, usual, bool(fork_of), None, _placed(wrong, values))
    try:
        config = read_form(recipe)
        recipe.data_sentence(config)
    except UserError as error:
        return Form(recipe, usual, bool(fork_of), None, {_data_knob(values): str(error)})
    return Form(recipe, usual, bool(fork_of), config, {})


def read_form(recipe: Recipe) -> RunConfig:
    """Returns the settings in the form; can be called from a callback.

    Raises:
        ConfigError: a value is not allowed.
    """
    return recipe.parse(_typed_in(recipe))


def fill_form(recipe: Recipe, values: Mapping[str, Any]) -> None:
    """Sets values in the form. Must be called before the form is drawn, or from a callback.

    Args:
        recipe: of the form.
        values: knob names and values; unknown knobs are ignored.
    """
    for name, value in values.items():
        if field := recipe.Config.model_fields.get(name):
            st.session_state[key_of(recipe, name)] = widget_value(field, value)


def first_fields(form: Form, names: Sequence[str] = FIRST) -> None:
    """Draws knobs in a horizontal container, those that the recipe has.

    Args:
        form: the settings.
        names: of the knobs.
    """
    for name in names:
        if name in form.recipe.Config.model_fields:
            with st.container(width=210, gap="small"):
                draw_field(form, name)


def advanced_fields(form: Form, key: str, without: Sequence[str] = FIRST) -> None:
    """Draws all other knobs by group, in a part of the page that can be folded.

    Techniques are grouped by the problem that they address. The part opens by itself if one of
    its settings is wrong.

    Args:
        form: the settings.
        key: session state key: whether the part is open.
        without: names of knobs that are left out, besides those of the data.
    """
    recipe = form.recipe
    groups = {
        group: [name for name in form.names(group) if name not in without]
        for group in GROUPS
        if group != _DATA
    }
    names = [name for group in groups.values() for name in group]
    _show_problems(form, groups, key)
    changed = sum(map(form.is_changed, names))
    # Not part of the label, with which the browser would replace the whole part, so that the field
    # with the keyboard's focus would lose it.
    count = f", {changed} changed" if changed else ""
    st.html(f'<style>.st-key-{key} summary p::after {{ content: "{count}" }}</style>')
    part = st.expander(
        "Advanced",
        icon=":material/tune:",
        key=key,
        on_change="rerun",
    )
    # Closed, it draws nothing: its widgets would double the time until a browser shows the page.
    if not part.open:
        return
    with part:
        for group, names in groups.items():
            if names and group not in CHALLENGES:
                st.markdown(f"**{group}**")
                draw_fields(form, names)
        st.markdown("**Techniques**, by the problem they address")
        tabs = st.tabs(CHALLENGES, key=_tabs_key(recipe), on_change="rerun")
        for group, tab in zip(CHALLENGES, tabs, strict=True):
            if tab.open:
                # The same tab opens on other pages and for other recipes.
                st.session_state[_OPEN_TAB] = group
                with tab:
                    st.caption(GROUPS[group])
                    draw_fields(form, groups[group])
        with st.container(horizontal=True):
            st.button(
                f"Reset to {_origin(form)}",
                key=f"{recipe.name}:reset",
                icon=":material/undo:",
                on_click=fill_form,
                args=(recipe, form.usual),
            )
            if not form.fork:
                with st.popover("Load settings", icon=":material/upload_file:"):
                    _settings_uploader(recipe)


def _tabs_key(recipe: Recipe) -> str:
    key = f"{recipe.name}:techniques"
    st.session_state.setdefault(key, st.session_state.get(_OPEN_TAB, CHALLENGES[0]))
    return key


def _show_problems(form: Form, groups: Mapping[str, list[str]], key: str) -> None:
    """Opens the part and the tab with a wrong setting, once: afterwards, they can be closed."""
    wrong = {name: group for group, names in groups.items() for name in names}
    wrong = {name: group for name, group in wrong.items() if name in form.problems}
    if wrong and st.session_state.get(_SEEN) != wrong:
        st.session_state[key] = True
        group = next(iter(wrong.values()))
        if group in CHALLENGES:
            st.session_state[_tabs_key(form.recipe)] = group
    st.session_state[_SEEN] = wrong


def _missing(values: Mapping[str, Any]) -> dict[str, str]:
    """What the user has to add to the chosen data, by knob."""
    return {
        name: PROMPTS[name]
        for name, target in (("drawing", "drawn"), ("own_table", OWN))
        if values.get("target") == target and not values[name].strip()
    }


def _typed_in(recipe: Recipe) -> dict[str, Any]:
    return {name: st.session_state[key_of(recipe, name)] for name in recipe.Config.model_fields}


def _data_knob(values: Mapping[str, Any]) -> str:
    """The knob at which an error of the data is shown; empty if no knob chooses the data."""
    if values.get("target") == OWN:
        return "own_table"
    if values.get("own_file"):
        return "own_file"
    return next((name for name in ("target", "dataset", "categories") if name in values), "")


def _placed(wrong: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Errors by the knob at which they are shown; empty if it has no widget on the page."""
    placed: dict[str, str] = {}
    for name, sentence in wrong.items():
        # Sentences about the data name no knob.
        name = name or _data_knob(values)
        target = SPECIAL[name].target if name in SPECIAL else ""
        if name in WITHOUT_WIDGET or target not in ("", values.get("target")):
            name = ""
        placed[name] = f"{placed.get(name, '')} {sentence}".strip()
    return placed


def _origin(form: Form) -> str:
    """Name of the values that a reset restores."""
    if form.fork:
        return "the values of the run"
    preset = st.session_state.get(key_of(form.recipe, "preset"))
    return f"the values of “{preset}”" if preset else form.recipe.source.values


def _settings_uploader(recipe: Recipe) -> None:
    """Uploads a file of settings: a run's *Settings (JSON)* or one written by hand."""
    key = f"{recipe.name}:settings"
    st.file_uploader(
        "A JSON file of settings",
        type="json",
        max_upload_size=math.ceil(MAX_BYTES / 2**20),
        key=key,
        help="A file downloaded as *Settings (JSON)* from a run of this recipe, or a JSON object "
        "with some of its settings. All other settings are reset to the recipe's defaults.",
        on_change=_load_settings,
        args=(recipe, key),
    )
    show_error(st.session_state.get(f"{key}:problem", ""))


def _load_settings(recipe: Recipe, key: str) -> None:
    """Sets all values of the file in the form, or none if one of them is not allowed."""
    upload = st.session_state[key]
    st.session_state[f"{key}:problem"] = ""
    if upload is None:
        return
    with deferred_errors(f"{key}:problem"):
        config = recipe.parse(read_settings(upload.name, upload.getbuffer(), recipe.name))
        fill_form(recipe, config.model_dump())
