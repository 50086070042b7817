"""How soon pages are painted and complete, and whether they move while a run trains.

`python -m tests.bench.paint [--repeats N]`: in Chromium. Home of a new server is opened in a
browser that has not seen the app, first of one that `streamlit run app.py` started, then of one
that `ganlib dashboard` started, which imports the app before it answers. A browser has opened each
of the other pages before its first paint is timed. Charts of a run count from the request for its
page. Shift is the browser's cumulative layout shift, measured for some seconds on the page of a
training run.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from ganlib.runs import RunStore
from ganlib.ui.pages import PAGES
from tests.bench.slider import long_run
from tests.support.chromium import chromium
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer, served

_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# The sliders of Home's pictures are in the shadow root of their component.
_MOVES = """(() => {
  const parts = [...document.querySelectorAll(".st-key-replays *")].filter(one => one.shadowRoot)
  const sliders = parts.flatMap(one => [...one.shadowRoot.querySelectorAll("input[type=range]")])
  return sliders.some(one => one.style.getPropertyValue("--at") > 0) && performance.now()
})()"""
_CHARTS = """(() => {
  const drawn = document.querySelectorAll(".live-chart-plot .plot-container").length
  return drawn >= 3 && performance.now()
})()"""
_OBSERVE = """() => {
  window.shift = 0
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shift += entry.value
  }).observe({ type: "layout-shift", buffered: false })
}"""
_SECONDS = 20


def first_paint(page: Page, address: str) -> float:
    """Returns the seconds from the request for a page to its first contentful paint."""
    page.goto(address, wait_until="commit")
    page.wait_for_function(_FIRST_PAINT)
    return float(page.evaluate(_FIRST_PAINT)) / 1e3


def seconds_until(page: Page, condition: str) -> float:
    """Returns the seconds from the request for a page until a condition holds."""
    return float(page.wait_for_function(condition).json_value()) / 1e3


def on_home(browser: Browser, server: AppServer) -> str:
    """Measures Home in a browser that has not seen the app."""
    context = browser.new_context()
    page = context.new_page()
    painted = first_paint(page, server.url)
    moves = seconds_until(page, _MOVES)
    context.close()
    return f"first paint after {painted:.2f} s, a picture moves {moves - painted:.2f} s later"


def on_pages(browser: Browser, server: AppServer, repeats: int) -> None:
    """Prints the first paint of all pages, and the charts of a stored run, in a warm browser."""
    run = long_run(RunStore(server.runs), "toy/scalar", 100_000, 1_000)
    context = browser.new_context()
    page = context.new_page()
    for name in [one.name for one in PAGES]:
        first_paint(page, f"{server.url}/{name}")
        page.wait_for_timeout(3_000)
        times = [first_paint(page, f"{server.url}/{name}") for _ in range(repeats)]
        print(f"/{name}: first paint {np.median(times):.2f} s, at most {max(times):.2f} s")
    times = []
    for _ in range(repeats + 1):
        page.goto(f"{server.url}/toy?run={run.id}", wait_until="commit")
        times.append(seconds_until(page, _CHARTS))
    print(f"charts of a run: {np.median(times[1:]):.2f} s, at most {max(times[1:]):.2f} s")
    context.close()


def shift_while_training(browser: Browser, server: AppServer) -> float:
    """Returns the layout shift on the page of a training run once its charts are there."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    tab = Dashboard(page, server.url)
    tab.open("/toy")
    tab.set_knobs("toy/scalar", steps=100_000)
    tab.start()
    tab.wait_for_step(200)
    page.wait_for_function(_CHARTS)
    page.evaluate(_OBSERVE)
    time.sleep(_SECONDS)
    shift = float(page.evaluate("window.shift"))
    tab.button("stop").click()
    page.close()
    return shift


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        for module in ("streamlit", "ganlib.serve"):
            folder = Path(name) / module
            folder.mkdir()
            with served(folder, entry=("-m", module)) as server:
                print(f"Home of a new server, {module}: {on_home(browser, server)}")
                print(f"Home again: {on_home(browser, server)}")
        with served(Path(name)) as server:
            on_pages(browser, server, options.repeats)
            shift = shift_while_training(browser, server)
            print(f"layout shift in {_SECONDS} s of training: {shift:.4f}")


if __name__ == "__main__":
    main()
