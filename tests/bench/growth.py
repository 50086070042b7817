"""How cost grows: with the batch size, and with the number of runs.

`python -m tests.bench.growth batches [RECIPE]...`: steps and samples per second for batches of
16 to 1,024. `python -m tests.bench.growth runs [RECIPE]...`: resident memory after each of 20
short runs in a row in one process, as a server has them, of these recipes in turn.
`python -m tests.bench.growth table`: seconds of a processor until 10, 100 and 1,000 runs of 100,000
steps are listed, and again when nothing has changed.
"""

import argparse
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

from ganlib import memory, recipes

# As the server does.
memory.limit_freed_memory()

from ganlib.bench.speed import trainer_turns  # noqa: E402
from ganlib.runs import RunStore  # noqa: E402
from ganlib.runs.manager import Manager  # noqa: E402
from tests.support import stored_runs  # noqa: E402

BATCHES = (16, 32, 64, 128, 256, 512, 1_024)
STEPS = 20


def batches(name: str, seconds: float) -> None:
    """Prints the rates of a recipe, batch size by batch size."""
    for size in BATCHES:
        train = trainer_turns(recipes.get(name), {"batch_size": size})
        train(1.0)
        steps, took = train(seconds)
        print(
            f"{name} {size:5d}: {steps / took:9.3g} steps/s, {size * steps / took:9,.0f} samples/s"
        )


def runs(names: list[str], count: int) -> None:
    """Prints the resident memory in MB after each run."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        manager = Manager(RunStore(Path(folder)))
        for number in range(count):
            recipe = recipes.get(names[number % len(names)])
            config = recipe.parse({"steps": STEPS, "seed": number})
            run = manager.submit(recipe.name, config)
            if not manager.wait(600):
                raise SystemExit(f"Run {run} did not end.")
            state = manager.store.open(run).status().state
            found.append(psutil.Process().memory_info().rss / 2**20)
            print(f"run {number + 1:2d}, {recipe.name}, {state}: {found[-1]:,.0f} MB", flush=True)
        manager.shutdown(10)
    print(f"from the third to the last run: {found[-1] - found[2]:+,.0f} MB")


def table() -> None:
    """Prints how long tables of ever more runs take, the first time and the second."""
    for count in (10, 100, 1_000):
        with tempfile.TemporaryDirectory() as folder:
            run = stored_runs.finished(RunStore(Path(folder)))
            stored_runs.copy(run, count, filler_bytes=800_000)
            reading = RunStore(Path(folder))
            marks = [time.process_time()]
            for _ in range(2):
                reading.list()
                marks.append(time.process_time())
            first, second = (late - early for early, late in pairwise(marks))
            print(f"{count:5d} runs: {first:.3f} s, then {second:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["batches", "runs", "table"])
    parser.add_argument("recipes", nargs="*", default=["toy/scalar", "mnist/dcgan"])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args()
    if options.what == "runs":
        runs(options.recipes, options.count)
    elif options.what == "table":
        table()
    else:
        for name in options.recipes:
            batches(name, options.seconds)


if __name__ == "__main__":
    main()
