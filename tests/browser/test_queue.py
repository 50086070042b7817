"""Runs that wait for their turn, cancelled and deleted from every page that lists them."""

from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

SCALAR = "toy/scalar"


def test_what_waits_is_cancelled_and_deleted(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=5_000_000)
    first = tab.start()
    tab.wait_for_step(0)
    tab.open("/")
    tab.page.get_by_role("button", name="Mode collapse, and the cure").click()
    tab.page.wait_for_url("**/toy?*run=*")
    expect(tab.status).to_contain_text("Queued")
    plane = tab.run_id()
    (other,) = {summary.id for summary in store.list()} - {first, plane}

    # On its own page, as soon as it is pressed.
    expect(tab.button("stop")).to_have_text("cancelCancel run")
    tab.button("stop").click()
    expect(tab.status).to_contain_text("Stopped")
    tab.button("resume").click()
    expect(tab.status).to_contain_text("Queued")

    # On Home, where the question stays while the list is drawn anew.
    tab.open("/")
    tab.page.locator(f".st-key-delete-{other}-popover button").click()
    confirm = tab.button(f"delete-{other}")
    expect(confirm).to_be_visible()
    running = tab.page.get_by_text("of 5,000,000")
    for _ in range(2):
        expect(running).not_to_have_text(running.inner_text())
    confirm.click()
    expect(tab.button(f"cancel-{other}")).to_have_count(0)
    tab.button(f"cancel-{plane}").click()
    expect(tab.button(f"cancel-{plane}")).to_have_count(0)
    assert {summary.id for summary in store.list()} == {first, plane}
    assert store.open(plane).status().state == "stopped"
    assert store.open(first).status().state == "running"
