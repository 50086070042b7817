"""A toy run, watched and steered."""

import re
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, expect

from ganlib.runs import RunStore
from tests.bench.slider import long_run
from tests.support.dashboard import Dashboard, seconds_since
from tests.support.server import AppServer

SCALAR = "toy/scalar"
LONG = 2_000_000


def test_start_pause_resume_stop_and_generate(
    dashboard: Dashboard, store: RunStore, tell: Callable[[str], None]
) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=LONG)
    run_id = tab.start()
    expect(tab.status).to_contain_text("Running")
    tab.wait_for_step(0)

    before = tab.histogram()
    assert set(before) == {"noise", "generated", "real"}
    tab.wait_for_histogram_other_than(before, "generated")

    pressed = time.monotonic()
    tab.button("pause").click()
    expect(tab.status).to_contain_text("Paused")
    tell(f"paused {seconds_since(pressed)} after Pause")
    paused_at = tab.step()
    tab.page.wait_for_timeout(2_000)  # what is to be seen is that nothing happens in it
    assert tab.step() == paused_at
    assert store.open(run_id).status().step == paused_at
    expect(tab.status).to_contain_text("Paused")

    tab.button("resume").click()
    expect(tab.status).to_contain_text("Running")
    assert tab.wait_for_step(paused_at) > paused_at

    tab.button("stop").click()
    expect(tab.status).to_contain_text("Stopped")
    stopped = store.open(run_id).status()
    assert stopped.state == "stopped"
    assert tab.step() == stopped.step

    tab.button("more").click()
    tab.button("generate").click()
    new = tab.page.get_by_text("New values:")
    expect(new).to_have_text(re.compile(r"^New values: (-?[\d.e+-]+, ){24}-?[\d.e+-]+$"))


def test_a_double_click_starts_one_run(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    known = {summary.id for summary in store.list()}
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=LONG)
    tab.button("start").dblclick()
    tab.page.wait_for_url("**/toy?run=*")
    expect(tab.status).to_contain_text("Running")
    tab.stop()
    assert {summary.id for summary in store.list()} - known == {tab.run_id()}


def test_zoom_and_node_outlive_updates(dashboard: Dashboard) -> None:
    dashboard.open("/toy")
    dashboard.set_knobs(SCALAR, steps=LONG)
    dashboard.start()
    dashboard.wait_for_step(100)
    dashboard.wait_for_points()
    dashboard.mark_loss_node()
    zoomed = dashboard.zoom_into_loss()
    last = dashboard.loss_curves()["generator"][0][-1]

    dashboard.wait_for_updates(5)

    assert dashboard.loss_curves()["generator"][0][-1] > last
    assert dashboard.loss_range() == zoomed
    assert dashboard.loss_node_is_marked()
    dashboard.stop()
    assert dashboard.loss_range() == zoomed
    assert dashboard.loss_node_is_marked()


def test_labels_of_a_narrow_chart_do_not_overlap(dashboard: Dashboard, store: RunStore) -> None:
    run = long_run(store, SCALAR, steps=30_000, saved=3)
    # Too narrow for 5,000, 10,000, ..., 30,000 below the losses.
    dashboard.page.set_viewport_size({"width": 700, "height": 900})
    dashboard.open(f"/toy?run={run.id}")
    dashboard.wait_for_points()
    labels = dashboard.page.locator(".st-key-live_loss .xtick text")
    expect(labels).not_to_have_count(7)
    boxes = [box for box in map(Locator.bounding_box, labels.all()) if box]
    # From left to right in each chart.
    pairs = [(left, right) for left, right in pairwise(boxes) if left["y"] == right["y"]]
    assert len(pairs) >= 2
    assert all(left["x"] + left["width"] < right["x"] for left, right in pairs)


@pytest.mark.slow
def test_reload_and_another_browser_find_the_run_and_its_whole_history(
    server: AppServer, open_tab: Callable[[AppServer], Dashboard]
) -> None:
    first = open_tab(server)
    first.open("/toy")
    first.set_knobs(SCALAR, steps=LONG)
    run_id = first.start()
    first.wait_for_step(100)

    before_reload = first.step()
    first.page.reload()
    first.wait_for_points()
    assert first.run_id() == run_id
    assert first.wait_for_step(before_reload) > before_reload
    _check_whole_history(first, at_least=before_reload)

    second = open_tab(server)
    second.open(f"/toy?run={run_id}")
    second.wait_for_points()
    expect(second.status).to_contain_text("Running")
    _check_whole_history(second, at_least=before_reload)

    # What one of them does, the other one sees.
    second.stop()
    expect(first.status).to_contain_text("Stopped")
    assert first.step() == second.step()


@pytest.mark.slow
def test_back_and_forward_go_between_form_and_run(dashboard: Dashboard) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=LONG, seed=7, generator_learning_rate=0.0007)
    run_id = tab.start()
    tab.wait_for_step(0)

    tab.go_to("Runs")
    tab.page.get_by_test_id("stDataFrame").wait_for()
    expect(tab.status).to_have_count(0)
    tab.page.go_back()
    expect(tab.status).to_contain_text("Running")
    assert tab.run_id() == run_id
    tab.wait_for_points()

    tab.page.go_back()
    expect(tab.status).to_have_count(0)
    # The form is as it was.
    expect(tab.knob(SCALAR, "steps")).to_have_value(str(LONG))
    expect(tab.knob(SCALAR, "seed")).to_have_value("7")
    tab.page.go_forward()
    expect(tab.status).to_contain_text("Running")
    assert tab.run_id() == run_id
    tab.stop()


def _check_whole_history(tab: Dashboard, at_least: int) -> None:
    curves = tab.loss_curves()
    assert set(curves) == {"discriminator", "generator"}
    for drawn in curves.values():
        for x in drawn:
            assert x[0] == 1
            assert x[-1] >= at_least
            assert all(left < right for left, right in pairwise(x))
