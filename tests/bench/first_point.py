"""How long it takes from Start to the first point of the loss chart, in a real Chromium.

`python -m tests.bench.first_point [RECIPE]...`: on a server that has warmed up, each recipe
once.
"""

import argparse
import tempfile
import time
from pathlib import Path

from ganlib import recipes
from tests.support.chromium import chromium
from tests.support.dashboard import Dashboard
from tests.support.server import served

# TensorFlow is imported and the toys are compiled in the background meanwhile.
WARM_UP_S = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", default=list(recipes.all_recipes()))
    parser.add_argument("--reading", type=float, default=1.0, help="seconds between page and Start")
    options = parser.parse_args()
    names = options.recipes
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium() as browser,
        served(Path(folder)) as server,
    ):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        tab = Dashboard(context.new_page(), server.url)
        tab.open("/")
        time.sleep(WARM_UP_S)
        for name in names:
            print(f"{name}: {seconds_to_a_point(tab, name, options.reading):.2f} s", flush=True)


def seconds_to_a_point(tab: Dashboard, name: str, reading_s: float) -> float:
    page = recipes.get(name).page
    tab.open(f"/{page}")
    if recipes.on_page(page)[0].name != name:
        tab.choose_recipe(page, name)
    # Meanwhile the step of what Start would train is compiled.
    time.sleep(reading_s)
    began = time.perf_counter()
    tab.start()
    tab.wait_for_points()
    took = time.perf_counter() - began
    tab.stop()
    return took


if __name__ == "__main__":
    main()
