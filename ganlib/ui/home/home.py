"""The Home page: replays of example runs, three ways to begin, active runs, and the pages."""

from functools import cache
from pathlib import Path

import streamlit as st

from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.grid import data_url
from ganlib.ui.components.replay import replays
from ganlib.ui.home.demos import DEMOS, begin, open_begun
from ganlib.ui.pages import PAGES
from ganlib.ui.server.replays import replay_cards
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import Press, open_run

_STYLE = Path(__file__).with_name("home.css")


def example_replays() -> None:
    """Plays through the example runs; each opens as a run."""
    st.html(_STYLE)
    opened = replays(replay_cards(manager().store), key="replays")
    st.caption(
        "Generated samples during training. The number is their distance from real samples; lower "
        "is better. In brackets: the distance between two sets of real samples."
    )
    if opened:
        with errors_shown():
            open_run(manager().store.open(opened))


def demo_cards() -> None:
    """Shows a large card for each demo, which begins it wherever it is clicked."""
    # Before the cards: a second click finds the same `Press`.
    open_begun()
    for at, (column, demo) in enumerate(zip(st.columns(len(DEMOS)), DEMOS, strict=True)):
        with column, st.container(border=True, height="stretch", key=f"card.{at}", gap="small"):
            st.button(
                demo.title,
                key=f"demo.{at}",
                icon=demo.icon,
                type="tertiary",
                on_click=begin,
                args=(demo, Press()),
            )
            st.markdown(demo.text)


def page_cards() -> None:
    """Shows a card for each page that has a summary; a click anywhere on it opens the page."""
    cards = [page for page in PAGES if page.summary]
    with st.container(key="pages"):
        for column, page in zip(st.columns(len(cards), gap="small"), cards, strict=True):
            with column, st.container(border=True, height="stretch", key=f"page.{page.name}"):
                # Not st.image: its file may be deleted before the browser requests it.
                st.html(f'<img src="{_picture(page.name)}" alt="">')
                st.page_link(page.path, label=f"**{page.title}**")
                st.caption(page.summary)
    with st.container(horizontal=True, gap="medium", key="more_pages"):
        st.page_link("pages/compare.py", label="**Compare** runs side by side")
        st.page_link("pages/runs.py", label="**Runs**: everything trained so far")


@cache
def _picture(page: str) -> str:
    png = (Path(__file__).parents[1] / "pictures" / f"{page}.png").read_bytes()
    return data_url(png)
