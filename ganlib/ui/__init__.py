"""The parts of the dashboard. Only this package and the pages import Streamlit."""

from pathlib import Path

from ganlib.ui.compare.page import compare_runs
from ganlib.ui.distributions.page import distributions
from ganlib.ui.home.home import demo_cards, example_replays, page_cards
from ganlib.ui.home.recovery import interrupted_runs
from ganlib.ui.home.tour import tour, tour_button
from ganlib.ui.launch.launch_page import family_page
from ganlib.ui.pages import all_pages
from ganlib.ui.runs.queue import cap_input, queue_panel
from ganlib.ui.runs.runs_table import runs_table
from ganlib.ui.search.page import search_page
from ganlib.ui.server.login import allowed_pages, guard
from ganlib.ui.server.server import start

ICON = str(Path(__file__).with_name("icon.png"))

__all__ = [
    "ICON",
    "all_pages",
    "allowed_pages",
    "cap_input",
    "compare_runs",
    "demo_cards",
    "distributions",
    "example_replays",
    "family_page",
    "guard",
    "interrupted_runs",
    "page_cards",
    "queue_panel",
    "runs_table",
    "search_page",
    "start",
    "tour",
    "tour_button",
]
