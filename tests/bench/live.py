"""How much watching runs slows their training down.

`python -m tests.bench.live [--pages 1 5 20]`: trains `toy/scalar` from the command line, and from
its page with pages open on it. `--compare`: trains three runs from the command line, with and
without their comparison open. What is compared takes turns of a few seconds, while the other is
stopped, so that both meet the same machine. The pages are clients that speak the protocol of
browsers.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import numpy as np

from ganlib import recipes
from ganlib.bench.results import Speed, spread
from ganlib.cli.report import table
from ganlib.runs import Run, RunStore
from tests.support import ROOT
from tests.support.server import AppServer, environment, served
from tests.support.tab import Tab, Tick

# Speeds while somebody watches, these over those of the turn before, and the looks.
Measured = tuple[list[float], list[float], list[Tick]]

RECIPE = recipes.get("toy/scalar")
HEADING = ["PAGES", "STEPS/S", "OVER HEADLESS", "TICK, MEDIAN", "TICK, 95 %", "A TICK'S DATA"]
_ENDLESS = 10_000_000
_COMPARED = 3
# Of each turn, before its steps are counted: for the first look, and for what the last turn left.
_SETTLE_S = 2.0
_POLL_S = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, nargs="*", default=[1, 5, 20], help="numbers of pages")
    parser.add_argument("--compare", action="store_true", help="a comparison of three live runs")
    parser.add_argument("--turns", type=int, default=12, help="of each of both")
    parser.add_argument("--seconds", type=float, default=8.0, help="counted in each turn")
    options = parser.parse_args()
    rows = []
    for pages in [_COMPARED] if options.compare else options.pages:
        with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
            measure = compared if options.compare else watched
            speeds, ratios, ticks = asyncio.run(measure(server, pages, options))
        p50, p95 = np.percentile([1e3 * tick.latency_s for tick in ticks], [50, 95])
        data = np.percentile([tick.payload_bytes for tick in ticks], 95)
        cells = [spread(Speed(tuple(values))) for values in (speeds, ratios)]
        what = f"1, on {pages} runs" if options.compare else str(pages)
        rows.append([what, *cells, f"{p50:.0f} ms", f"{p95:.0f} ms", f"{data / 1e3:.0f} kB"])
    print(table([HEADING, *rows]))


async def watched(server: AppServer, pages: int, options: argparse.Namespace) -> Measured:
    """Trains a run from its page with pages open on it, in turns with one from the command line."""
    speeds: list[float] = []
    ratios: list[float] = []
    ticks: list[Tick] = []
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Tab(server.url, RECIPE.page))
        await first.enter(f"{RECIPE.name}:steps", _ENDLESS)
        await first.press("start")
        await first.until(lambda: "run" in first.screen.address)
        run = RunStore(server.runs).open(first.screen.address["run"])
        others = [Tab(server.url, RECIPE.page, f"run={run.id}") for _ in range(pages - 1)]
        tabs = [first, *[await stack.enter_async_context(tab) for tab in others]]
        with headless(server.runs.parent / "headless") as (process, alone):
            for _ in range(options.turns):
                with stopped(server.pid):
                    without = await speed([alone], options.seconds)
                with stopped(process.pid):
                    speeds.append(await speed([run], options.seconds, tabs, ticks))
                ratios.append(speeds[-1] / without)
        await first.press("stop")
    return speeds, ratios, ticks


async def compared(server: AppServer, count: int, options: argparse.Namespace) -> Measured:
    """Trains runs from the command line, in turns with and without their comparison open."""
    speeds: list[float] = []
    ratios: list[float] = []
    ticks: list[Tick] = []
    with ExitStack() as stack:
        runs = [stack.enter_context(headless(server.runs.parent))[1] for _ in range(count)]
        address = "&".join(f"runs={run.id}" for run in runs)
        for _ in range(options.turns):
            without = await speed(runs, options.seconds)
            async with Tab(server.url, "compare", address) as tab:
                speeds.append(await speed(runs, options.seconds, [tab], ticks))
            ratios.append(speeds[-1] / without)
    return speeds, ratios, ticks


async def speed(
    runs: Sequence[Run], seconds: float, tabs: Sequence[Tab] = (), ticks: list[Tick] | None = None
) -> float:
    """Returns the steps per second of runs together.

    Args:
        runs: which train.
        seconds: to count.
        tabs: pages that are open on them.
        ticks: gets the looks of the pages meanwhile.
    """
    await asyncio.sleep(_SETTLE_S)
    seen = [len(tab.ticks) for tab in tabs]
    before = [_progress(run) for run in runs]
    await asyncio.sleep(seconds)
    after = [_progress(run) for run in runs]
    if ticks is not None:
        ticks += [tick for tab, at in zip(tabs, seen, strict=True) for tick in tab.ticks[at:]]
    return sum(
        (steps - steps_before) / (at - at_before)
        for (steps, at), (steps_before, at_before) in zip(after, before, strict=True)
    )


def _progress(run: Run) -> tuple[int, float]:
    """Steps and seconds of training that the run has recorded."""
    history = run.history()
    return len(history), float(history.time_s[-1])


@contextmanager
def headless(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Run]]:
    """Trains on the command line until the end of the block, from the first steps on."""
    command = [sys.executable, "-m", "ganlib", "train", RECIPE.name, "--steps", str(_ENDLESS)]
    folder.mkdir(exist_ok=True)
    store = RunStore(folder / "runs")
    known = {run.id for run in store.active()}
    with (folder / "train.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder), stdout=log, stderr=log
        )
    try:
        while True:
            new = [run for run in store.active() if run.id not in known]
            if new and new[0].status().step:
                break
            if process.poll() is not None:
                raise SystemExit((folder / "train.log").read_text("utf-8"))
            time.sleep(_POLL_S)
        yield process, new[0]
    finally:
        process.kill()
        process.wait()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stops a process until the end of the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    main()
