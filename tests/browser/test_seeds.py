"""Five seeds from the page Toy to their comparison, and back to it from the table of runs."""

import re

import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

SCALAR = "toy/scalar"
_TRACES = """() => [...document.querySelectorAll(".live-chart-plot")]
  .find(plot => plot.dataset.key === "compare.Losses: generator")
  ?._fullData?.map(trace => [trace.name, trace.fill ?? "none", trace.x.length])"""


@pytest.mark.slow
def test_five_seeds_and_their_comparison(dashboard: Dashboard, store: RunStore) -> None:
    tab, page = dashboard, dashboard.page
    known = {summary.id for summary in store.list()}
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=200)
    seeds = page.locator(".st-key-start-seeds input")
    seeds.fill("5")
    seeds.press("Enter")
    expect(tab.button("start")).to_contain_text("Start")
    tab.button("start").dblclick()
    page.wait_for_url("**/compare?*")
    started = [row for row in reversed(store.list()) if row.id not in known]
    assert [row.values["seed"] for row in started] == [0, 1, 2, 3, 4]
    assert re.findall("runs=([^&]+)", page.url) == [row.id for row in started]

    tables = page.locator(".st-key-compare_scores table")
    group = started[0].label.group
    expect(tables.first).to_contain_text(f"{group} (5 runs)")
    expect(tables.first.locator("tbody")).to_contain_text("Ended")
    expect(tables.first.locator("tbody")).to_contain_text(re.compile(r"\(seed [0-4]\)"))
    expect(tables.last.locator("tbody tr")).to_have_count(5)
    # Band and mean of the five.
    page.wait_for_function(f"() => ({_TRACES})()?.length === 2")
    (_, fill, _), (name, _, points) = page.evaluate(_TRACES)
    assert (name, fill) == (f"{group} (5 runs)", "toself")
    assert points == 200
    samples = page.locator(".st-key-compare_samples .live-chart-plot")
    expect(samples).to_have_count(5)

    # One click in the table of runs opens the same.
    address = page.url
    tab.open(f"/runs?groups={group.replace('#', '%23')}")
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box
    page.mouse.click(box["x"] + 1050, box["y"] + 60)
    page.wait_for_url(address)
    expect(tables.first).to_contain_text(f"{group} (5 runs)")
