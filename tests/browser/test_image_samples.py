"""The grid of an image run, while it trains."""

import time

import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

BASIC = "mnist/basic"
_SLIDER = ".st-key-run_slider input[type=range]"
_NEWEST = "range => Math.round(range.style.getPropertyValue('--reach') * range.max)"


@pytest.mark.slow
def test_slider_stays_at_step_0_while_new_samples_come(
    dashboard: Dashboard, store: RunStore
) -> None:
    tab = dashboard
    tab.open("/mnist")
    tab.choose_recipe("mnist", BASIC)
    tab.set_knobs(BASIC, batch_size=8, sample_every=5)
    run = store.open(tab.start())
    picture = tab.picture("grid-generated")
    expect(picture).to_be_visible()
    expect(tab.picture("grid-real")).to_be_visible()
    _wait_for_samples(tab, 10)

    slider = tab.page.locator(_SLIDER)
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "step 0")
    expect(picture).to_have_attribute("alt", "Generated images at step 0")
    first = picture.get_attribute("src")
    saved = run.sample_steps()[-1]
    _wait_for_samples(tab, saved + 15)

    assert slider.get_attribute("aria-valuetext") == "step 0"
    assert slider.input_value() == "0"
    assert picture.get_attribute("alt") == "Generated images at step 0"
    assert picture.get_attribute("src") == first

    slider.press("End")
    expect(picture).not_to_have_attribute("alt", "Generated images at step 0")
    assert picture.get_attribute("src") != first
    tab.stop()
    assert run.status().step >= saved + 15


def _wait_for_samples(tab: Dashboard, step: int) -> None:
    """Until the slider knows of samples from that step on.

    How far they reach is the part of its track that is filled, from 0 to 1.
    """
    slider = tab.page.locator(_SLIDER)
    deadline = time.monotonic() + 60
    while slider.evaluate(_NEWEST) < step:
        assert time.monotonic() < deadline, "no new samples"
        tab.page.wait_for_timeout(100)
