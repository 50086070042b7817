"""What a live page costs the training that it shows.

Trains the same toy run in turn headless (command line) and from its page in a real
Chromium that keeps it open, and compares their steps per second: `make bench`.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
sys.path.insert(0, str(ROOT))

from app_server import AppServer  # noqa: E402
from dashboard import Dashboard  # noqa: E402

from ganlib.runs import RunStore  # noqa: E402

RECIPE = "toy/scalar"


def headless(folder: Path, steps: int) -> float:
    """Steps per second of a run on the command line."""
    command = [sys.executable, "-m", "ganlib", "train", RECIPE, "--steps", str(steps), "--json"]
    environment = {**os.environ, "GANLIB_RUNS": str(folder / "runs"), "GANLIB_OFFLINE": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout)["steps_per_second"])


def live(browser: Browser, folder: Path, steps: int) -> float:
    """Steps per second of the same run, watched from its page from start to end."""
    server = AppServer(folder)
    try:
        server.wait_until_healthy()
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        tab = Dashboard(context.new_page(), server.url)
        tab.open("/toy")
        tab.set_knobs(RECIPE, steps=steps)
        run_id = tab.start()
        tab.page.get_by_text("Finished").first.wait_for(timeout=600_000)
        context.close()
        return RunStore(server.runs).open(run_id).status().steps_per_second
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=15_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    pairs: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        for repeat in range(options.repeats):
            folder = Path(name) / str(repeat)
            folder.mkdir()
            pairs.append((headless(folder, options.steps), live(browser, folder, options.steps)))
            print(f"headless {pairs[-1][0]:,.0f} steps/s, live {pairs[-1][1]:,.0f} steps/s")
        browser.close()
    ratios = [watched / alone for alone, watched in pairs]
    print(
        f"live over headless: median {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f}), {options.repeats} pairs of "
        f"{options.steps:,} steps of {RECIPE}"
    )


if __name__ == "__main__":
    main()
