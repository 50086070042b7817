"""How soon a run does as it is told: from the call to the state in its folder.

`python -m tests.bench.reaction [RECIPE]...`: of each recipe the time from `pause` to
"paused", from `unpause` to "running", from `stop` to "stopping", which is when training has
ended, and to "stopped", which is when all is saved; at random moments.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ganlib import recipes
from ganlib.runs import Run, RunStore
from ganlib.runs.manager import Manager

PAUSES = 8


def seconds_until(run: Run, state: str, call: Callable[[str], None]) -> float:
    """From the call until the run's folder says so."""
    began = time.perf_counter()
    call(run.id)
    while state not in ((status := run.status()).state, status.phase):
        if time.perf_counter() - began > 120:
            raise SystemExit(f"{run.recipe} is not {state} after two minutes.")
        time.sleep(0.002)
    return time.perf_counter() - began


def measure(name: str, folder: Path) -> dict[str, list[float]]:
    manager = Manager(RunStore(folder))
    recipe = recipes.get(name)
    knobs: dict[str, object] = {"steps": 1_000_000}
    if recipe.Config.grows:
        # Full size from step 13 on, where steps take longest.
        knobs["images_per_phase"] = 2 * recipe.Config().batch_size
    run = manager.store.open(manager.submit(name, recipe.parse(knobs)))
    while run.status().step < (15 if recipe.Config.grows else 3):
        time.sleep(0.05)
    found: dict[str, list[float]] = {"paused": [], "running": []}
    moments = random.Random(0)
    for _ in range(PAUSES):
        time.sleep(moments.uniform(0.1, 1.5))
        found["paused"].append(
            seconds_until(run, "paused", lambda id: manager.command(id, "pause"))
        )
        found["running"].append(
            seconds_until(run, "running", lambda id: manager.command(id, "unpause"))
        )
    time.sleep(moments.uniform(0.1, 1.0))
    began = time.perf_counter()
    found["stopping"] = [seconds_until(run, "stopping", lambda id: manager.command(id, "stop"))]
    seconds_until(run, "stopped", lambda _: None)
    found["stopped"] = [time.perf_counter() - began]
    manager.shutdown(60)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", default=list(recipes.all_recipes()))
    for name in parser.parse_args().recipes:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(name, Path(folder))
        told = (
            f"{state} after {statistics.median(times):.2f} s (at most {max(times):.2f})"
            for state, times in found.items()
        )
        print(f"{name}: {', '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
