"""The queue on Home and Runs: moved, cancelled, and deleted on a run's own page."""

import re

from playwright.sync_api import Locator, expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard


def test_queued_runs_are_moved_cancelled_and_deleted(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    ids = []
    for name in ("training", "first", "second"):
        tab.open("/toy")
        ids.append(tab.start())
        store.rename(ids[-1], name)
        if name == "training":
            tab.wait_for_step(0)
            # A paused run keeps its place, so that the others stay in the queue.
            tab.button("pause").click()
            expect(tab.status).to_contain_text("Paused")
    training, first, second = ids

    tab.open("/runs")
    expect(_place(tab, "second", 2)).to_have_count(1)
    expect(tab.button(f"move-{first}")).to_have_count(0)
    tab.button(f"move-{second}").click()
    expect(_place(tab, "second", 1)).to_have_count(1)
    expect(_place(tab, "first", 2)).to_have_count(1)
    # Until the browser has removed the line's old place, the button is there twice.
    expect(tab.button(f"cancel-{second}")).to_have_count(1)
    tab.button(f"cancel-{second}").click()
    expect(tab.button(f"cancel-{second}")).to_have_count(0)
    # The table below follows by itself.
    cells = tab.page.get_by_test_id("data-grid-canvas").locator("td")
    expect(cells.filter(has_text="Stopped")).to_be_attached()
    assert store.open(second).status().state == "stopped"

    # On its own page, where the question stays while the page refreshes.
    tab.page.goto(f"{tab.url}/toy?run={first}")
    expect(tab.status).to_contain_text("Queued")
    tab.page.locator(f".st-key-delete-{first}-popover button").click()
    tab.button(f"delete-{first}").click()
    expect(tab.button(f"delete-{first}")).to_have_count(0)
    assert {summary.id for summary in store.list()} == {training, second}

    tab.open("/")
    tab.button(f"stop-{training}").click()
    expect(tab.page.get_by_text("Nothing is running.")).to_be_visible()
    assert store.open(training).status().state == "stopped"


def _place(tab: Dashboard, name: str, place: int) -> Locator:
    """The line of a run at a place in the queue.

    While lines are moved, a line may still show another run's text beside the new one.
    """
    return tab.page.get_by_text(re.compile(rf"^{name} · .*Queued, no\. {place} "))
