"""What one look at a live run costs the server, when the run has a long history behind it.

`python -m tests.bench.tick --steps 100000`: a page watches a run of toy/scalar. From that step on,
all that Streamlit runs in the server for a tick of the page is timed: the processor time of its
thread, and the time on the clock, in which the training has its turns as well. First while it
trains, then while it is paused, for a page goes on looking at a paused run.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.runs import Run, RunStore
from tests.support.server import AppServer, served
from tests.support.tab import Tab

RECIPE = "toy/scalar"
_SERVE = "--serve"
_FILE = "GANLIB_TICKS"


def serve() -> None:
    """Streamlit's command line; each tick appends its two times in seconds to a file."""
    from streamlit.runtime.scriptrunner import ScriptRunner
    from streamlit.web.cli import main as streamlit

    draw = ScriptRunner._run_script

    def timed(runner: ScriptRunner, asked: Any) -> None:
        worked, began = time.thread_time(), time.perf_counter()
        draw(runner, asked)
        if asked.is_auto_rerun:
            took = time.thread_time() - worked, time.perf_counter() - began
            with open(os.environ[_FILE], "a", encoding="ascii") as file:
                file.write(f"{took[0]} {took[1]}\n")

    ScriptRunner._run_script = timed
    streamlit(prog_name="streamlit")


async def measure(server: AppServer, file: Path, steps: int, seconds: float) -> None:
    """Prints a line for the run while it trains, and one while it is paused."""
    async with Tab(server.url, "toy") as tab:
        await tab.enter(f"{RECIPE}:steps", 100 * steps)
        await tab.press("start")
        run = RunStore(server.runs).open(tab.screen.address["run"])
        while run.status().step < steps:
            await asyncio.sleep(0.5)
        print(f"while it trains: {await _ticks(tab, run, file, seconds)}")
        await tab.press("pause")
        print(f"paused: {await _ticks(tab, run, file, seconds)}")
        await tab.press("stop")


async def _ticks(tab: Tab, run: Run, file: Path, seconds: float) -> str:
    before = len(file.read_text("ascii").splitlines())
    await asyncio.sleep(seconds)
    times = [line.split() for line in file.read_text("ascii").splitlines()[before:]]
    worked, took = 1e3 * np.array(times, float).T
    sent = [tick.payload_bytes / 1e3 for tick in tab.ticks[-len(times) :]]
    return (
        f"{len(times)} ticks at {run.status().step:,} steps, median and 95 %: "
        f"processor {_two(worked)} ms, clock {_two(took)} ms, {_two(sent)} kB"
    )


def _two(values: Any) -> str:
    return "{:.1f} {:.1f}".format(*np.percentile(values, [50, 95]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000, help="of history")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each measurement")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "ticks.txt"
        file.touch()
        with served(
            Path(name), entry=("-m", "tests.bench.tick", _SERVE), variables={_FILE: str(file)}
        ) as server:
            asyncio.run(measure(server, file, options.steps, options.seconds))


if __name__ == "__main__":
    if _SERVE in sys.argv:
        sys.argv.remove(_SERVE)
        serve()
    else:
        main()
