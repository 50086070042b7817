"""How much watching a run slows its training down.

`python -m tests.bench.live [--repeats N] [--json]`: trains `toy/scalar` from the command line, and
from its page with 1, 5 and 20 pages open on the run. Both are timed over the same steps: from the
one at which all pages show the run, to the last. The times are those of the run's history, in
which pauses and compiling do not count.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ganlib import recipes
from ganlib.bench.report import speed_json, spread
from ganlib.bench.results import Speed
from ganlib.cli.report import table
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import RunStore
from ganlib.runs.metrics_reader import History
from tests.support import ROOT
from tests.support.server import AppServer, environment, served
from tests.support.tab import Tab, Tick

RECIPE = "toy/scalar"
WATCHERS = (1, 5, 20)
HEADING = ["PAGES", "STEPS/S", "OVER HEADLESS", "TICK, MEDIAN", "TICK, 95 %", "A TICK'S DATA"]
# Ticks of every page before the clock starts: the first are those of a page just opened.
_SETTLED_TICKS = 2
_POLL_S = 0.2
_LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Trial:
    """A watched run and the headless run of the same repeat.

    Args:
        watchers: pages open on it.
        first_step: from which on both are timed.
        steps_per_second: watched.
        headless: steps per second over the same steps.
        ticks: of all pages, from `first_step` on.
    """

    watchers: int
    first_step: int
    steps_per_second: float
    headless: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Watching:
    """Figures of all repeats with the same number of pages.

    Args:
        watchers: pages open on the run, each a session of its own.
        steps_per_second: of the run.
        over_headless: `steps_per_second` divided by that of the headless run of the same repeat.
        ticks: number of ticks.
        tick_ms_p50: median time from a page's request for news to its answer.
        tick_ms_p95: the same, 95th percentile.
        tick_bytes_p95: size of the answer, 95th percentile.
    """

    watchers: int
    steps_per_second: Speed
    over_headless: Speed
    ticks: int
    tick_ms_p50: float
    tick_ms_p95: float
    tick_bytes_p95: float

    def row(self) -> list[str]:
        """The cells under HEADING."""
        return [
            str(self.watchers),
            spread(self.steps_per_second),
            spread(self.over_headless),
            f"{self.tick_ms_p50:.0f} ms",
            f"{self.tick_ms_p95:.0f} ms",
            f"{self.tick_bytes_p95 / 1e3:.0f} kB",
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=25_000, help="of each run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = summary(measure(options.repeats, options.steps))
    if options.json:
        speeds = ("steps_per_second", "over_headless")
        print(
            json.dumps(
                [
                    asdict(one) | {name: speed_json(getattr(one, name)) for name in speeds}
                    for one in found
                ]
            )
        )
    else:
        print(table([HEADING, *(one.row() for one in found)]))


def measure(repeats: int, steps: int) -> list[Trial]:
    """Trains headless and watched, in turns.

    Args:
        repeats: of all numbers of watchers.
        steps: of each run.

    Raises:
        UserError: the run has too few steps to be timed.
    """
    recipe = recipes.get(RECIPE)
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
        for repeat in range(repeats):
            alone = train_headless(recipe, steps, Path(name))
            # The order is reversed every other time, so that a slow drift affects all alike.
            for count in WATCHERS if repeat % 2 == 0 else reversed(WATCHERS):
                trials.append(asyncio.run(watch(server, recipe, steps, count, alone)))
    return trials


def train_headless(recipe: Recipe, steps: int, folder: Path) -> History:
    """The figures of a run on the command line.

    Raises:
        UserError: it failed.
    """
    command = [sys.executable, "-m", "ganlib", "train", recipe.name, "--steps", str(steps)]
    done = subprocess.run(
        [*command, "--json"], cwd=ROOT, env=environment(folder), capture_output=True, text=True
    )
    if done.returncode:
        raise UserError(f"{recipe.name} did not train: {done.stderr.strip().splitlines()[-1]}")
    return RunStore(folder / "runs").open(json.loads(done.stdout)["run_id"]).history()


async def watch(
    server: AppServer, recipe: Recipe, steps: int, watchers: int, headless: History
) -> Trial:
    """Starts a run from its page and has so many pages look at it until its end."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Tab(server.url, recipe.page))
        await first.enter(f"{recipe.page}.recipe", f"{recipe.title}  ·  {recipe.name}")
        await first.enter(f"{recipe.name}:steps", steps)
        await first.press("start")
        await first.until(lambda: "run" in first.screen.address)
        run = RunStore(server.runs).open(first.screen.address["run"])
        # It rests while the pages open, which is not what is to be measured.
        await first.press("pause")
        while run.status().state != "paused":
            await asyncio.sleep(_POLL_S)
        others = [Tab(server.url, recipe.page, f"run={run.id}") for _ in range(watchers - 1)]
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
        raise UserError(
            f"{recipe.name} was at step {first_step:,} of {steps:,} when all {watchers} pages "
            "looked at it; give it more steps."
        )
    ticks = [tick for tab in tabs for tick in tab.ticks if since <= tick.asked_at < ended]
    return Trial(
        watchers,
        first_step,
        steps_per_second(run.history(), first_step),
        steps_per_second(headless, first_step),
        tuple(ticks),
    )


def steps_per_second(history: History, first_step: int) -> float:
    """Speed from a step on to the last one.

    Args:
        history: of the run.
        first_step: counted from 1; below the last.
    """
    time_s = history.time_s
    return float((len(time_s) - first_step) / (time_s[-1] - time_s[first_step - 1]))


def summary(trials: Sequence[Trial]) -> list[Watching]:
    """Medians and spreads for each number of watchers."""
    counts = sorted({trial.watchers for trial in trials})
    return [
        _watching(count, [trial for trial in trials if trial.watchers == count]) for count in counts
    ]


def _watching(watchers: int, trials: Sequence[Trial]) -> Watching:
    ticks = [tick for trial in trials for tick in trial.ticks]
    nothing = [float("nan")]
    latencies = [1e3 * tick.latency_s for tick in ticks] or nothing
    sizes = [float(tick.payload_bytes) for tick in ticks] or nothing
    p50, p95 = np.percentile(latencies, [50, 95])
    return Watching(
        watchers,
        Speed(tuple(trial.steps_per_second for trial in trials)),
        Speed(tuple(trial.steps_per_second / trial.headless for trial in trials)),
        len(ticks),
        float(p50),
        float(p95),
        float(np.percentile(sizes, 95)),
    )


if __name__ == "__main__":
    main()
