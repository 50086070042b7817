"""How much watching a run slows its training down.

`python -m tests.bench.live [--repeats N]`: trains `toy/scalar` from the command line, and from its
page with 1, 5 and 20 pages open on the run. Both are timed over the same steps: from the one at
which all pages show the run, to the last. The times are those of the run's history, in which
pauses and compiling do not count.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np

from ganlib import recipes
from ganlib.bench.results import Speed, spread
from ganlib.cli.report import table
from ganlib.runs import RunStore
from ganlib.runs.view import History
from tests.support import ROOT
from tests.support.server import AppServer, environment, served
from tests.support.tab import Tab, Tick

RECIPE = recipes.get("toy/scalar")
WATCHERS = (1, 5, 20)
HEADING = ["PAGES", "STEPS/S", "OVER HEADLESS", "TICK, MEDIAN", "TICK, 95 %", "A TICK'S DATA"]
# Ticks of every page before the clock starts: the first are those of a page just opened.
_SETTLED_TICKS = 2
_POLL_S = 0.2
_LEAST_SHARE = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=25_000, help="of each run")
    options = parser.parse_args()
    speeds: dict[int, list[float]] = {count: [] for count in WATCHERS}
    ratios: dict[int, list[float]] = {count: [] for count in WATCHERS}
    ticks: dict[int, list[Tick]] = {count: [] for count in WATCHERS}
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
        for repeat in range(options.repeats):
            alone = train_headless(options.steps, Path(name))
            # The order is reversed every other time, so that a slow drift affects all alike.
            for count in WATCHERS if repeat % 2 == 0 else reversed(WATCHERS):
                first_step, watched, found = asyncio.run(watch(server, options.steps, count))
                speeds[count].append(steps_per_second(watched, first_step))
                ratios[count].append(speeds[count][-1] / steps_per_second(alone, first_step))
                ticks[count] += found
    rows = []
    for count in WATCHERS:
        p50, p95 = np.percentile([1e3 * tick.latency_s for tick in ticks[count]], [50, 95])
        data = np.percentile([tick.payload_bytes for tick in ticks[count]], 95)
        cells = [spread(Speed(tuple(values[count]))) for values in (speeds, ratios)]
        rows.append([str(count), *cells, f"{p50:.0f} ms", f"{p95:.0f} ms", f"{data / 1e3:.0f} kB"])
    print(table([HEADING, *rows]))


def train_headless(steps: int, folder: Path) -> History:
    """Returns the history of a run on the command line."""
    command = [sys.executable, "-m", "ganlib", "train", RECIPE.name, "--steps", str(steps)]
    done = subprocess.run(
        [*command, "--json"], cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, check=True
    )
    return RunStore(folder / "runs").open(json.loads(done.stdout)["run_id"]).history()


async def watch(server: AppServer, steps: int, watchers: int) -> tuple[int, History, list[Tick]]:
    """Starts a run from its page and keeps pages open on it until its end.

    Args:
        server: the server.
        steps: of the run.
        watchers: number of pages.
    Returns:
        The step at which all pages showed the run, its history, and the ticks from then on.
    """
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Tab(server.url, RECIPE.page))
        await first.enter(f"{RECIPE.name}:steps", steps)
        await first.press("start")
        await first.until(lambda: "run" in first.screen.address)
        run = RunStore(server.runs).open(first.screen.address["run"])
        # Paused while the pages open, which is not what is to be measured.
        await first.press("pause")
        while run.status().state != "paused":
            await asyncio.sleep(_POLL_S)
        others = [Tab(server.url, RECIPE.page, f"run={run.id}") for _ in range(watchers - 1)]
        await asyncio.gather(*(stack.enter_async_context(tab) for tab in others))
        tabs = [first, *others]
        await first.press("resume")
        for tab in tabs:
            tab.ticks.clear()
        while run.status().active and (
            not run.status().step or any(len(tab.ticks) < _SETTLED_TICKS for tab in tabs)
        ):
            await asyncio.sleep(_POLL_S)
        since, first_step = time.monotonic(), len(run.history())
        while run.status().active:
            await asyncio.sleep(_POLL_S)
        ended = time.monotonic()
    if first_step > (1 - _LEAST_SHARE) * steps:
        raise SystemExit(f"All pages were open at step {first_step:,} only; give it more --steps.")
    ticks = [tick for tab in tabs for tick in tab.ticks if since <= tick.asked_at < ended]
    return first_step, run.history(), ticks


def steps_per_second(history: History, first_step: int) -> float:
    """Returns the speed from a step, counted from 1, to the last one."""
    time_s = history.time_s
    return float((len(time_s) - first_step) / (time_s[-1] - time_s[first_step - 1]))


if __name__ == "__main__":
    main()
