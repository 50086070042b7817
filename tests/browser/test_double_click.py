"""Pressing Start."""

from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard


def test_a_double_click_starts_one_run(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    tab.open("/toy")
    # Long enough to be still training at the second click, after which Start is for a new run.
    tab.set_knobs("toy/scalar", steps=1_000)
    tab.button("start").click()
    tab.page.wait_for_timeout(150)
    tab.button("start").click(force=True)
    tab.page.wait_for_url("**/toy?run=*")
    expect(tab.status).to_contain_text("Finished")
    assert [summary.id for summary in store.list()] == [tab.run_id()]
