"""The settings form, generated from a recipe's config class."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st
from pydantic.fields import FieldInfo

from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.knobs import CHALLENGES, GROUPS, allowed, choices, is_list, is_number, meta
from ganlib.recipes import Recipe
from ganlib.settings import MAX_BYTES, read_settings
from ganlib.ui.components.errors import deferred_errors, show_error
from ganlib.ui.components.text import in_words, typed, words
from ganlib.ui.form.special_knobs import SPECIAL, WITHOUT_WIDGET

_COLUMNS = 4
_OPEN_TAB = "techniques.open"


class Form(NamedTuple):
    """Content of the form.

    Args:
        config: the settings; None if a value is not allowed or the data are not available.
        problem: one sentence with the reason if `config` is None; else empty.
    """

    config: RunConfig | None
    problem: str


def config_form(recipe: Recipe) -> Form:
    """Shows all knobs of a recipe by group, and a button that resets them.

    Techniques are grouped by the problem that they address. Values are kept in the session
    state, so that they survive a change of page. Errors are shown below the form.
    """
    fields = recipe.Config.model_fields
    for name, field in fields.items():
        st.session_state.setdefault(_key(recipe, name), _widget_value(field, field.default))
    for group in GROUPS:
        if group not in CHALLENGES:
            st.markdown(f"**{group}**")
            _widgets(recipe, group)
    st.markdown("**Techniques**, by the problem they address")
    # Only the open tab is drawn: the two dozen widgets of the others would double the time
    # until a browser shows the page.
    key = f"{recipe.name}:techniques"
    st.session_state.setdefault(key, st.session_state.get(_OPEN_TAB, CHALLENGES[0]))
    tabs = st.tabs(CHALLENGES, key=key, on_change="rerun")
    for group, tab in zip(CHALLENGES, tabs, strict=True):
        if tab.open:
            # The same tab opens on other pages and for other recipes.
            st.session_state[_OPEN_TAB] = group
            with tab:
                st.caption(GROUPS[group])
                _widgets(recipe, group)
    with st.container(horizontal=True):
        st.button(
            f"Reset to {_origin(recipe)}",
            key=f"{recipe.name}:reset",
            icon=":material/undo:",
            on_click=_reset,
            args=(recipe,),
        )
        with st.popover("Load settings", icon=":material/upload_file:"):
            _settings_uploader(recipe)
    try:
        config = read_form(recipe)
        recipe.data_sentence(config)
    except UserError as error:
        problem = in_words(str(error), recipe.Config)
        show_error(problem)
        return Form(None, problem)
    return Form(config, "")


def read_form(recipe: Recipe) -> RunConfig:
    """Returns the settings in the form; can be called from a callback.

    Raises:
        ConfigError: a value is not allowed.
    """
    names = recipe.Config.model_fields
    return recipe.parse({name: st.session_state[_key(recipe, name)] for name in names})


def fill_form(recipe: Recipe, values: dict[str, Any]) -> None:
    """Sets values in the form. Must be called before the form is drawn, or from a callback.

    Args:
        recipe: of the form.
        values: knob names and values; unknown knobs are ignored.
    """
    for name, value in values.items():
        if field := recipe.Config.model_fields.get(name):
            st.session_state[_key(recipe, name)] = _widget_value(field, value)


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


def _widgets(recipe: Recipe, group: str) -> None:
    fields = recipe.Config.model_fields
    names = [name for name in fields if meta(fields[name])["group"] == group]
    boxes = [name for name in names if name not in SPECIAL and name not in WITHOUT_WIDGET]
    # Special widgets that the recipe lists before its first box come first, all others last.
    before = names.index(boxes[0]) if boxes else 0
    _special_widgets(recipe, names[:before])
    # One row of columns at a time, so that a narrow window keeps the order.
    for start in range(0, len(boxes), _COLUMNS):
        for column, name in zip(
            st.columns(_COLUMNS), boxes[start : start + _COLUMNS], strict=False
        ):
            with column:
                _widget(recipe, name, fields[name])
    _special_widgets(recipe, names[before:])


def _special_widgets(recipe: Recipe, names: Sequence[str]) -> None:
    """Draws the knobs with a special widget that apply to the chosen target."""
    fields = recipe.Config.model_fields
    target = st.session_state.get(_key(recipe, "target"))
    for name in filter(SPECIAL.__contains__, names):
        if SPECIAL[name].target in ("", target):
            SPECIAL[name].draw(recipe, _key(recipe, name), _help(recipe, name, fields[name]))


def _widget(recipe: Recipe, name: str, field: FieldInfo) -> None:
    key = _key(recipe, name)
    label = _label(name, field)
    help_text = _help(recipe, name, field)
    if known := choices(field):
        if is_list(field):
            st.multiselect(label, known, key=key, help=help_text, persist_state="session")
            return
        st.selectbox(
            label,
            known,
            format_func=words,
            key=key,
            help=help_text,
            persist_state="session",
            on_change=_reset if name == "preset" else "rerun",
            args=(recipe,) if name == "preset" else None,
        )
        return
    if field.annotation is bool:
        st.toggle(label, key=key, help=help_text, persist_state="session")
        return
    # Numbers too: st.number_input ignores text that it cannot parse and keeps its last value, so
    # Start would train with another value than the one shown.
    st.text_input(label, key=key, help=help_text, persist_state="session")


def _help(recipe: Recipe, name: str, field: FieldInfo) -> str:
    paper = meta(field)["paper"]
    source = f" Source: {paper}." if paper else ""
    # For a file or a drawing, "a text" would explain nothing.
    is_any = field.annotation is str and not choices(field)
    limits = "" if is_any else f" Allowed: {allowed(recipe.Config, name)}."
    return f"{field.description}{source}{limits} `{name}`"


def _origin(recipe: Recipe) -> str:
    """Name of the values that a reset restores: the chosen preset's, or the recipe's source."""
    preset = st.session_state.get(_key(recipe, "preset"))
    return f"the values of “{preset}”" if preset else recipe.source.values


def _reset(recipe: Recipe) -> None:
    """Sets the recipe's default values, or those of the chosen preset."""
    preset = st.session_state.get(_key(recipe, "preset"))
    values = {name: field.default for name, field in recipe.Config.model_fields.items()}
    if preset:
        values |= {**recipe.Config.presets.get(preset, {}), "preset": preset}
    fill_form(recipe, values)


def _widget_value(field: FieldInfo, value: Any) -> Any:
    """The value of a knob in the type that its widget uses."""
    return typed(value) if is_number(field) else value


def _label(name: str, field: FieldInfo) -> str:
    label, unit = words(name).capitalize(), meta(field)["unit"]
    return f"{label} ({unit})" if unit else label


def _key(recipe: Recipe, name: str) -> str:
    return f"{recipe.name}:{name}"
