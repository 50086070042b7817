"""A hand in the training: steps one by one, slow motion, a knob changed on the way."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

SCALAR = "toy/scalar"
LOSS = '.live-chart-plot[data-key="run.loss"]'


@pytest.mark.slow
def test_steps_by_hand_slow_motion_and_a_change(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=1_000_000)
    run = store.open(tab.start())
    tab.wait_for_points()
    expect(tab.button("step_both")).to_be_disabled()
    tab.button("pause").click()
    expect(tab.status).to_contain_text("Paused")

    step = run.status().step
    for at, (learns, said) in enumerate(
        (
            ("discriminator", "the discriminator was trained; the generator did not change"),
            ("generator", "the generator was trained; the discriminator did not change"),
        ),
        1,
    ):
        tab.button(f"step_{learns}").click()
        expect(tab.page.get_by_text(f"Step {step + at:,}: {said}")).to_be_visible()
        expect(tab.status).to_contain_text(f"step {step + at:,} of")
        assert run.changes()[-1].learns == learns
    tab.button("step_both").click()
    expect(tab.status).to_contain_text(f"step {step + 3:,} of")
    assert len(run.changes()) == 2

    tab.page.get_by_role("button", name="Change settings").click()
    rate = tab.page.get_by_label("Generator learning rate", exact=True).last
    rate.fill("0.0123")
    rate.press("Enter")
    tab.button("apply_changes").click()
    tab.page.keyboard.press("Escape")
    tab.button("resume").click()
    tab.page.wait_for_function(
        """plot => document.querySelector(plot)?._fullLayout?.annotations
          ?.some(note => note.hovertext?.includes("generator learning rate 0.0123"))""",
        arg=LOSS,
    )
    assert run.changes()[-1].knobs == {"generator_learning_rate": 0.0123}

    expect(tab.status).to_contain_text("Running")
    # From then on a step moves the mark by less than a pixel.
    tab.wait_for_step(run.changes()[-1].step + 500)
    tab.page.get_by_text("Slow motion", exact=True).click()
    expect(tab.page.get_by_text(re.compile(r"Step [\d,]+: the \w+ was trained"))).to_be_visible()
    began, before = time.monotonic(), run.status().step
    told = tab.page.locator(f"{LOSS} .hoverlayer")
    point_without_moving(tab.page, f"{LOSS} .annotation")
    expect(told).to_contain_text("generator learning rate 0.0123")
    # Still there when the chart is drawn again.
    tab.wait_for_updates(2)
    expect(told).to_contain_text("generator learning rate 0.0123")
    # One step a second, however long the browser took.
    assert before < run.status().step <= before + time.monotonic() - began + 2
    tab.page.get_by_text("Slow motion", exact=True).click()
    tab.wait_for_step(before + 100)
    tab.stop()
    assert tab.complaints == []


def point_without_moving(page: Page, marks: str) -> None:
    """Points at the last mark as a finger does, of which the browser says nothing more.

    All at once: the chart draws its marks anew at every update.
    """
    page.evaluate(
        """marks => {
          const mark = [...document.querySelectorAll(marks)].at(-1)
          mark.scrollIntoView({ block: "center" })
          const { x, y, width, height } = mark.getBoundingClientRect()
          const there = { bubbles: true, clientX: x + width / 2, clientY: y + height / 2 }
          for (const kind of ["mousemove", "mouseover"]) {
            mark.querySelector("text").dispatchEvent(new MouseEvent(kind, there))
          }
        }""",
        marks,
    )
