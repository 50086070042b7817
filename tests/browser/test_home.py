"""Home in a browser: replays that play by themselves, cards as large buttons, and the tour."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from ganlib.ui.home.tour import TOUR
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer

# Processor time of the page's main thread, which does not depend on what else the machine does.
MOVES_WITHIN_S = 1.0
_SLIDERS = ".st-key-replays input[type=range]"
_POSITIONS = """sliders => sliders.map(one => Number(one.style.getPropertyValue("--at")))"""
# What is to be done as soon as there is time is done after more than a tick of the page.
_BUSY = """() => {
  const later = window.setTimeout
  window.setTimeout = (todo, ms, ...rest) => later(todo, ms === 0 ? 1500 : ms, ...rest)
}"""


def _positions(page: Page) -> list[float]:
    found: list[float] = page.locator(_SLIDERS).evaluate_all(_POSITIONS)
    return found


def _begin_tour(dashboard: Dashboard) -> Locator:
    """Begins the tour on Home; returns its panel."""
    dashboard.open("/")
    dashboard.button("tour-start").click()
    return dashboard.page.locator(".st-key-tour")


def _main_thread_s(metrics: dict[str, list[dict[str, float]]]) -> float:
    return next(each["value"] for each in metrics["metrics"] if each["name"] == "TaskDuration")


def test_replays_play_at_once_and_stop_where_they_are_taken(dashboard: Dashboard) -> None:
    dashboard.open("/")
    page = dashboard.page
    first = page.locator(_SLIDERS).first
    first.wait_for()
    _wait_for_motion(page)
    first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    taken = _positions(page)[0]
    assert 0 < taken < 0.1
    _wait_for_motion(page, at=1)
    assert _positions(page)[0] == taken
    page.locator(".st-key-replays .replay").first.get_by_role("button").click()
    _wait_for_motion(page)
    assert dashboard.complaints == []


def _wait_for_motion(page: Page, at: int = 0) -> None:
    """Waits until the replay with that position has moved."""
    before, deadline = _positions(page)[at], time.monotonic() + 30
    while _positions(page)[at] == before:
        assert time.monotonic() < deadline, "nothing moves"
        time.sleep(0.05)


def test_still_pictures_where_motion_is_not_wanted(browser: Browser, server: AppServer) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url)
    page.locator(_SLIDERS).first.wait_for()
    positions = _positions(page)
    assert set(positions) == {1.0}
    time.sleep(1)
    assert _positions(page) == positions
    context.close()


@pytest.mark.slow
def test_the_first_picture_moves_soon_after_the_first_paint(
    browser: Browser, server: AppServer, tell: Callable[[str], None]
) -> None:
    for turn in ("cold", "warm"):
        context = browser.new_context()
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(server.url, wait_until="commit")
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        painted = _main_thread_s(session.send("Performance.getMetrics"))
        page.locator(_SLIDERS).first.wait_for()
        while not max(_positions(page)) > 0:
            time.sleep(0.01)
        moved = _main_thread_s(session.send("Performance.getMetrics"))
        tell(f"{turn}: {painted:.2f} s to the first paint, {moved - painted:.2f} s to motion")
        context.close()
    assert moved - painted <= MOVES_WITHIN_S


def test_an_example_opens_as_a_run_that_cannot_be_changed(dashboard: Dashboard) -> None:
    dashboard.open("/")
    # Anywhere on the picture.
    dashboard.page.locator(".st-key-replays .replay").first.click(position={"x": 60, "y": 60})
    dashboard.page.wait_for_url("**/quickdraw?run=*")
    expect(dashboard.page.locator(".st-key-run_status")).to_contain_text("Finished")
    expect(dashboard.heading).to_have_text("Apples")
    for key in ("rename", "fork", "resume", "pause", "stop"):
        expect(dashboard.button(key)).to_have_count(0)
    assert dashboard.complaints == []


def _settled_box(card: Locator) -> FloatRect:
    """Place and size of a card after the pictures above and in it have been loaded."""
    box = None
    while box is None or box != card.bounding_box():
        box = card.bounding_box()
        time.sleep(0.5)
    return box


@pytest.mark.slow
def test_cards_are_buttons_and_links_as_a_whole(dashboard: Dashboard) -> None:
    page = dashboard.page
    for selector, address in (
        (".st-key-card-2", "**/toy"),
        (".st-key-page-mnist", "**/mnist"),
        (".st-key-page-distributions", "**/distributions*"),
    ):
        dashboard.open("/")
        card = page.locator(selector)
        size = _settled_box(card)
        # Its lower right corner, far from the title.
        card.click(position={"x": size["width"] - 12, "y": size["height"] - 12})
        page.wait_for_url(address)


@pytest.mark.slow
def test_the_tour_leads_through_the_app(dashboard: Dashboard) -> None:
    page = dashboard.page
    panel = _begin_tour(dashboard)
    for at, step in enumerate(TOUR, 1):
        expect(panel).to_contain_text(f"{at} of {len(TOUR)}")
        expect(panel).to_contain_text(step.title)
        if step.title == "Start a GAN":
            dashboard.button("tour-go").click()
            page.wait_for_url("**/toy?run=*")
        elif step.title == "Pause and look":
            dashboard.wait_for_step(above=200)
            dashboard.button("pause").click()
        elif step.title == "Go back in time":
            page.locator(".st-key-run_slider input[type=range]").focus()
            page.keyboard.press("ArrowLeft")
        elif step.title == "Train one network at a time":
            page.locator(".st-key-manual_control").get_by_text("Slow motion").click()
        elif step.title == "Change a setting live":
            page.locator(".st-key-manual_control").get_by_text("Change settings").click()
            rate = page.get_by_role("textbox", name="Generator learning rate")
            rate.fill("0.01")
            rate.press("Enter")
            dashboard.button("apply_changes").click()
            page.keyboard.press("Escape")
            dashboard.button("resume").click()
        elif dashboard.button("tour-go").count():
            dashboard.button("tour-go").click()
        expect(panel).to_contain_text("Done")
        if step.title == "Change a setting live":
            dashboard.stop()
        if at < len(TOUR):
            dashboard.button("tour-next").click()
    dashboard.button("tour-end").click()
    expect(panel).to_have_count(0)
    assert dashboard.complaints == []


@pytest.mark.slow
def test_a_click_counts_once_when_timers_come_before_it(dashboard: Dashboard) -> None:
    """Streamlit's page reports a click when the browser has time; timers report all there is."""
    page = dashboard.page
    panel = _begin_tour(dashboard)
    dashboard.button("tour-go").click()
    page.wait_for_url("**/toy?run=*")
    expect(panel).to_contain_text("Done")
    page.evaluate(_BUSY)
    dashboard.button("tour-next").click()
    expect(panel).to_contain_text(f"2 of {len(TOUR)}")
    # Until the browser has reported the click, and timers have come once more.
    page.wait_for_timeout(4_000)
    expect(panel).to_contain_text(f"2 of {len(TOUR)}")
