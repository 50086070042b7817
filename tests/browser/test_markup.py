"""What a user calls a run, and what stands in an address, is shown as it is and does nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from ganlib.runs import RunStore
from tests.support.cases import slow_but
from tests.support.dashboard import Dashboard

# Each would show in its own way: a script that runs, a picture that is asked for, a link,
# bold text, a formula, an icon, a colour, an entity, and what Plotly fills in.
NAME = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    "![p](http://evil.test/p.png)[l](http://evil.test/) **b** $x^2$ :material/home: :red[r] &lt; "
    "%{x} _i_"
)
EVIL = "evil.test"
NOTE = '<svg onload="window.hacked=1"> **note** ![q](http://evil.test/q.png)'
TWO_STEPS = {"steps": 40, "sample_every": 20}


@pytest.fixture
def asked(dashboard: Dashboard) -> Iterator[list[str]]:
    """Addresses elsewhere that the browser asked for, of which there must be none."""
    urls: list[str] = []
    dashboard.page.on(
        "request",
        lambda one: urls.append(one.url) if urlsplit(one.url).hostname == EVIL else None,
    )
    yield urls
    assert urls == []


def _shown(part: Locator) -> str:
    """Its text, as far as it can be seen."""
    return part.inner_text().replace("\u2060", "")


def check_nothing_happened(tab: Dashboard) -> None:
    assert tab.page.evaluate("window.hacked") is None
    for selector in ('a[href*="evil.test"]', 'img[src*="evil.test"]', 'img[src="x"]', ".katex"):
        expect(tab.page.locator(selector)).to_have_count(0)


def test_names_and_notes(dashboard: Dashboard, store: RunStore, asked: list[str]) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs("toy/scalar", **TWO_STEPS)
    runs = []
    for _ in range(2):
        runs.append(tab.start())
        expect(tab.status).to_contain_text("Finished")
        tab.button("new_run").click()
    for at, run_id in enumerate(runs):
        store.rename(run_id, f"{NAME}{at}")
        store.annotate(run_id, NOTE)

    tab.open(f"/toy?run={runs[0]}")
    expect(tab.status).to_contain_text("window.hacked")
    assert NOTE in _shown(tab.status)
    assert f"{NAME}0" in _shown(tab.heading)
    check_nothing_happened(tab)

    tab.open("/runs")
    cells = tab.page.get_by_test_id("data-grid-canvas").locator("td")
    expect(cells.filter(has_text=f"{NAME}1")).to_be_attached()
    box = tab.page.get_by_test_id("data-grid-canvas").bounding_box()
    assert box
    height = box["height"] / 3
    tab.page.mouse.click(box["x"] + height / 2, box["y"] + height * 1.5)
    name = tab.page.get_by_role("textbox", name="Name")
    short = "<b>a</b> **b** ![p](http://evil.test/p.png) $x$ :material/home:"
    name.fill(short)
    name.press("Tab")
    expect(cells.filter(has_text=short)).to_be_attached()
    tab.button("delete").click()
    deleted = tab.page.get_by_text("Deleted:")
    expect(deleted).to_contain_text("<b>a</b>")
    assert short in _shown(deleted)
    tab.button("undo").click()
    expect(cells.filter(has_text=short)).to_be_attached()
    check_nothing_happened(tab)

    store.rename(runs[1], f"{NAME}1")
    tab.open(f"/compare?runs={runs[0]}&runs={runs[1]}")
    table = tab.page.locator(".compare-table").first
    for at in range(2):
        expect(table).to_contain_text(f"{NAME}{at}")
    check_nothing_happened(tab)


ADDRESSES = [
    "![p](http://evil.test/p.png)",
    '<img src=x onerror="window.hacked=1">',
    "[l](http://evil.test/)",
    "../../../etc/passwd",
    "$x^2$ :material/home: **b**",
]


@pytest.mark.parametrize("run_id", slow_but(ADDRESSES[:1], ADDRESSES))
def test_addresses(dashboard: Dashboard, asked: list[str], run_id: str) -> None:
    tab = dashboard
    tab.page.goto(f"{tab.url}/toy?run={re.sub('[^a-z.]', lambda c: f'%{ord(c[0]):02x}', run_id)}")
    alert = tab.page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("A run id is a date, a time and 12 letters or digits")
    assert f"Received: {run_id!r}" in _shown(alert)
    check_nothing_happened(tab)


@pytest.mark.slow
def test_the_name_of_a_column(dashboard: Dashboard, asked: list[str], tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    column = "<img src=x onerror=window.hacked=1>![p](http://evil.test/p.png)"
    path.write_text("\n".join([f'"{column}"', *map(str, range(50))]))
    tab = dashboard
    tab.open("/toy")
    tab.page.get_by_role("button", name="Your table").click()
    tab.page.locator("input[type=file]").set_input_files(path)
    expect(tab.page.get_by_text("50 of 50 rows are used")).to_be_visible()
    expect(tab.knob("toy/scalar", "own_columns:0")).to_have_value(column)
    check_nothing_happened(tab)


def test_a_page_that_there_is_not(dashboard: Dashboard) -> None:
    dashboard.page.goto(f"{dashboard.url}/no-such-page")
    said = dashboard.page.get_by_role("dialog")
    expect(said).to_contain_text("Page not found")
    said.get_by_role("button", name="Close").click()
    expect(dashboard.page.get_by_role("button", name="Take the tour")).to_be_visible()
    # Streamlit itself looks for its server below the path first, and tells the console.
    told = ("no-such-page", "does not seem to exist")
    assert all(any(word in line for word in told) for line in dashboard.complaints)
    dashboard.complaints.clear()
