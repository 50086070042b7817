"""The fields of the form: one widget for each knob, with its error and a way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from pydantic.fields import FieldInfo

from ganlib.config import RunConfig
from ganlib.knobs import allowed, choices, is_list, is_number, meta
from ganlib.recipes import Recipe
from ganlib.ui.components.errors import show_error
from ganlib.ui.components.text import capital, in_words, typed, value_text, words
from ganlib.ui.form.special_knobs import SPECIAL, WITHOUT_WIDGET

# What is asked of the user, by the empty knob. It is no error: the user has just chosen the data.
PROMPTS = {"drawing": "Draw something first.", "own_table": "Choose a table first."}
_COLUMNS = 4


@dataclass(frozen=True)
class Form:
    """The settings in a form, checked.

    Args:
        recipe: of the form.
        usual: value of each knob that counts as unchanged.
        fork: whether the form is that of a fork. Then the usual values are the original run's.
        config: the settings; None if they are not allowed or the data are not available.
        problems: what is wrong, by the name of the knob to change. The name "" is for what
            concerns no knob.
    """

    recipe: Recipe
    usual: Mapping[str, Any]
    fork: bool
    config: RunConfig | None
    problems: Mapping[str, str]

    def names(self, group: str) -> list[str]:
        """Returns the names of the knobs of a group, in order."""
        fields = self.recipe.Config.model_fields
        return [name for name in fields if meta(fields[name])["group"] == group]

    def is_changed(self, name: str) -> bool:
        """Returns whether a knob differs from its usual value."""
        value, usual = st.session_state[key_of(self.recipe, name)], self.usual[name]
        if isinstance(usual, bool | str):
            return bool(value != usual)
        if not is_number(self.recipe.Config.model_fields[name]):
            return list(value) != list(usual)
        try:
            return float(value) != float(usual)
        except ValueError:
            return True


def key_of(recipe: Recipe, name: str) -> str:
    """Returns the session state key of a knob."""
    return f"{recipe.name}:{name}"


def widget_value(field: FieldInfo, value: Any) -> Any:
    """Returns the value of a knob in the type that its widget uses.

    Args:
        field: of the knob.
        value: of the knob.
    """
    return typed(value) if is_number(field) else value


def draw_fields(form: Form, names: Sequence[str]) -> None:
    """Draws knobs in rows of four; those with a special widget come first or last.

    Args:
        form: of the knobs.
        names: of the knobs.
    """
    boxes = [name for name in names if name not in SPECIAL and name not in WITHOUT_WIDGET]
    # Special widgets that the recipe lists before its first box come first, all others last.
    before = names.index(boxes[0]) if boxes else 0
    _special_widgets(form, names[:before])
    # One row of columns at a time, so that a narrow window keeps the order.
    for start in range(0, len(boxes), _COLUMNS):
        for column, name in zip(
            st.columns(_COLUMNS), boxes[start : start + _COLUMNS], strict=False
        ):
            with column:
                draw_field(form, name)
    _special_widgets(form, names[before:])


def draw_field(form: Form, name: str) -> None:
    """Draws a knob, a button that restores its usual value, and its error.

    Args:
        form: of the knob.
        name: of the knob.
    """
    changed = form.is_changed(name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _widget(form, name, changed)
        if changed and name != "preset":
            key = key_of(form.recipe, name)
            field = form.recipe.Config.model_fields[name]
            usual = widget_value(field, form.usual[name])
            st.button(
                "",
                key=f"{key}:undo",
                icon=":material/undo:",
                type="tertiary",
                help=f"Back to {value_text(usual, field)}",
                on_click=st.session_state.update,
                args=({key: usual},),
            )
    draw_problem(form, name)


def draw_problem(form: Form, name: str) -> None:
    """Draws the error of a knob, if it has one.

    Args:
        form: of the knob.
        name: of the knob.
    """
    problem = form.problems.get(name, "")
    if problem and problem == PROMPTS.get(name):
        st.info(problem)
    else:
        show_error(in_words(problem, form.recipe.Config))


def help_of(recipe: Recipe, name: str) -> str:
    """Returns the tooltip of a knob: what it does, its source, and its allowed values.

    Args:
        recipe: of the knob.
        name: of the knob.
    """
    field = recipe.Config.model_fields[name]
    paper = meta(field)["paper"]
    source = f" Source: {paper}." if paper else ""
    limits = f" Allowed: {allowed(recipe.Config, name)}." if is_number(field) else ""
    return f"{in_words(field.description or '', recipe.Config)}{source}{limits}"


def _special_widgets(form: Form, names: Sequence[str]) -> None:
    """Draws the knobs with a special widget that apply to the chosen target."""
    target = st.session_state.get(key_of(form.recipe, "target"))
    for name in filter(SPECIAL.__contains__, names):
        if SPECIAL[name].target in ("", target):
            SPECIAL[name].draw(key_of(form.recipe, name), help_of(form.recipe, name))
            draw_problem(form, name)


def _widget(form: Form, name: str, changed: bool) -> None:
    recipe, field = form.recipe, form.recipe.Config.model_fields[name]
    key, help_text = key_of(recipe, name), help_of(recipe, name)
    label, unit = capital(words(name)), meta(field)["unit"]
    label = f"{label} ({unit})" if unit else label
    # No longer than before, or a label that wraps would move the fields below.
    label = f"{label} :primary[●]" if changed else label
    if known := choices(field):
        if is_list(field):
            st.multiselect(label, known, key=key, help=help_text, persist_state="session")
            return
        st.selectbox(
            label,
            known,
            format_func=lambda value: capital(words(value)),
            key=key,
            help=help_text,
            persist_state="session",
            on_change=_apply_preset if name == "preset" else "rerun",
            args=(recipe,) if name == "preset" else None,
        )
        return
    if field.annotation is bool:
        st.toggle(label, key=key, help=help_text, persist_state="session")
        return
    # Numbers too: st.number_input ignores text that it cannot parse and keeps its last value, so
    # Start would train with another value than the one shown.
    st.text_input(label, key=key, help=help_text, persist_state="session")


def usual_values(recipe: Recipe) -> dict[str, Any]:
    """Returns the recipe's default values, or those of the preset in its form."""
    values = {name: field.default for name, field in recipe.Config.model_fields.items()}
    if preset := st.session_state.get(key_of(recipe, "preset")):
        values |= {**recipe.Config.presets.get(preset, {}), "preset": preset}
    return values


def _apply_preset(recipe: Recipe) -> None:
    """Callback: sets the values of the chosen preset, and keeps the data and the seed."""
    for name, value in usual_values(recipe).items():
        field = recipe.Config.model_fields[name]
        if name != "seed" and meta(field)["group"] != "Data":
            st.session_state[key_of(recipe, name)] = widget_value(field, value)
