"""Components of our own: a name, and the files of that name beside this one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def component(name: str, *, isolate_styles: bool = True) -> Callable[..., Any]:
    """Registers a component with the browser; its call mounts it.

    Args:
        name: of its files, `name.html`, `name.css` and `name.js`.
        isolate_styles: keep its styles, and those of the page, apart.
    """

    def text(suffix: str) -> str:
        return Path(__file__).with_name(f"{name}.{suffix}").read_text(encoding="utf-8")

    made: Callable[..., Any] = st.components.v2.component(
        f"ganlib_{name}",
        html=text("html"),
        css=text("css"),
        js=text("js"),
        isolate_styles=isolate_styles,
    )
    return made
