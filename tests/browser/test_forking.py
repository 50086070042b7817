"""Forking a run: the page turns to the new run, and every checkpoint offered can be forked."""

import re

import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

SCALAR = "toy/scalar"
STEPS = 250


@pytest.fixture
def parent(dashboard: Dashboard) -> str:
    """The id of a run that has finished; its fork page is on view."""
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=STEPS, checkpoint_every=100)
    run_id = tab.start()
    expect(tab.status).to_contain_text("Finished")
    tab.button("fork").click()
    tab.page.wait_for_url(re.compile(r"/toy\?fork="))
    tab.button("start").wait_for()
    return run_id


@pytest.mark.slow
def test_every_checkpoint_offered_is_forked_and_the_page_shows_the_new_run(
    dashboard: Dashboard, store: RunStore, parent: str
) -> None:
    tab = dashboard
    offered = store.open(parent).checkpoint_steps()
    assert offered[-1] == STEPS
    known = {summary.id for summary in store.list()}
    for step in reversed(offered):
        tab.open(f"/toy?fork={parent}")
        tab.button("start").wait_for()
        if step != offered[-1]:
            box = tab.page.locator(f".st-key-fork-{parent} input").first
            tab.choose(box, tab.page.get_by_role("option", name=str(step), exact=True))
        expect(tab.page.get_by_text(f"Continues from step {step:,}")).to_be_visible()
        # As many steps as the run has, and as many again after its last one.
        total = 2 * STEPS if step == STEPS else STEPS
        expect(tab.knob(SCALAR, "steps")).to_have_value(str(total))
        tab.button("start").click()
        _wait_for_fork(tab, parent, step)
        fork = store.open(tab.run_id())
        assert fork.parent is not None
        assert (fork.parent.run, fork.parent.step) == (parent, step)
        expect(tab.status).to_contain_text(f"step {total:,} of {total:,}")
        assert fork.status().step == total > step
    assert len(store.list()) == len(known) + len(offered)


def test_a_double_click_makes_one_run_with_half_the_learning_rate(
    dashboard: Dashboard, store: RunStore, parent: str
) -> None:
    tab = dashboard
    known = {summary.id for summary in store.list()}
    usual = float(tab.knob(SCALAR, "generator_learning_rate").input_value())
    tab.set_knobs(SCALAR, generator_learning_rate=usual / 2)
    expect(tab.page.get_by_text("generator learning rate 0.001 → 0.0005")).to_be_visible()
    tab.button("start").dblclick()
    _wait_for_fork(tab, parent, STEPS)
    made = {summary.id for summary in store.list()} - known
    assert made == {tab.run_id()}
    assert store.open(tab.run_id()).values["generator_learning_rate"] == usual / 2


def _wait_for_fork(tab: Dashboard, parent: str, step: int) -> None:
    """Waits until address and page are those of a fork that has finished."""
    tab.page.wait_for_url(re.compile(rf"/toy\?run=(?!{parent})"))
    expect(
        tab.page.get_by_text(f"Forked at step {step:,}. Earlier points come from")
    ).to_be_visible()
    expect(tab.status).to_contain_text("Finished")
