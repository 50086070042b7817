"""What somebody else's link, or a file with a bad name, does in a browser: nothing."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request, expect

from tests.support.dashboard import Dashboard

ELSEWHERE = "example.org"
MARKUP = f"<img src=x onerror=alert(1)>![x](http://{ELSEWHERE}/x.png)"


@pytest.fixture
def strangers(dashboard: Dashboard) -> Iterator[list[str]]:
    """What the page asks of other servers, and what a script in it says."""
    found: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).hostname == ELSEWHERE:
            found.append(request.url)

    dashboard.page.on("request", note)
    dashboard.page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))
    yield found
    assert found == []


@pytest.mark.slow
def test_markup_in_a_column_is_text(
    dashboard: Dashboard, strangers: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\n".join([f'"{MARKUP}"', *map(str, range(50))]))
    tab = dashboard
    tab.open("/toy")
    tab.page.get_by_role("button", name="Your own table").click()
    tab.page.locator("input[type=file]").set_input_files(path)
    settings = tab.part("Settings")
    expect(settings).to_contain_text("50 of 50 rows are used")
    expect(tab.knob("toy/scalar", "own_columns:0")).to_have_value(MARKUP)
    expect(tab.page.locator(f'img[src*="{ELSEWHERE}"], img[src="x"]')).to_have_count(0)


def test_a_page_that_there_is_not(dashboard: Dashboard) -> None:
    dashboard.page.goto(f"{dashboard.url}/no-such-page")
    said = dashboard.page.get_by_role("dialog")
    expect(said).to_contain_text("Page not found")
    said.get_by_role("button", name="Close").click()
    expect(dashboard.page.get_by_role("button", name="Start the toy demo")).to_be_visible()
    # Streamlit itself looks for its server below the path first, and tells the console.
    told = ("no-such-page", "does not seem to exist")
    assert all(any(word in line for word in told) for line in dashboard.complaints)
    dashboard.complaints.clear()
