"""The Home page: demos, a card for each page, and the active runs."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ganlib import recipes
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.grid import data_url
from ganlib.ui.pages import PAGES
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_run, record_start


@dataclass(frozen=True)
class Demo:
    """Runs that one button starts, to be compared with each other.

    Args:
        label: text of the button.
        icon: Streamlit's name of a Material icon.
        help: one sentence on what the user will see.
        runs: (recipe, settings that differ from its defaults) of each. The page shows the first
            run and compares it with the second.
    """

    label: str
    icon: str
    help: str
    runs: tuple[tuple[str, dict[str, object]], ...]


DEMOS = (
    Demo(
        "Start the toy demo",
        ":material/play_arrow:",
        "Noise becomes a distribution with two peaks, in about 15 seconds.",
        (("toy/scalar", {}),),
    ),
    Demo(
        "Mode collapse, and the cure",
        ":material/blur_off:",
        "Two GANs learn eight peaks on a ring: first a plain GAN, which misses half of the peaks "
        "or more, then the same networks with techniques that prevent this, which find all eight.",
        (("toy/plane", {"preset": "plain GAN"}), ("toy/plane", {"preset": "cured"})),
    ),
)


def start_demo() -> None:
    """Shows buttons that start a demo and open its page; the form there does not change."""
    pressed = None
    with st.container(horizontal=True):
        for at, demo in enumerate(DEMOS):
            if st.button(
                demo.label,
                key=f"demo.{at}",
                type="secondary" if at else "primary",
                icon=demo.icon,
            ):
                pressed = demo
    st.caption(" ".join(f"**{demo.label}**: {demo.help}" for demo in DEMOS))
    if pressed is None:
        return
    with errors_shown():
        ids = [
            server().submit(name, recipes.get(name).parse(dict(values)))
            for name, values in pressed.runs
        ]
        record_start(ids[0])
        if ids[1:]:
            st.switch_page("pages/compare.py", query_params={"runs": ids})
        open_run(manager().store.open(ids[0]))


def flush_links() -> AbstractContextManager[Any]:
    """Returns a container whose page links are aligned with texts and images."""
    st.html("<style>.st-key-flush_links a { position: relative; left: -0.5rem }</style>")
    return st.container(key="flush_links")


def page_cards() -> None:
    """Shows a card with image, link and summary for each page that has a summary."""
    cards = [page for page in PAGES if page.summary]
    for column, page in zip(st.columns(len(cards), gap="small"), cards, strict=True):
        with column, st.container(border=True, height="stretch"):
            # HTML instead of st.image, whose files may be deleted before the browser requests them.
            st.html(f'<img src="{_picture(page.name)}" alt="" style="{_PICTURE_STYLE}">')
            st.page_link(page.path, label=f"**{page.title}**")
            st.caption(page.summary)


_PICTURE_STYLE = (
    "display:block;width:100%;max-width:12rem;aspect-ratio:1;object-fit:cover;border-radius:6px"
)


@cache
def _picture(page: str) -> str:
    png = (Path(__file__).parents[1] / "pictures" / f"{page}.png").read_bytes()
    return data_url(png)
