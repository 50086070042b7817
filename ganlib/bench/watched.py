"""What it costs a training to be watched: the same run headless, and with pages open on it.

Both are timed over the same steps: from the one at which all pages look at the run, to the
last. The time is that of the run's own log, in which pauses and compiling do not count.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib import recipes
from ganlib.bench.results import Speed, Watched, Watching
from ganlib.bench.server import ROOT, AppServer, environment, served
from ganlib.bench.session import Tab, Tick
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import RunStore
from ganlib.runs.view import History

# Ticks of every page before the clock starts: the first are those of a page just opened.
_SETTLED_TICKS = 2
_POLL_S = 0.2
_LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Trial:
    """One watched run beside the headless one of its repeat.

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


def measure_watched(
    recipe: str = "toy/scalar",
    watchers: Sequence[int] = (1, 5, 20),
    repeats: int = 3,
    steps: int = 25_000,
) -> Watched:
    """Trains the recipe headless and watched, in turns.

    Args:
        recipe: its name.
        watchers: numbers of pages to open on it.
        repeats: of all of them.
        steps: of each run.

    Raises:
        UserError: there is no such recipe, or it trains too few steps to be timed.
    """
    known = recipes.get(recipe)
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
        for repeat in range(repeats):
            alone = train_headless(known, steps, Path(name))
            # There and back again, so that what slowly changes falls on all of them alike.
            for count in watchers if repeat % 2 == 0 else reversed(watchers):
                trials.append(asyncio.run(watch(server, known, steps, count, alone)))
    return summary(recipe, steps, repeats, trials)


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


def summary(recipe: str, steps: int, repeats: int, trials: Sequence[Trial]) -> Watched:
    """Medians and spreads, by number of watchers."""
    counts = list(dict.fromkeys(trial.watchers for trial in trials))
    watching = tuple(
        _watching(count, [trial for trial in trials if trial.watchers == count])
        for count in sorted(counts)
    )
    fewest = [trial.headless for trial in trials if trial.watchers == min(counts)]
    return Watched(recipe, steps, repeats, Speed(tuple(fewest)), watching)


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
