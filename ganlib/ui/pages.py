"""The dashboard's pages. A new page is a file in `pages/` and a row of `PAGES`."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class PageSpec:
    """A page of the dashboard.

    Args:
        name: the file `pages/<name>.py`, and the page's address.
        title: shown in the menu.
        icon: Streamlit's name of a Material icon.
        summary: one sentence for the page's card on Home; a page without one gets no card.
            The card's picture is `ganlib/ui/pictures/<name>.png`.
    """

    name: str
    title: str
    icon: str
    summary: str = ""

    @property
    def path(self) -> str:
        """The file, relative to app.py."""
        return f"pages/{self.name}.py"


PAGES = (
    PageSpec("home", "Home", ":material/home:"),
    PageSpec(
        "toy",
        "Toy",
        ":material/show_chart:",
        "Learn a distribution of numbers or points in seconds.",
    ),
    PageSpec(
        "mnist",
        "MNIST",
        ":material/grid_view:",
        "Learn to draw handwritten digits or clothes.",
    ),
    PageSpec("quickdraw", "Quick Draw", ":material/draw:", "Learn to doodle any of 345 things."),
    PageSpec(
        "wgan",
        "WGAN",
        ":material/balance:",
        "Train a critic that measures a distance, or use spectral normalisation.",
    ),
    PageSpec(
        "distributions",
        "Distributions",
        ":material/bar_chart:",
        "Compare real with generated values, or two columns of your own table.",
    ),
    PageSpec("search", "Search", ":material/search:"),
    PageSpec("compare", "Compare", ":material/compare:"),
    PageSpec("runs", "Runs", ":material/list:"),
)


def all_pages() -> list[st.Page]:
    """Returns Streamlit's page objects; the first is the default page."""
    return [
        st.Page(page.path, title=page.title, icon=page.icon, default=page is PAGES[0])
        for page in PAGES
    ]
