"""The dashboard as a user in a browser meets it: by its keys, never by its looks."""

import json
import re
import time
from typing import Any

from playwright.sync_api import (
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    TimeoutError,
    expect,
)

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.knobs import CHALLENGES, meta
from ganlib.ui.form.config_form import FIRST

# Streamlit looks for its own address level by level: /toy/_stcore/health, then /_stcore/health.
_PROBES = re.compile(r"/\w+/_stcore/(health|host-config)$")

_LOSS = ".st-key-live_loss .live-chart-plot"
_SAMPLES = ".st-key-live_samples .live-chart-plot"

Curves = dict[str, list[list[float]]]


class Dashboard:
    """One tab of a browser.

    Args:
        page: the tab.
        url: of the server.

    Attributes:
        page: the tab, for what is not named here.
        complaints: what the browser's console and network said that it should not have.
    """

    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("response", self._on_response)
        page.on("requestfailed", self._on_failure)

    def open(self, path: str) -> None:
        """Goes to an address of the server and waits for its heading."""
        self.page.goto(self.url + path)
        self.heading.wait_for()

    def go_to(self, title: str) -> None:
        """Changes the page through the navigation, which keeps the session."""
        self.page.get_by_test_id("stTopNavLink").filter(has_text=title).click()
        self.page.wait_for_url(re.compile(rf"/{title.lower()}(\?|$)"))

    @property
    def heading(self) -> Locator:
        return self.page.get_by_test_id("stHeading").first

    def button(self, key: str) -> Locator:
        """The button with that key; there must be exactly one."""
        return self.page.locator(f".st-key-{key} button")

    @property
    def status(self) -> Locator:
        """The status line."""
        return self.page.locator(".st-key-run_status")

    def step(self) -> int:
        """The step that the status line says."""
        said = re.search(r"step ([\d,]+) of", self.status.inner_text())
        assert said, self.status.inner_text()
        return int(said[1].replace(",", ""))

    def wait_for_step(self, above: int) -> int:
        """Waits until the status line says a later step, and returns that."""
        self.page.wait_for_function(
            """above => {
              const line = document.querySelector(".st-key-run_status")
              const said = /step ([\\d,]+) of/.exec(line?.innerText ?? "")
              return said && Number(said[1].replaceAll(",", "")) > above
            }""",
            arg=above,
        )
        return self.step()

    def run_id(self) -> str:
        """The run that the address names."""
        found = re.search(r"[?&]run=([0-9a-f-]+)", self.page.url)
        assert found, self.page.url
        return found[1]

    def choose_recipe(self, page: str, name: str) -> None:
        """Picks a recipe by its name."""
        self.page.locator(f'.st-key-{page}-recipes [data-name="{name}"]').click()
        self.knob(name, "steps").wait_for(state="attached")

    def choose_data(self, recipe: str, name: str) -> None:
        """Picks a target or dataset by its name in code."""
        self.page.locator(f'[class*="{_css(recipe)}-"] [data-name="{name}"]').click()

    def choose(self, box: Locator, option: Locator) -> None:
        """Picks an option, as often as a page that is just drawn anew closes the list again."""
        for _ in range(10):
            box.click()
            try:
                option.click(timeout=5_000)
            except TimeoutError:
                continue
            return
        raise AssertionError(f"{option} could not be chosen")

    def knob(self, recipe: str, name: str) -> Locator:
        """The input of a knob in the form."""
        return self.page.locator(f".st-key-{_css(f'{recipe}:{name}')} input")

    def set_knobs(self, recipe: str, **values: float) -> None:
        """Types numbers into the form."""
        known = recipes.all_recipes().get(recipe)
        # The server may know recipes that this process does not.
        fields = (known.Config if known else RunConfig).model_fields
        for name, value in values.items():
            group = meta(fields[name])["group"] if name in fields else ""
            field = self.knob(recipe, name)
            if group != "Data" and name not in FIRST and not field.is_visible():
                self.open_advanced()
                if group in CHALLENGES:
                    self.page.get_by_role("tab", name=group).click()
            field.fill(str(value))
            field.press("Enter")
            expect(field).to_have_value(str(value))

    def open_advanced(self) -> None:
        """Opens the part of the form with all settings, if it is closed."""
        if self.part("Advanced").get_attribute("open") is None:
            self.unfold("Advanced")

    def part(self, title: str) -> Locator:
        """A part of the page that can be folded."""
        parts = self.page.get_by_test_id("stExpander").filter(
            has=self.page.locator("summary", has_text=title)
        )
        return parts.locator("details")

    def unfold(self, title: str) -> None:
        """Opens a part of the page that is folded."""
        expect(self.part(title)).not_to_have_attribute("open", "")
        self.part(title).locator("summary").click()
        expect(self.part(title)).to_have_attribute("open", "")

    def start(self) -> str:
        """Presses Start and returns the new run's id."""
        before = self.page.url
        self.button("start").click()
        self.page.wait_for_function(
            "before => location.href !== before && location.search.includes('run=')", arg=before
        )
        return self.run_id()

    def stop(self) -> None:
        """Presses Stop and waits for the run's end."""
        self.button("stop").click()
        expect(self.status).to_contain_text("Stopped")

    def wait_for_points(self) -> None:
        """Waits until the loss chart has drawn points."""
        self.page.wait_for_function(
            "plot => document.querySelector(plot)?._fullData?.some(trace => trace.x?.length)",
            arg=_LOSS,
        )

    def loss_curves(self) -> Curves:
        """x of every curve of the loss chart as Plotly drew it, by name."""
        return self._curves(_LOSS, "x")

    def histogram(self) -> Curves:
        """y of every curve of the histogram as Plotly drew it, by name; waits until it has."""
        self.page.wait_for_function(
            "plot => document.querySelector(plot)?._fullData?.length", arg=_SAMPLES
        )
        return self._curves(_SAMPLES, "y")

    def wait_for_histogram_other_than(self, curves: Curves, name: str) -> None:
        """Waits until that curve of the histogram is not what it was."""
        self.page.wait_for_function(
            """([plot, name, before]) => {
              const traces = document.querySelector(plot)?._fullData ?? []
              const now = traces.filter(trace => trace.name === name).map(trace => [...trace.y])
              return now.length && JSON.stringify(now) !== before
            }""",
            arg=[_SAMPLES, name, _json(curves[name])],
        )

    def wait_for_updates(self, count: int) -> None:
        """Waits until the loss chart was drawn with new data so many times."""
        self.page.evaluate(
            """plot => {
              const node = document.querySelector(plot)
              window.updates = 0
              let last = null
              node.on("plotly_afterplot", () => {
                const now = node._fullData[0].x.at(-1)
                if (last !== null && now !== last) window.updates += 1
                last = now
              })
            }""",
            _LOSS,
        )
        self.page.wait_for_function("count => window.updates >= count", arg=count)

    def zoom_into_loss(self) -> list[float]:
        """Draws a box over the loss chart with the mouse; returns the x axis' new range."""
        before = self.loss_range()
        area = self.page.locator(f"{_LOSS} .nsewdrag").first.bounding_box()
        assert area
        x, y = area["x"], area["y"] + area["height"] / 2
        self.page.mouse.move(x + 0.2 * area["width"], y)
        self.page.mouse.down()
        self.page.mouse.move(x + 0.4 * area["width"], y + 2, steps=5)
        self.page.mouse.move(x + 0.5 * area["width"], y + 2, steps=5)
        self.page.mouse.up()
        self.page.wait_for_function(
            """([plot, before]) => {
              const { range, autorange } = document.querySelector(plot)._fullLayout.xaxis
              return !autorange && JSON.stringify(range) !== before
            }""",
            arg=[_LOSS, _json(before)],
        )
        return self.loss_range()

    def loss_range(self) -> list[float]:
        """First and last x that the loss chart shows."""
        found: list[float] = self.page.evaluate(
            "plot => document.querySelector(plot)._fullLayout.xaxis.range.map(Number)", _LOSS
        )
        return found

    def mark_loss_node(self) -> None:
        """Leaves a mark on the chart's node that no other node has."""
        self.page.evaluate("plot => { document.querySelector(plot).marked = true }", _LOSS)

    def loss_node_is_marked(self) -> bool:
        return bool(
            self.page.evaluate("plot => document.querySelector(plot).marked === true", _LOSS)
        )

    def picture(self, key: str) -> Locator:
        """An image grid."""
        return self.page.locator(f".st-key-{key} img")

    def _curves(self, plot: str, axis: str) -> Curves:
        pairs: list[list[Any]] = self.page.evaluate(
            """([plot, axis]) => (document.querySelector(plot)?._fullData ?? [])
              .map(trace => [trace.name, [...trace[axis]]])""",
            [plot, axis],
        )
        curves: Curves = {}
        for name, values in pairs:
            curves.setdefault(name, []).append(values)
        return curves

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _expected(message.location.get("url", "")):
            self.complaints.append(f"console: {message.text} {message.location}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not _expected(response.url):
            self.complaints.append(f"{response.status}: {response.url}")

    def _on_failure(self, request: Request) -> None:
        # What the browser itself gave up, because it went elsewhere, is no failure.
        if "ERR_ABORTED" not in (request.failure or "") and not _expected(request.url):
            self.complaints.append(f"{request.failure}: {request.url}")


def seconds_since(moment: float) -> str:
    """For the figures that are printed."""
    return f"{time.monotonic() - moment:.1f} s"


def _expected(url: str) -> bool:
    return _PROBES.search(url) is not None


def _css(key: str) -> str:
    """A key as it stands in the name of a CSS class."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", key)


def _json(values: Any) -> str:
    """As JSON.stringify writes it."""
    return json.dumps(values, separators=(",", ":"))
