"""Pages load without complaints of the browser, and how soon they are there."""

import time
from collections.abc import Callable

import pytest

from tests.support.cases import slow_but
from tests.support.dashboard import Dashboard

PATHS = ["/", "/toy", "/mnist", "/distributions", "/compare", "/runs"]


@pytest.mark.parametrize("path", slow_but(["/toy"], PATHS))
def test_first_paint(path: str, dashboard: Dashboard, tell: Callable[[str], None]) -> None:
    tab = dashboard
    # The second time, the browser has Streamlit's own scripts, as after any other page.
    for browser in ("cold", "warm"):
        began = time.monotonic()
        tab.open(path)
        tell(f"{path}: heading {time.monotonic() - began:.2f} s, {browser} browser")
    # Late complaints would come with the scripts of the page's own parts.
    tab.page.wait_for_load_state("networkidle")
    assert tab.complaints == []


def test_pages_through_the_navigation(dashboard: Dashboard, tell: Callable[[str], None]) -> None:
    dashboard.open("/")
    for title in ("Toy", "MNIST", "Runs"):
        began = time.monotonic()
        dashboard.go_to(title)
        dashboard.page.get_by_test_id("stHeading").filter(has_text=title).wait_for()
        tell(f"{title}: heading {time.monotonic() - began:.2f} s after a click in the navigation")
    assert dashboard.complaints == []
