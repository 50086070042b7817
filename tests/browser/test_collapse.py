"""The demo of mode collapse: a plain GAN loses peaks, and the cured one stands beside it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer


@pytest.mark.slow
def test_the_demo_shows_the_collapse_and_the_cure_beside_it(
    launch: Callable[..., AppServer], open_tab: Callable[[AppServer], Dashboard]
) -> None:
    server = launch()
    tab = open_tab(server)
    tab.open("/")
    tab.button("demo-1").click()
    tab.page.wait_for_url("**/toy?run=*")
    tab.wait_for_points()
    samples = tab.page.locator(".st-key-live_samples")
    expect(samples).to_contain_text("plain GAN")
    expect(samples).to_contain_text("cured")
    expect(samples).to_contain_text("No samples yet")
    # It waits behind the first one.
    store = RunStore(server.runs)
    presets = {each.status.state: store.open(each.id).values["preset"] for each in store.list()}
    assert presets == {"running": "plain GAN", "queued": "cured"}
    expect(tab.page.locator("body")).to_contain_text("Mode collapse: the generator finds")
    # Both are in the address, so they are there again in whatever browser opens it.
    tab.page.wait_for_url("**/toy?run=*&beside=*")
    tab.page.reload()
    tab.wait_for_points()
    expect(samples).to_contain_text("cured")
    tab.page.locator(".st-key-samples-layers").get_by_text("Discriminator").click()
    wait_for_rows(tab, ".st-key-live_samples", 41)
    # The cured run begins at once when the first one has ended, and its points appear beside.
    tab.stop()
    expect(samples.locator(".live-chart-plot")).to_have_count(2)
    expect(samples).to_contain_text("near a peak")
    run_id = tab.run_id()
    tab.page.get_by_text("Compare real and generated values").click()
    tab.page.wait_for_url(f"**/distributions?run={run_id}")
    wait_for_rows(tab, ".st-key-compare-evolution", 80)


def wait_for_rows(tab: Dashboard, place: str, count: int) -> None:
    """Waits until a chart there has drawn rows upon rows of colour."""
    tab.page.wait_for_function(
        """([place, count]) => [...document.querySelectorAll(`${place} .live-chart-plot`)].some(
          plot => plot._fullData?.some(
            trace => trace.z?.length === count && trace.z[0]?.length > 1
              && plot.querySelector(".heatmaplayer image, .contourlayer path")
          )
        )""",
        arg=[place, count],
    )
