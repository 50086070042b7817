"""The page Compare in a browser: links to it, its slider, and runs that go on."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from ganlib.events import Metrics
from ganlib.runs import RunStore
from tests.support import stored_runs
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer

_DRAWN = """() => Object.fromEntries([...document.querySelectorAll(".live-chart-plot")]
  .filter(plot => plot._fullData?.length)
  .map(plot => [plot.dataset.key, plot._fullData.map(trace =>
    [trace.name, trace.line?.color, trace.line?.dash, [...trace.x], [...trace.y]])]))"""
_CHARTS = 2 * 4 + 4 + 2
_SLIDER = ".st-key-compare_slider input[type=range]"
_SAMPLES = ".st-key-compare_samples"
_CHECKED = '[role="radio"][aria-checked="true"]'


def shown(tab: Dashboard, charts: int) -> dict[str, Any]:
    """What a reader sees: runs, choices, captions, images and curves."""
    page = tab.page
    page.wait_for_function(
        f"count => Object.keys(({_DRAWN})()).length === count && "
        f"[...document.querySelectorAll('{_SAMPLES} img')].every(one => one.src)",
        arg=charts,
    )
    images = page.locator(f"{_SAMPLES} img")
    return {
        "runs": page.locator(".st-key-runs").inner_text(),
        "choices": page.locator(_CHECKED).all_inner_texts(),
        "captions": captions(tab),
        "scores": page.locator(".st-key-compare_scores table").inner_text(),
        "images": images.evaluate_all("all => all.map(one => one.src)"),
        "curves": json.loads(page.evaluate(f"() => JSON.stringify(({_DRAWN})())")),
    }


def captions(tab: Dashboard) -> list[str]:
    """Step and quality of the samples of each run."""
    parts = tab.page.locator(f"{_SAMPLES} [data-testid=stMarkdown] p")
    # The first line is the name.
    return [text.splitlines()[-1].strip() for text in parts.all_inner_texts()]


def choose(tab: Dashboard, key: str, option: str) -> None:
    choice = tab.page.locator(f".st-key-{key}").get_by_role("radio", name=option)
    choice.click()
    expect(choice).to_have_attribute("aria-checked", "true")


@pytest.mark.slow
def test_a_link_shows_the_same_in_another_browser(
    server: AppServer, store: RunStore, open_tab: Callable[[AppServer], Dashboard]
) -> None:
    recipes = ("mnist/dcgan", "mnist/dcgan", "mnist/basic", "toy/plane")
    ids = [stored_runs.finished(store, recipe).id for recipe in recipes]
    tab = open_tab(server)
    tab.open("/compare?" + "&".join(f"runs={one}" for one in ids))
    shown(tab, charts=5)
    choose(tab, "align", "Best step")
    choose(tab, "axis", "Seconds")
    choose(tab, "layout", "Small multiples")
    tab.choose(
        tab.page.locator(".st-key-metrics input"),
        tab.page.get_by_role("option", name="Accuracy: real", exact=True),
    )
    # The open list hides all else from assistive technology.
    tab.page.keyboard.press("Escape")
    # Two metrics of all four runs, the quality of each run, the plane, and the distributions.
    here = shown(tab, charts=_CHARTS)
    assert len(here["images"]) == 3
    assert all(store.open(one).label().name in here["runs"] for one in ids)
    styles = {tuple(traces[-1][1:3]) for key, traces in here["curves"].items() if "Losses" in key}
    assert len(styles) == 4
    tab.page.wait_for_url(lambda url: "Accuracy" in url and "Seconds" in url)

    other = open_tab(server)
    other.page.goto(tab.page.url)
    assert shown(other, charts=_CHARTS) == here

    # The address to share also names the step.
    choose(tab, "align", "Same step")
    tab.page.locator(_SLIDER).press("Home")
    expect(tab.page.locator(_SAMPLES)).to_contain_text("Step 0")
    tab.button("share").click()
    code = tab.page.get_by_test_id("stCode")
    expect(code).to_contain_text("at=0")
    third = open_tab(server)
    third.page.goto(code.inner_text().strip())
    assert shown(third, charts=_CHARTS)["captions"] == captions(tab)
    assert all(one.startswith("Step 0") for one in captions(third))
    assert tab.complaints == other.complaints == third.complaints == []


@pytest.mark.slow
def test_eight_runs_of_two_recipes_of_which_two_are_live(
    server: AppServer, store: RunStore, open_tab: Callable[[AppServer], Dashboard]
) -> None:
    two = ("mnist/dcgan", "mnist/basic")
    ids = [stored_runs.finished(store, recipe).id for recipe in 3 * two]
    with ExitStack() as stack:
        writers = [stack.enter_context(stored_runs.training(store, one, steps=60)) for one in two]
        ids += [one.id for one in store.list()[:2]]
        tab, other = open_tab(server), open_tab(server)
        tab.open("/compare?" + "&".join(f"runs={one}" for one in ids))
        here = shown(tab, charts=3)
        assert len(here["images"]) == len(here["captions"]) == 8
        assert here["scores"].count("Running") == 2
        other.page.goto(tab.page.url)
        assert shown(other, charts=3) == here
        for writer in writers:
            writer.write(Metrics(21, stored_runs.rows(21, 30), 1.5))
            writer.write(stored_runs.samples_of("mnist/dcgan", 30))
        for one in (tab, other):
            newest = one.page.locator(_SAMPLES).get_by_text(re.compile("Step 30"))
            expect(newest).to_have_count(2)
        assert shown(other, charts=3)["curves"] == shown(tab, charts=3)["curves"]
        assert tab.complaints == other.complaints == []
        for writer in writers:
            writer.end("stopped")


@pytest.mark.slow
def test_a_comparison_is_presented_with_the_chosen_options(
    server: AppServer, store: RunStore, open_tab: Callable[[AppServer], Dashboard]
) -> None:
    ids = [stored_runs.finished(store, "mnist/dcgan").id for _ in range(2)]
    tab = open_tab(server)
    tab.open("/compare?" + "&".join(f"runs={one}" for one in ids))
    shown(tab, charts=3)
    choose(tab, "align", "Same time")
    label = tab.page.locator(".st-key-compare_slider .label")
    expect(label).to_have_text(re.compile(r"^newest · (\d+\.\d s|\d+:\d\d)$"))
    before = captions(tab)
    forms = [
        tab.page.locator(f".st-key-{key}")
        for key in ("runs", "group", "align", "metrics", "compare_distributions")
    ]
    tab.page.keyboard.press("p")
    expect(tab.button("present")).to_contain_text("End")
    for form in forms:
        expect(form).to_be_hidden()
    shown(tab, charts=2)
    assert captions(tab) == before
    expect(label).to_have_text(re.compile(r"s$|:\d\d$"))
    # Samples and curves beside each other.
    samples, curves = (tab.page.locator(f".st-key-compare_{one}") for one in ("samples", "curves"))
    left, right = samples.bounding_box(), curves.bounding_box()
    assert left is not None and right is not None
    assert left["x"] + left["width"] <= right["x"]
    tab.page.keyboard.press("p")
    for form in forms:
        expect(form).to_be_visible()
    assert tab.complaints == []


@pytest.mark.slow
def test_runs_that_go_on_move_nothing(
    server: AppServer, store: RunStore, open_tab: Callable[[AppServer], Dashboard]
) -> None:
    with ExitStack() as stack:
        writers = [stack.enter_context(stored_runs.training(store, steps=1_000)) for _ in range(2)]
        ids = [one.id for one in store.list()[:2]]
        tab = open_tab(server)
        tab.open("/compare?" + "&".join(f"runs={one}" for one in ids))
        shown(tab, charts=5)
        slider = tab.page.locator(_SLIDER)
        slider.press("Home")
        expect(tab.page.locator(_SAMPLES)).to_contain_text("Step 0")
        tab.page.evaluate("""() => {
          window.moved = 0
          new PerformanceObserver(list => {
            for (const entry of list.getEntries()) window.moved += entry.value
          }).observe({ type: "layout-shift" })
        }""")
        scores = tab.page.locator(".st-key-compare_scores table")
        for last in range(stored_runs.STEP + 10, stored_runs.STEP + 60, 10):
            for writer in writers:
                writer.write(Metrics(last - 9, stored_runs.rows(last - 9, last), last / 20))
                writer.write(stored_runs.samples_of("toy/scalar", last))
            expect(scores).to_contain_text(f"step {last:,} of 1,000")
        assert all(one.startswith("Step 0") for one in captions(tab))
        assert slider.input_value() == "0"
        curves = shown(tab, charts=5)["curves"]["compare.Losses: generator"]
        assert [max(np.array(trace[3])) for trace in curves] == [last, last]
        assert tab.page.evaluate("window.moved") <= 0.02
        assert tab.complaints == []
        for writer in writers:
            writer.end("stopped")
