"""How soon a page is there, and what the browser says about it."""

import time
from collections.abc import Callable

import pytest

from tests.support.cases import slow_but
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer

PATHS = ["/", "/toy", "/mnist", "/distributions", "/runs"]


@pytest.fixture(scope="module")
def warm_server(shared_server: AppServer, browser) -> AppServer:
    """Every page has been asked for once, and TensorFlow has been loaded."""
    page = browser.new_context().new_page()
    for path in PATHS:
        tab = Dashboard(page, shared_server.url)
        tab.open(path)
    page.close()
    return shared_server


@pytest.mark.parametrize("path", slow_but(["/toy"], PATHS))
def test_first_paint(
    path: str,
    warm_server: AppServer,
    server: AppServer,
    open_tab: Callable[[AppServer], Dashboard],
    tell: Callable[[str], None],
) -> None:
    tab = open_tab(server)
    began = time.monotonic()
    tab.open(path)
    heading_s = time.monotonic() - began
    tab.page.wait_for_function(
        "() => performance.getEntriesByName('first-contentful-paint').length"
    )
    paint_ms = tab.page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    tell(
        f"{path}: first contentful paint {paint_ms / 1000:.2f} s, heading {heading_s:.2f} s, "
        "cold browser"
    )
    assert 0 < paint_ms / 1000 < 60

    # The browser has Streamlit's own scripts now, as after any other page.
    began = time.monotonic()
    tab.page.reload()
    tab.heading.wait_for()
    tell(f"{path}: heading {time.monotonic() - began:.2f} s, warm browser")
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
