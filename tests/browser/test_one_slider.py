"""One slider moves all panels of a run, and keeps its step on another tab."""

import re

from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.bench.slider import long_run
from tests.support import stored_runs
from tests.support.dashboard import Dashboard

# Plays from the first step on; the steps of the slider and of the samples in every frame.
_PLAY = """async () => {
  const samples = document.querySelector(".st-key-live_samples .live-chart-plot")
  const parts = [...document.querySelectorAll(".st-key-run_slider *")]
  const slider = parts.find(one => one.shadowRoot).shadowRoot
  const step = text => Number(text.match(/step ([0-9,]+)/)[1].replaceAll(",", ""))
  const range = slider.querySelector("input[type=range]")
  const texts = () => [range.getAttribute("aria-valuetext"), samples.getAttribute("aria-label")]
  const now = () => texts().map(step)
  const frame = () => new Promise(requestAnimationFrame)
  slider.querySelector(".play").click()
  while (now().some(Boolean)) await frame() // at first, both show the newest
  const shown = []
  while (now()[1] !== 1000) {
    await frame()
    shown.push(now())
  }
  return shown
}"""
_SLIDER = ".st-key-run_slider input[type=range]"
_CURSORS = "[...document.querySelectorAll('.live-chart-cursor')]"


def test_every_panel_follows_the_slider(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    run = stored_runs.finished(store)
    first, last = run.sample_steps()[0], run.sample_steps()[-1]
    assert first < last
    tab.open(f"/toy?run={run.id}")
    tab.wait_for_points()
    slider = tab.page.locator(_SLIDER)
    samples = tab.page.locator(".st-key-live_samples .live-chart-plot")
    sentence = tab.page.locator(".st-key-run_sentence")
    expect(samples).to_have_attribute("aria-label", re.compile(f"at step {last}$"))
    assert _lines(tab) == []

    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", f"step {first}")
    expect(samples).to_have_attribute("aria-label", re.compile(f"at step {first}$"))
    expect(sentence).to_contain_text(f"At step {first}:")
    # Both charts of curves have a line at the left end of their axes.
    tab.page.wait_for_function(f"{_CURSORS}.filter(line => line.offsetHeight).length === 2")

    tab.page.get_by_role("tab", name="Compare with data").click()
    expect(tab.page.get_by_text(f"Values at step {first}.")).to_be_visible()
    tab.page.get_by_role("tab", name="Watch").click()
    expect(slider).to_have_attribute("aria-valuetext", f"step {first}")
    slider.press("End")
    expect(samples).to_have_attribute("aria-label", re.compile(f"at step {last}$"))
    tab.page.wait_for_function(f"{_CURSORS}.every(line => !line.offsetHeight)")
    expect(sentence).not_to_contain_text("At step")


def test_playing_shows_steps_in_order_and_ends_at_the_newest(
    dashboard: Dashboard, store: RunStore
) -> None:
    run = long_run(store, "toy/scalar", steps=1_000, saved=10)
    dashboard.open(f"/toy?run={run.id}")
    slider = dashboard.page.locator(_SLIDER)
    expect(slider).to_have_attribute("aria-valuetext", "newest · step 1,000")
    samples = dashboard.page.locator(".st-key-live_samples .live-chart-plot")
    expect(samples).to_have_attribute("aria-label", re.compile(r"at step 1,?000$"))
    shown = dashboard.page.evaluate(_PLAY)
    # The slider names a step when its samples are there.
    assert all(named <= drawn for named, drawn in shown)
    drawn = list(dict.fromkeys(step for _, step in shown))
    # On a busy machine, a step may be drawn between two frames and missed.
    assert drawn == sorted(drawn)
    assert len(drawn) > 5
    expect(slider).to_have_attribute("aria-valuetext", "newest · step 1,000")


def _lines(tab: Dashboard) -> list[float]:
    found: list[float] = tab.page.evaluate(
        f"{_CURSORS}.filter(line => line.offsetHeight).map(line => line.offsetLeft)"
    )
    return found
