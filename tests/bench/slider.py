"""How long a move of the slider over the saved steps takes, and how many frames a second it plays.

`python -m tests.bench.slider [--recipe mnist/dcgan]`: in Chromium, on the page of a run of 100,000
steps and 1,000 saved samples. A move ends when the samples and the sentence of the new step are on
the page.
"""

import argparse
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from ganlib import recipes
from ganlib.events import Metrics, Samples
from ganlib.runs import Run, RunStore
from tests.support import stored_runs
from tests.support.chromium import chromium
from tests.support.server import served

_MOVES, _SECONDS = 40, 8.0
_SLIDER = ".st-key-run_slider input[type=range]"
# `shown` is the step that the sentence names once the page has drawn all of a move.
_FUNCTIONS = """
// The component is in a shadow root.
const parts = () => [...document.querySelectorAll(".st-key-run_slider *")]
const button = name => parts().find(one => one.shadowRoot).shadowRoot.querySelector(name)
const shown = () => {
  const sentence = document.querySelector(".st-key-run_sentence").textContent
  return Number(sentence.match(/At step ([0-9,]+)/)?.[1].replaceAll(",", "") ?? NaN)
}
"""
_MOVE = """
const before = shown(), began = performance.now()
button(".range").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))
while (shown() === before) await new Promise(requestAnimationFrame)
return performance.now() - began
"""
_PLAY = """
while (!button(".speed").textContent.startsWith("5")) button(".speed").click()
const times = [], began = performance.now()
button(".play").click()
for (let last = shown(); performance.now() < began + ms; ) {
  await new Promise(requestAnimationFrame)
  if (shown() === last) continue
  last = shown()
  times.push([last, performance.now() - began])
}
button(".play").click()
return times
"""


def long_run(store: RunStore, recipe: str, steps: int, saved: int) -> Run:
    """Returns a run with many steps and samples, whose generator approaches the real samples.

    Args:
        store: where it is created.
        recipe: name of its recipe.
        steps: of the run.
        saved: number of steps with samples.
    """
    rng = np.random.default_rng(0)
    real = stored_runs.samples_of(recipe, 1).fixed
    every = steps // saved
    events: list[Metrics | Samples] = []
    for step in range(0, steps + 1, every):
        if step:
            values = rng.random((every, len(stored_runs.METRICS)), np.float32)
            events.append(Metrics(step - every + 1, values, step / 500))
        noisy = stored_runs.samples_of(recipe, step)
        score = {recipes.get(recipe).score: 1 + 1_000 / (step + 100)}
        events.append(Samples(step, noisy.fixed, noisy.fresh, noisy.noise, noisy.views, score))
    views = stored_runs.image_views(real) if recipes.get(recipe).kind == "image" else {}
    return stored_runs.written(store, recipe, real, *events, views=views, steps=steps)


def _run(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ {_FUNCTIONS} {script} }}")


def measure(page: Page) -> str:
    """Returns a line with the times of moves and the frames per second of playing."""
    page.locator(_SLIDER).wait_for()
    page.locator(".live-chart-plot .plot-container").first.wait_for()
    page.wait_for_timeout(2_000)
    page.locator(_SLIDER).press("Home")
    page.wait_for_timeout(1_000)
    moves = [_run(page, _MOVE) for _ in range(_MOVES)]
    frames = _run(page, f"const ms = {1e3 * _SECONDS}\n{_PLAY}")
    gaps = [after[1] - before[1] for before, after in pairwise(frames)]
    skipped = sum(after[0] - before[0] > 100 for before, after in pairwise(frames))
    median, most = np.percentile(moves, [50, 95])
    return (
        f"a move {median:.0f} ms in the median, 95 % {most:.0f} ms; playing "
        f"{1e3 / np.mean(gaps):.1f} frames a second ({len(frames)}, {skipped} left out some), "
        f"95 % of them within {np.percentile(gaps, 95):.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recipe", default="toy/scalar")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
        run = long_run(RunStore(server.runs), options.recipe, options.steps, options.samples)
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.url}/{recipes.get(options.recipe).page}?run={run.id}")
            print(f"{options.recipe}: {measure(page)}")


if __name__ == "__main__":
    main()
