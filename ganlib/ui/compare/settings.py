"""Settings in which the compared runs differ, and groups of runs with equal settings."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ganlib.comparing import differing_settings
from ganlib.names import numbered
from ganlib.ui.compare.chosen import Chosen
from ganlib.ui.components.text import value_text, words

EACH, BUT_SEED = "None: each run", "All settings except the seed"
_RECIPE, _SEED = "recipe", "seed"
_NONE = "-"
# Longer values are cut; a drawing has thousands of characters.
_CHARACTERS = 40


def settings_table(chosen: Sequence[Chosen]) -> None:
    """Lists the settings that differ: a row for each, a column for each run.

    Args:
        chosen: the compared runs.
    """
    rows = {
        _title(name): tuple(
            _text(one, name, value) for one, value in zip(chosen, values, strict=True)
        )
        for name, values in _differing(chosen).items()
    }
    changes = tuple(_changes(one) for one in chosen)
    if any(text != _NONE for text in changes):
        rows["Changed during training"] = changes
    if not rows:
        st.caption("All settings are the same.")
        return
    names = [one.name for one in chosen]
    table = [
        {"Setting": title, **dict(zip(names, values, strict=True))}
        for title, values in rows.items()
    ]
    st.dataframe(table, hide_index=True, height="content", key="compare.settings")


def group_choices(chosen: Sequence[Chosen]) -> dict[str, str]:
    """Returns what runs can be grouped by: texts of the options, and names of the settings.

    Args:
        chosen: the compared runs.
    """
    named = {_title(name): name for name in _differing(chosen) if name != _SEED}
    return {EACH: "", BUT_SEED: _SEED, **named}


def grouped(chosen: Sequence[Chosen], by: str) -> dict[str, list[Chosen]]:
    """Groups runs; the name of a group says what its runs have in common.

    Args:
        chosen: the compared runs.
        by: an option of `group_choices`; another one groups nothing.
    """
    differing = _differing(chosen)
    setting = group_choices(chosen).get(by)
    if not setting:
        return {one.name: [one] for one in chosen}
    stored = {one.run.label().group for one in chosen}
    everything = next(iter(stored)) if len(stored) == 1 else ""
    everything = everything or "All runs"
    named = [name for name in differing if name != _SEED] if setting == _SEED else [setting]
    # By the whole values: long ones, such as drawings, may begin alike.
    groups: dict[tuple[str, ...], tuple[str, list[Chosen]]] = {}
    for at, one in enumerate(chosen):
        values = {name: differing[name][at] for name in named}
        key = tuple(_text(one, name, value, None) for name, value in values.items())
        texts = {name: _text(one, name, value) for name, value in values.items()}
        parts = [
            text if name == _RECIPE else f"{words(name)} {text}" for name, text in texts.items()
        ]
        groups.setdefault(key, (", ".join(parts) or everything, []))[1].append(one)
    found: dict[str, list[Chosen]] = {}
    for name, runs in groups.values():
        title = f"{name} ({len(runs)} {'run' if len(runs) == 1 else 'runs'})"
        found[numbered(title, found) if title in found else title] = runs
    return found


def _differing(chosen: Sequence[Chosen]) -> dict[str, tuple[Any, ...]]:
    return differing_settings([{_RECIPE: one.recipe.title, **one.run.values} for one in chosen])


def _changes(one: Chosen) -> str:
    parts = [
        f"{words(name)} {_text(one, name, value)} after step {change.step:,}"
        for change in one.reading.record.changes
        for name, value in change.knobs.items()
    ]
    return ", ".join(parts) or _NONE


def _title(name: str) -> str:
    return words(name).capitalize()


def _text(one: Chosen, name: str, value: object, most: int | None = _CHARACTERS) -> str:
    """The value of a setting of a run, cut if it is longer than `most` characters."""
    if value is None:
        return _NONE
    return value_text(value, one.recipe.Config.model_fields.get(name), most)
