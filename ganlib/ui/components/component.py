"""Registers custom Streamlit components, each made of three files in this folder."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st


def component(
    name: str, *, styles: Sequence[str] = (), isolate_styles: bool = True
) -> Callable[..., Any]:
    """Registers a component.

    Args:
        name: of its files, `name.html`, `name.css` and `name.js`.
        styles: names of further style sheets, which `name.css` takes precedence over.
        isolate_styles: isolate its styles from those of the page, and begin with `base.css`.
    Returns:
        Streamlit's function that mounts the component.
    """

    def text(file: str) -> str:
        return Path(__file__).with_name(file).read_text(encoding="utf-8")

    # Not for the whole page.
    sheets = ("base", *styles, name) if isolate_styles else (name,)
    made: Callable[..., Any] = st.components.v2.component(
        f"ganlib_{name}",
        html=text(f"{name}.html"),
        css="\n".join(text(f"{sheet}.css") for sheet in sheets),
        js=text(f"{name}.js"),
        isolate_styles=isolate_styles,
    )
    return made
