"""Buttons that download files."""

from collections.abc import Callable

import streamlit as st


def download_button(
    label: str,
    content: str | Callable[[], str | bytes],
    file_name: str,
    mime: str,
    key: str | None = None,
) -> None:
    """Draws a button that downloads a file without running the page again.

    Args:
        label: of the button.
        content: of the file, or a function that makes it when the button is pressed.
        file_name: suggested to the browser.
        mime: type of the content.
        key: unique on the page; needed if two buttons have the same label.
    """
    st.download_button(
        label,
        content,
        file_name=file_name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        key=key,
    )
