"""The distributions page in a browser: beside a live run, back in time, and on a user's table."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard

SCALAR = "toy/scalar"
_RANGES = """() => ["Histogram", "Density", "Cumulative", "Quantiles"].map(title =>
  document.querySelector(`.live-chart-plot[data-key="compare.${title}"]`)
    ?._fullLayout?.xaxis.range.map(end => Number(end.toFixed(6))))"""


def ranges(tab: Dashboard) -> list[list[float]]:
    """Which part of x each of the four charts shows."""
    tab.page.wait_for_function(f"() => ({_RANGES})().every(range => range)")
    found: list[list[float]] = tab.page.evaluate(_RANGES)
    return found


@pytest.mark.slow
def test_a_live_run_then_its_past_and_a_zoom_on_all_charts(
    dashboard: Dashboard, store: RunStore
) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs(SCALAR, steps=1_000_000)
    run_id = tab.start()
    tab.wait_for_points()
    tab.go_to("Distributions")
    heading = tab.page.locator("h4")
    expect(heading).to_have_text(re.compile(r"^(The generated values|No difference shows)"))
    assert tab.run_id() == run_id

    # It moves with the run.
    caption = tab.page.get_by_text(re.compile(r"^Values at step [\d,]+\."))
    before = caption.inner_text()
    expect(caption).not_to_have_text(before)

    slider = tab.page.locator("input[type=range]").first
    slider.press("Home")
    expect(caption).to_contain_text("Values at step 0.")
    assert len({tuple(shown) for shown in ranges(tab)}) == 1

    plot = tab.page.locator('.live-chart-plot[data-key="compare.Histogram"] .nsewdrag').first
    area = plot.bounding_box()
    assert area
    whole = ranges(tab)[0]
    x, y = area["x"], area["y"] + area["height"] / 2
    tab.page.mouse.move(x + 0.3 * area["width"], y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 0.6 * area["width"], y + 2, steps=8)
    tab.page.mouse.up()
    tab.page.wait_for_function(
        f"""whole => {{
          const all = ({_RANGES})()
          return all.every(range => range && range[0] > whole[0] && range[1] < whole[1])
            && new Set(all.map(String)).size === 1
        }}""",
        arg=whole,
    )
    zoomed = ranges(tab)[0]
    # It is kept when other values come, and given up on all by a double click on one.
    slider.press("ArrowRight")
    expect(caption).to_contain_text("Values at step 100.")
    assert ranges(tab)[0] == zoomed
    plot.dblclick()
    tab.page.wait_for_function(
        f"""zoomed => ({_RANGES})().every(range => range && String(range) !== String(zoomed))""",
        arg=zoomed,
    )
    tab.open(f"/toy?run={run_id}")
    tab.stop()
    assert tab.complaints == []


def test_a_table_of_ones_own(dashboard: Dashboard, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "heights.csv"
    frame = pd.DataFrame({"before": rng.normal(size=800), "after": rng.normal(0.8, 1, 800)})
    frame.to_csv(path, index=False)
    tab = dashboard
    tab.open("/distributions")
    tab.page.get_by_role("radio", name="A table of your own").click()
    tab.page.locator("input[type=file]").set_input_files(path)
    expect(tab.page.locator("h4")).to_contain_text("The after values lie higher: mean")
    assert len({tuple(shown) for shown in ranges(tab)}) == 1
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Values (CSV)").click()
    rows = pd.read_csv(download.value.path())
    assert rows.groupby("sample").size().to_dict() == {"after": 800, "before": 800}
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Charts (HTML)").click()
    assert "Plotly.newPlot" in Path(download.value.path()).read_text(encoding="utf-8")
    assert tab.complaints == []
