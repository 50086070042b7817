"""The table of runs, and what can be done with those that are selected."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from ganlib import recipes
from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard


@pytest.fixture
def run_ids(store: RunStore) -> Iterator[list[str]]:
    """Two runs that were never trained, the newer one first."""
    made = []
    for name, steps in (("toy/scalar", 11), ("mnist/dcgan", 22)):
        run = store.create(name, recipes.get(name).parse({"steps": steps}))
        store.rename(run.id, f"Run of {steps}")
        run.lock.release()
        made.insert(0, run.id)
    yield made
    for summary in store.list():
        store.delete(summary.id)


def test_open_rename_annotate_and_delete(
    dashboard: Dashboard, store: RunStore, run_ids: list[str]
) -> None:
    tab = dashboard
    mnist, toy = run_ids
    assert [summary.id for summary in store.list()] == run_ids
    tab.open("/runs")
    _select_row(tab, 1, of=2)
    name = tab.page.get_by_role("textbox", name="Name")
    note = tab.page.get_by_role("textbox", name="Note")
    expect(name).to_have_value("Run of 11")
    name.fill("Renamed")
    name.press("Tab")
    note.fill("worth keeping <b>& more</b>")
    note.press("Tab")
    _wait_for_label(tab, store, toy, "Renamed", "worth keeping <b>& more</b>")

    # The table says so too, and still has the row selected.
    expect(_cell(tab, "Renamed")).to_be_attached()
    expect(name).to_have_value("Renamed")

    tab.button("delete").click()
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Renamed")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    assert {summary.id for summary in store.list()} == {mnist, toy}

    tab.button("delete").click()
    tab.button("delete_confirmed").click()
    expect(dialog).to_have_count(0)
    expect(_cell(tab, "Renamed")).to_have_count(0)
    expect(_cell(tab, "Run of 22")).to_be_attached()
    assert [summary.id for summary in store.list()] == [mnist]
    assert not (store.root / toy).exists()
    # The selection was of the run that is gone, and does not pass to another.
    expect(tab.button("delete")).to_have_count(0)

    _select_row(tab, 0, of=1)
    expect(name).to_have_value("Run of 22")
    tab.button("open").click()
    tab.page.wait_for_url(re.compile(rf"/mnist\?run={mnist}$"))
    expect(tab.status).to_contain_text("Interrupted")
    expect(tab.status).to_contain_text("step 0 of 22")


@pytest.mark.slow
def test_what_is_typed_is_kept_when_another_row_is_selected(
    dashboard: Dashboard, store: RunStore, run_ids: list[str]
) -> None:
    tab = dashboard
    tab.open("/runs")
    _select_row(tab, 0, of=2)
    note = tab.page.get_by_role("textbox", name="Note")
    note.fill("in the middle of a sentence")
    _click_row(tab, 1, of=2)
    expect(tab.button("delete")).to_contain_text("Delete 2 runs")
    _wait_for_label(tab, store, run_ids[0], "Run of 22", "in the middle of a sentence")
    _click_row(tab, 1, of=2)
    expect(note).to_have_value("in the middle of a sentence")


@pytest.mark.slow
def test_several_are_deleted_after_one_question(
    dashboard: Dashboard, store: RunStore, run_ids: list[str]
) -> None:
    busy = store.create("toy/scalar", recipes.get("toy/scalar").parse({}))
    tab = dashboard
    tab.open("/runs")
    for row in (0, 1):
        _click_row(tab, row, of=3)
    expect(tab.button("open")).to_have_count(0)
    expect(tab.button("delete")).to_contain_text("Delete 2 runs")
    tab.button("delete").click()
    expect(tab.page.get_by_role("dialog")).to_contain_text("Run of 22")
    tab.button("delete_confirmed").click()
    # The one that somebody owns stays, still selected, and the page says why.
    expect(tab.page.get_by_test_id("stAlert")).to_contain_text(f"“{busy.label().name}” is in use")
    assert [summary.id for summary in store.list()] == [busy.id, run_ids[1]]
    expect(tab.page.get_by_role("textbox", name="Name")).to_have_value(busy.label().name)
    busy.lock.release()
    tab.button("delete").click()
    tab.button("delete_confirmed").click()
    expect(tab.button("delete")).to_have_count(0)
    assert [summary.id for summary in store.list()] == [run_ids[1]]


def _select_row(tab: Dashboard, row: int, of: int) -> None:
    """Clicks the box at the left of a row, the first one."""
    _click_row(tab, row, of)
    tab.button("open").wait_for()


def _click_row(tab: Dashboard, row: int, of: int) -> None:
    """Clicks the box at the left of a row.

    The table is a picture on a canvas: a header and as many rows, all of the same height.
    """
    expect(_cells(tab).first).to_be_attached()
    box = tab.page.get_by_test_id("data-grid-canvas").bounding_box()
    assert box
    height = box["height"] / (of + 1)
    tab.page.mouse.click(box["x"] + height / 2, box["y"] + height * (row + 1.5))


def _cells(tab: Dashboard) -> Locator:
    """The cells as text, which the canvas keeps for those who cannot see it."""
    return tab.page.get_by_test_id("data-grid-canvas").locator("td")


def _cell(tab: Dashboard, text: str) -> Locator:
    return _cells(tab).filter(has_text=text)


def _wait_for_label(tab: Dashboard, store: RunStore, run_id: str, name: str, note: str) -> None:
    for _ in range(600):
        label = store.open(run_id).label()
        if (label.name, label.note) == (name, note):
            return
        tab.page.wait_for_timeout(100)
    raise AssertionError(store.open(run_id).label())
