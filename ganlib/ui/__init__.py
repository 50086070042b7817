"""The parts of the dashboard. Only this package and the pages import Streamlit."""

from pathlib import Path

from ganlib.ui.browse.home import flush_links, page_cards, running_now, start_demo
from ganlib.ui.browse.recovery import interrupted_runs
from ganlib.ui.browse.runs_table import runs_table
from ganlib.ui.compare.page import distributions
from ganlib.ui.pages import all_pages
from ganlib.ui.server.login import allowed_pages, guard
from ganlib.ui.server.server import start
from ganlib.ui.train.training_page import training_page

ICON = str(Path(__file__).with_name("icon.png"))

__all__ = [
    "ICON",
    "all_pages",
    "allowed_pages",
    "distributions",
    "flush_links",
    "guard",
    "interrupted_runs",
    "page_cards",
    "running_now",
    "runs_table",
    "start",
    "start_demo",
    "training_page",
]
