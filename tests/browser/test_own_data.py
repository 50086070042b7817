"""One's own data, as somebody brings them along or draws them in a browser."""

import math
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from ganlib.data.drawing import parse_drawing
from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

_SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    heights = np.random.default_rng(0).normal(170, 8, 600)
    path = tmp_path / "people.csv"
    lines = [f"{at},{height:.1f},{height / 2:.1f}" for at, height in enumerate(heights)]
    path.write_text("\n".join(["number,height,half", *lines, "600,n/a,1", ""]))
    return path


def square(tab: Dashboard) -> Locator:
    return tab.page.locator(".square")


def draw(tab: Dashboard, points: list[tuple[float, float]]) -> None:
    """Draws a stroke with the mouse, in the square's own coordinates."""
    square(tab).scroll_into_view_if_needed()
    places = square(tab).evaluate(
        """(svg, points) => points.map(([x, y]) => {
          const at = new DOMPoint(x, -y).matrixTransform(svg.getScreenCTM())
          return [at.x, at.y]
        })""",
        points,
    )
    tab.page.mouse.move(*places[0])
    tab.page.mouse.down()
    for place in places[1:]:
        tab.page.mouse.move(*place, steps=4)
    tab.page.mouse.up()


def test_a_column_of_a_table_is_uploaded_and_learned(
    dashboard: Dashboard, store: RunStore, csv: Path
) -> None:
    tab, name = dashboard, "toy/scalar"
    tab.open("/toy")
    tab.choose_data(name, "own")
    expect(tab.page.get_by_text("Choose a table first.").first).to_be_visible()
    tab.page.locator("input[type=file]").set_input_files(csv)
    expect(tab.knob(name, "own_columns:0")).to_have_value("number")
    column = tab.page.get_by_role("option", name="height", exact=True)
    tab.choose(tab.knob(name, "own_columns:0"), column)
    page = tab.page.get_by_test_id("stMain")
    expect(page).to_contain_text(
        "600 of 601 rows are used (1 row skipped: a value is missing or not a number)"
    )
    expect(page.get_by_role("figure", name="Values of height in your table")).to_be_visible()
    tab.set_knobs(name, steps=100_000, sample_every=50)
    run = store.open(tab.start())
    tab.wait_for_points()
    tab.wait_for_step(100)
    tab.stop()
    assert run.values["own_columns"] == "height"
    assert 160 < run.real().mean() < 180
    assert "height of people.csv" in run.status().data
    assert {"real", "generated"} <= set(tab.histogram())
    (real,) = (curve for curve in tab._curves(".st-key-live_samples .live-chart-plot", "x")["real"])
    assert 110 < min(real) < max(real) < 230


def test_a_drawing_is_learned_and_comes_back(dashboard: Dashboard, store: RunStore) -> None:
    tab, name = dashboard, "toy/plane"
    tab.open("/toy")
    tab.choose_recipe("toy", name)
    tab.choose_data(name, "drawn")
    expect(tab.page.get_by_text("Draw something first.").first).to_be_visible()
    expect(tab.button("start")).to_be_disabled()
    pad = tab.page.locator(".pad")
    angles = [math.pi * at / 20 for at in range(21)]
    draw(tab, [(0.6 * math.cos(angle), 0.6 * math.sin(angle)) for angle in angles])
    expect(pad.get_by_role("status")).to_contain_text("1 stroke,")
    draw(tab, [(-0.5, -0.5), (0.5, -0.5)])
    draw(tab, [(0, 0)])
    expect(pad.get_by_role("status")).to_contain_text("3 strokes,")
    pad.get_by_role("button", name="Undo").press("Enter")
    expect(pad.get_by_role("status")).to_contain_text("2 strokes,")
    expect(tab.button("start")).to_be_enabled()
    tab.set_knobs(name, steps=100_000, sample_every=20, generator_units=16)
    assert tab.page.evaluate(f"{_SCROLLED} > 0")
    run = store.open(tab.start())
    tab.wait_for_points()
    assert tab.page.evaluate(f"{_SCROLLED} === 0")
    tab.wait_for_step(60)
    tab.stop()

    arc, line = parse_drawing(run.values["drawing"])
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), 0.6, atol=0.03)
    # A straight line needs its ends alone.
    np.testing.assert_allclose(line, [[-0.5, -0.5], [0.5, -0.5]], atol=0.02)
    real = run.real()
    near = np.abs(np.linalg.norm(real[real[:, 1] > -0.2], axis=1) - 0.6)
    assert (near < 0.12).all()
    share = (real[:, 1] < -0.3).mean()
    assert share == pytest.approx(1 / (1 + 0.6 * math.pi), abs=0.06)

    strokes = pad.locator("polyline")
    tab.go_to("Runs")
    tab.go_to("Toy")
    expect(strokes).to_have_count(2)
    # Another session that uses the settings of this run.
    tab.open(f"/toy?run={run.id}&tab=Settings")
    tab.button("use_settings").click()
    expect(strokes).to_have_count(2)
    pad.get_by_role("button", name="Clear").click()
    expect(strokes).to_have_count(0)
    expect(tab.button("start")).to_be_disabled()
    pad.get_by_role("button", name="Undo").click()
    expect(strokes).to_have_count(2)
    expect(tab.button("start")).to_be_enabled()


@pytest.mark.slow
def test_a_finger_draws_on_a_narrow_screen(dashboard: Dashboard) -> None:
    tab = dashboard
    tab.page.set_viewport_size({"width": 420, "height": 900})
    tab.open("/toy")
    tab.choose_recipe("toy", "toy/plane")
    tab.choose_data("toy/plane", "drawn")
    square(tab).scroll_into_view_if_needed()
    box = square(tab).bounding_box()
    assert box
    assert box["x"] >= 0 and box["x"] + box["width"] <= 420
    assert box["width"] == pytest.approx(box["height"], abs=1)
    assert square(tab).evaluate("node => getComputedStyle(node).touchAction") == "none"
    square(tab).evaluate(
        """svg => {
          const box = svg.getBoundingClientRect()
          const tell = (kind, x, y) => svg.dispatchEvent(new PointerEvent(kind, {
            pointerId: 7, pointerType: "touch", isPrimary: true, bubbles: true, button: 0,
            clientX: box.left + x * box.width, clientY: box.top + y * box.height,
          }))
          svg.setPointerCapture = () => {}
          tell("pointerdown", 0.3, 0.3)
          for (let at = 0.3; at < 0.7; at += 0.02) tell("pointermove", at, 0.3 + (at - 0.3) ** 2)
          tell("pointerup", 0.7, 0.46)
        }"""
    )
    expect(tab.page.locator(".pad polyline")).to_have_count(1)
    expect(tab.button("start")).to_be_enabled()


@pytest.mark.slow
def test_a_row_is_added_to_the_peaks(dashboard: Dashboard, store: RunStore) -> None:
    tab, name = dashboard, "toy/scalar"
    tab.open("/toy")
    tab.choose_data(name, "peaks")
    table = tab.page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    # A click into the empty row below the three of the book adds one of the usual size.
    grid = table.locator("table[role=grid]")
    rows = int(grid.get_attribute("aria-rowcount") or 0)
    tab.page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.88 * box["height"])
    expect(grid).to_have_attribute("aria-rowcount", str(rows + 1))
    tab.set_knobs(name, steps=20)
    run = store.open(tab.start())
    expect(tab.status).to_contain_text("Finished")
    assert run.values["peaks"] == "-2:0.5:1, 0:0.25:1, 3:0.5:2, 0:0.5:1"
