"""Recipes of images: started from their pages, watched and stopped."""

import numpy as np
import pytest
from playwright.sync_api import expect

from ganlib import examples, recipes
from ganlib.data.augment import augmented
from ganlib.data.categories import bundled_drawings
from ganlib.runs import RunStore
from tests.support import stored_runs
from tests.support.dashboard import Dashboard

# With a critic, and the only one that grows.
FAMILIES = ["wgan/gp", "progressive"]


def open_recipe(tab: Dashboard, name: str) -> None:
    page = recipes.get(name).page
    tab.open(f"/{page}")
    if recipes.on_page(page)[0].name != name:
        tab.choose_recipe(page, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_started_watched_and_stopped(name: str, dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    open_recipe(tab, name)
    tab.set_knobs(name, batch_size=4, sample_every=2)
    run = store.open(tab.start())
    tab.wait_for_points()
    expect(tab.picture("grid-generated")).to_be_visible()
    expect(tab.picture("grid-real")).to_be_visible()
    tab.wait_for_step(2)
    judge = "critic" if recipes.get(name).parse({}).is_critic else "discriminator"
    assert {judge, "generator"} <= set(tab.loss_curves())
    tab.stop()
    assert run.status().state == "stopped" and run.status().step >= 2
    if name == "progressive":
        expect(tab.page.locator(".st-key-grid-generated")).to_contain_text("4 x 4 pixels")


@pytest.mark.slow
def test_two_categories_give_drawings_of_both(dashboard: Dashboard, store: RunStore) -> None:
    tab, name = dashboard, "quickdraw/conv"
    tab.open("/quickdraw")
    choice = tab.page.locator(".st-key-quickdraw-conv-categories input")
    choice.click()
    choice.fill("bicycle")
    tab.page.get_by_role("option", name="bicycle", exact=True).click()
    tab.page.keyboard.press("Escape")
    tab.unfold("A closer look at the drawings")
    closer = tab.part("A closer look at the drawings")
    expect(closer).to_contain_text("Drawing 99, the last one")
    expect(closer.locator("img[alt*='bicycle']").first).to_be_visible()
    tab.set_knobs(name, batch_size=4, sample_every=2)
    run = store.open(tab.start())
    tab.wait_for_step(1)
    tab.stop()
    assert run.values["categories"] == ["apple", "bicycle"]
    assert "apple, bicycle" in run.status().data
    shown = {image.tobytes() for image in run.real()[..., 0]}
    for category in ("apple", "bicycle"):
        made = augmented(bundled_drawings()[category], 2_000)
        assert shown & {np.ascontiguousarray(image).tobytes() for image in made}, category


def test_the_source_is_shown_and_can_be_downloaded(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    run = stored_runs.finished(store, "quickdraw/conv")
    tab.open(f"/quickdraw?run={run.id}&tab=Model")
    expect(tab.page.get_by_test_id("stCode")).to_contain_text("def make_generator()")
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "quickdraw_conv.py"
    assert download.value.path().read_text("utf-8") == examples.source_of("quickdraw/conv")


def test_the_architecture_is_drawn(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    run = stored_runs.finished(store, "quickdraw/conv")
    tab.open(f"/quickdraw?run={run.id}")
    tab.page.get_by_role("tab", name="Model").click()
    for network in ("Generator of 183,713", "Discriminator of 4,311,553"):
        expect(tab.page.get_by_role("img", name=f"{network} parameters")).to_be_visible()
