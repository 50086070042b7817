"""A search is launched, watched, and its best trial trained longer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard
from tests.support.fake_trainer import wait_until
from tests.support.server import AppServer

STEPS, TRIALS = 120, 3


@pytest.mark.slow
def test_a_search_is_launched_watched_and_its_best_trial_trained_longer(
    launch: Callable[..., AppServer], open_tab: Callable[[AppServer], Dashboard]
) -> None:
    server = launch()
    store = RunStore(server.runs)
    tab = open_tab(server)
    tab.open("/search?recipe=toy/scalar")
    page = tab.page
    steps = page.get_by_role("textbox", name="Steps")
    steps.fill(str(STEPS))
    steps.press("Enter")
    trials = page.get_by_role("spinbutton", name="Trials", exact=True)
    trials.fill(str(TRIALS))
    trials.press("Enter")
    page.get_by_role("button", name="Search", exact=True).click()

    expect(page.get_by_text(f"of {TRIALS} trials")).to_be_visible()
    assert "study=" in page.url
    expect(page.get_by_text(re.compile(r"\d training"))).to_be_visible()
    expect(page.get_by_text(f"{TRIALS} of {TRIALS} trials")).to_be_visible(timeout=300_000)
    rows = store.list()
    assert len(rows) == TRIALS and {row.recipe for row in rows} == {"toy/scalar"}

    # The address shows the same to a colleague.
    other = open_tab(server)
    other.page.goto(page.url)
    expect(other.page.get_by_text("Best: trial")).to_be_visible()

    page.get_by_role("button", name="Train this one longer").click()
    expect(tab.status).to_contain_text("Finished")
    run = store.open(tab.run_id())
    wait_until(lambda: run.status().state == "finished")
    assert run.status().step == 2 * STEPS
    assert run.id in {row.id for row in rows}
