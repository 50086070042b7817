"""The choice of data on an entry page."""

import base64
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from ganlib.knobs import choices
from ganlib.recipes.toy import OWN
from ganlib.ui.components.gallery import Tile, gallery
from ganlib.ui.components.grid import data_url
from ganlib.ui.components.text import capital, words
from ganlib.ui.form.fields import Form, draw_fields, draw_problem, key_of
from ganlib.viz.thumbnails import thumbnail

# Knobs that are chosen among tiles.
_TILED = ("target", "dataset")
_PREVIEWS = Path(__file__).with_name("previews.npz")
_NOTES = {"drawn": "Draw a shape", OWN: "CSV, TSV, Parquet or npy"}
_ICONS = {
    "drawn": "M30 88 l4 -18 42 -42 14 14 -42 42 z M68 36 l14 14",
    OWN: "M26 34 h68 v52 h-68 z M26 51 h68 M26 68 h68 M49 34 v52 M71 34 v52",
}
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><path d="{}" fill="none" '
    'stroke="#7A8794" stroke-width="4" stroke-linejoin="round" stroke-linecap="round"/></svg>'
)


def data_choice(form: Form) -> AbstractContextManager[Any]:
    """Draws the knobs that choose the data: tiles, and what belongs to the chosen one.

    Args:
        form: the settings.
    Returns:
        The container for Start: beside the drawing pad, so that it is in view, else below.
    """
    names = form.names("Data")
    st.subheader("Data", anchor=False)
    for name in names:
        if name in _TILED:
            _tiles(form, name)
            draw_problem(form, name)
    rest = [name for name in names if name not in _TILED]
    if st.session_state.get(key_of(form.recipe, "target")) != "drawn":
        draw_fields(form, rest)
        return st.container()
    pad, beside = st.columns([2, 3], gap="large")
    with pad:
        draw_fields(form, rest)
    return beside


def picture_of(choice: str) -> str | None:
    """Returns the data URL of a picture; None if there is none.

    Args:
        choice: value of a knob such as `target`, for real samples; or name of a recipe of images,
            for samples that a finished run of it has generated.
    """
    if choice in _ICONS:
        svg = _ICON.format(_ICONS[choice]).encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    return _previews().get(choice)


@cache
def _previews() -> dict[str, str]:
    """Data URLs by choice or recipe.

    The samples come from a file, because drawing them needs TensorFlow, which no page may import.
    """
    with np.load(_PREVIEWS, allow_pickle=False) as file:
        return {name: data_url(thumbnail(file[name], None)) for name in file.files}


def _tiles(form: Form, name: str) -> None:
    key = key_of(form.recipe, name)

    def choose(value: str) -> None:
        st.session_state[key] = value

    field = form.recipe.Config.model_fields[name]
    # The recipe's own data first.
    known = sorted(choices(field), key=lambda value: bool(value != field.default))
    tiles = [
        Tile(value, capital(words(value)), picture_of(value), _NOTES.get(value, ""))
        for value in known
    ]
    gallery(
        tiles,
        [st.session_state[key]],
        key=f"{key}:tiles",
        label="Data",
        on_click=choose,
        layout="tiles" if form.recipe.kind == "image" else "plots",
    )
