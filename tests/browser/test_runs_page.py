"""The table of runs: filters, buttons in rows, and actions on selected runs."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from ganlib import recipes
from ganlib.events import Samples
from ganlib.runs import RunStore
from tests.support import stored_runs
from tests.support.dashboard import Dashboard


@pytest.fixture(autouse=True)
def empty_store(store: RunStore) -> Iterator[None]:
    """Every test begins with a table without rows, whichever of them came before."""
    yield
    for summary in store.list():
        store.delete(summary.id)


@pytest.fixture
def run_ids(store: RunStore) -> list[str]:
    """Two runs that were never trained, the newer one first."""
    made = []
    for name, steps in (("toy/scalar", 11), ("mnist/dcgan", 22)):
        run = store.create(name, recipes.get(name).parse({"steps": steps}))
        store.rename(run.id, f"Run of {steps}")
        run.lock.release()
        made.insert(0, run.id)
    return made


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
    expect(_cell(tab, "Renamed")).to_have_count(0)
    expect(_cell(tab, "Run of 22")).to_be_attached()
    assert [summary.id for summary in store.list()] == [mnist]
    # The selection was of the run that is gone, and does not pass to another.
    expect(tab.button("delete")).to_have_count(0)
    tab.button("undo").click()
    expect(_cell(tab, "Renamed")).to_be_attached()
    expect(tab.button("undo")).to_have_count(0)
    assert store.open(toy).label().note == "worth keeping <b>& more</b>"

    _select_row(tab, 1, of=2)
    tab.button("delete").click()
    expect(_cell(tab, "Renamed")).to_have_count(0)
    # The offer ends by itself, and then the files are removed.
    expect(tab.button("undo")).to_be_visible()
    expect(tab.button("undo")).to_have_count(0)
    for _ in range(100):
        if not list(store.root.glob(".deleted-*")):
            break
        tab.page.wait_for_timeout(100)
    assert [path.name for path in store.root.iterdir() if path.is_dir()] == [mnist]

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
def test_several_are_deleted_and_what_is_in_use_stays(
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
    # The one that somebody owns stays, still selected, and the page says why.
    expect(tab.page.get_by_test_id("stAlert")).to_contain_text(f"“{busy.label().name}” is in use")
    assert [summary.id for summary in store.list()] == [busy.id, run_ids[1]]
    expect(tab.page.get_by_role("textbox", name="Name")).to_have_value(busy.label().name)
    busy.lock.release()
    tab.button("delete").click()
    expect(tab.button("delete")).to_have_count(0)
    assert [summary.id for summary in store.list()] == [run_ids[1]]


def test_buttons_in_a_row_follow_the_order_of_the_table(
    dashboard: Dashboard, store: RunStore
) -> None:
    """The table is sorted in the browser; a button acts on the run of its own row."""
    for value, name in ((0.5, "middle"), (12.0, "worst"), (0.1, "best")):
        values = np.zeros((4, 1), np.float32)
        samples = Samples(0, values, values, scores={"w1_over_sigma": value})
        run = stored_runs.written(store, "toy/scalar", values, samples, state="stopped")
        store.rename(run.id, name)
        store.tag(run.id, ["tag"])
        store.annotate(run.id, "a note that makes the table wide")
    worst = store.list()[1].id
    tab = dashboard
    tab.open("/runs")
    expect(_cell(tab, "worst")).to_be_attached()
    x, y = _corner(tab, of=3)
    quality = x + sum(_WIDTHS) + 50
    for names in (["best", "middle", "worst"], ["worst", "middle", "best"]):
        tab.page.mouse.click(quality, y - 20)
        column = tab.page.locator('[data-testid="data-grid-canvas"] tbody td[aria-colindex="2"]')
        expect(column).to_have_text(names)
    # The row of the worst is the first one now.
    tab.page.mouse.click(x + sum(_WIDTHS[:4]) + _WIDTHS[4] / 2, y + _ROW / 2)
    tab.page.wait_for_url(re.compile(rf"/toy\?run={worst}$"))


def test_a_run_is_paused_resumed_and_stopped_in_its_row(
    dashboard: Dashboard, store: RunStore
) -> None:
    tab = dashboard
    tab.open("/toy")
    run_id = tab.start()
    tab.wait_for_step(0)
    for name, edit in (("live", store.rename), ("a note of some length", store.annotate)):
        edit(run_id, name)
    store.tag(run_id, ["a tag", "another tag"])
    tab.open("/runs")
    control = sum(_WIDTHS[:5]) + _WIDTHS[5] / 2
    for label, state in (("Pause", "Paused"), ("Resume", "Running")):
        expect(_cell(tab, label)).to_be_attached()
        x, y = _corner(tab, of=1)
        tab.page.mouse.click(x + control, y + _ROW / 2)
        expect(_cell(tab, state)).to_be_attached()
    x, y = _corner(tab, of=1)
    tab.page.mouse.click(x + control + _WIDTHS[5], y + _ROW / 2)
    expect(_cell(tab, "Stopped")).to_be_attached()
    assert store.open(run_id).status().state == "stopped"


# Height of a row; widths of the boxes at the left, Samples, Name, State, Open and the first button.
_ROW, _WIDTHS = 56, (33, 70, 260, 80, 70, 105)


def _corner(tab: Dashboard, of: int) -> tuple[float, float]:
    """Left and top of the first row of a table of so many rows."""
    expect(_cells(tab).first).to_be_attached()
    box = tab.page.get_by_test_id("data-grid-canvas").bounding_box()
    assert box
    return box["x"], box["y"] + box["height"] - of * _ROW


def _select_row(tab: Dashboard, row: int, of: int) -> None:
    """Clicks the box at the left of a row, the first one."""
    _click_row(tab, row, of)
    tab.button("open").wait_for()


def _click_row(tab: Dashboard, row: int, of: int) -> None:
    """Clicks the box at the left of a row. The table is a picture on a canvas."""
    x, y = _corner(tab, of)
    tab.page.mouse.click(x + 16, y + _ROW * (row + 0.5))


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
