"""How soon a run does as it is told: from the call to the state in its folder.

`python tests/bench/reaction.py [RECIPE]...`: of each recipe the time from `pause` to
"paused", from `unpause` to "running" and from `stop` to "stopped", at random moments.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ganlib import recipes
from ganlib.runs import Run, RunStore
from ganlib.runs.manager import Manager

PAUSES = 8


def seconds_until(run: Run, state: str, call: Callable[[str], None]) -> float:
    """From the call until the run's folder says so."""
    began = time.perf_counter()
    call(run.id)
    while run.status().state != state:
        if time.perf_counter() - began > 120:
            raise SystemExit(f"{run.recipe} is not {state} after two minutes.")
        time.sleep(0.002)
    return time.perf_counter() - began


def measure(name: str, folder: Path) -> dict[str, list[float]]:
    manager = Manager(RunStore(folder))
    run = manager.store.open(manager.submit(name, recipes.get(name).parse({})))
    while run.status().step < 3:
        time.sleep(0.05)
    found: dict[str, list[float]] = {"paused": [], "running": [], "stopped": []}
    moments = random.Random(0)
    for _ in range(PAUSES):
        time.sleep(moments.uniform(0.1, 1.5))
        found["paused"].append(seconds_until(run, "paused", manager.pause))
        found["running"].append(seconds_until(run, "running", manager.unpause))
    time.sleep(moments.uniform(0.1, 1.0))
    found["stopped"].append(seconds_until(run, "stopped", manager.stop))
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
