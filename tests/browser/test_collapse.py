"""The demo of mode collapse: a plain GAN loses peaks, and the cured one stands beside it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ganlib.runs import Run, RunStore, RunSummary
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
    tab.page.wait_for_url("**/compare?runs=*&runs=*")
    samples = tab.page.locator(".st-key-compare_samples")
    expect(samples.locator(".live-chart-plot")).to_have_count(1)
    expect(samples).to_contain_text("Waiting: 1 run ahead")
    # The cured run waits behind the plain one.
    store = RunStore(server.runs)
    runs = {str(each.values["preset"]): each for each in map(_opened(store), store.list())}
    states = {preset: run.status().state for preset, run in runs.items()}
    assert states == {"plain GAN": "running", "cured": "queued"}
    # Both are in the address, so they are there again in whatever browser opens it.
    tab.page.reload()
    for run in runs.values():
        expect(samples).to_contain_text(run.label().name)

    plain = runs["plain GAN"]
    tab.open(f"/toy?run={plain.id}")
    tab.wait_for_points()
    expect(tab.page.locator("body")).to_contain_text("Mode collapse: the generator finds")
    tab.page.locator(".st-key-samples-layers").get_by_text("Discriminator").click()
    wait_for_rows(tab, ".st-key-live_samples", 41)
    # The cured run begins at once when the first one has ended, and its points appear beside.
    tab.stop()
    tab.open(f"/compare?runs={plain.id}&runs={runs['cured'].id}")
    expect(samples.locator(".live-chart-plot")).to_have_count(2)
    tab.open(f"/distributions?run={plain.id}")
    wait_for_rows(tab, ".st-key-compare-evolution", 80)


def _opened(store: RunStore) -> Callable[[RunSummary], Run]:
    return lambda summary: store.open(summary.id)


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
