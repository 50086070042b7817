"""The Home page: replays of example runs, three ways to begin, active runs, and the pages."""

from functools import cache
from pathlib import Path

import streamlit as st

from ganlib import recipes
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.grid import data_url
from ganlib.ui.components.replay import replays
from ganlib.ui.home.demos import DEMOS, begin
from ganlib.ui.pages import PAGES
from ganlib.ui.run.status_line import run_line, state_badge
from ganlib.ui.run.waiting import cancel_button, delete_popover, is_queued_here, show_refused
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_run

_TICK_S = 2.0
_STYLE = Path(__file__).with_name("home.css")


def example_replays() -> None:
    """Plays through the example runs; each opens as a run."""
    st.html(_STYLE)
    opened = replays(server().replays.cards(), key="replays")
    if opened:
        with errors_shown():
            open_run(manager().store.open(opened))


def demo_cards() -> None:
    """Shows a large card for each demo, which begins it wherever it is clicked."""
    pressed = None
    for at, (column, demo) in enumerate(zip(st.columns(len(DEMOS)), DEMOS, strict=True)):
        with column, st.container(border=True, height="stretch", key=f"card.{at}", gap="small"):
            if st.button(demo.title, key=f"demo.{at}", icon=demo.icon, type="tertiary"):
                pressed = demo
            st.markdown(demo.text)
    if pressed:
        with errors_shown():
            begin(pressed)


def page_cards() -> None:
    """Shows a card for each page that has a summary; a click anywhere on it opens the page."""
    cards = [page for page in PAGES if page.summary]
    with st.container(key="pages"):
        for column, page in zip(st.columns(len(cards), gap="small"), cards, strict=True):
            with column, st.container(border=True, height="stretch", key=f"page.{page.name}"):
                # HTML instead of st.image, whose files may be deleted before the browser asks.
                st.html(f'<img src="{_picture(page.name)}" alt="">')
                st.page_link(page.path, label=f"**{page.title}**")
                st.caption(page.summary)


@cache
def _picture(page: str) -> str:
    png = (Path(__file__).parents[1] / "pictures" / f"{page}.png").read_bytes()
    return data_url(png)


@st.fragment(run_every=_TICK_S)
def running_now() -> None:
    """Shows the running runs, then the queued ones in order, including those of other processes."""
    active = [(run, run.status()) for run in manager().store.active()]
    show_refused()
    if not active:
        st.caption("Nothing is training now.")
    # Running runs first: they have no place in the queue.
    active.sort(key=lambda pair: pair[1].queued)
    training = sum(not status.queued for _, status in active)
    for place, (run, status) in enumerate(active, 1 - training):
        state = state_badge(status)
        if status.queued:
            state += f", no. {place}"
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(run_line(run, status, state))
            known = run.recipe in recipes.all_recipes()
            if known and st.button("Watch", key=f"watch.{run.id}", icon=":material/visibility:"):
                open_run(run)
            if is_queued_here(run.id, status):
                cancel_button(run)
                delete_popover(run)
