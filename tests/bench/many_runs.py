"""Many runs: queued at once, and kept in one folder.

`python -m tests.bench.many_runs queue --count 200`: so many short runs of toy recipes are queued
at once; all must finish, each with its files whole, and equal settings must give equal weights.
`python -m tests.bench.many_runs folders --count 1000`: a folder of so many runs, copies of a real
one with its full history, and how long it takes to list them, to open one, and to show them on
the page of a real server.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from ganlib import recipes
from ganlib.runs import Manager, Run, RunStore
from ganlib.runs.identity import new_run_id
from ganlib.runs.journal import decode_line, encode_line
from tests.bench.whole import faults
from tests.support.server import AppServer, served
from tests.support.tab import Tab

RECIPES = ("toy/scalar", "toy/gaussian-vector")
STEPS = 40
SEEDS = 5
# As many as a run of toy/scalar has by default, with a grid every 100 steps.
TEMPLATE_STEPS = 8_000


@dataclass(frozen=True)
class Queued:
    """What became of runs that were queued at once.

    Args:
        ids: of all of them, in the order in which they were queued.
        faults: what is wrong, a sentence each.
        seconds: from the first to the last.
        grown_mb: resident memory at the end over that after a tenth of them.
    """

    ids: tuple[str, ...]
    faults: tuple[str, ...]
    seconds: float
    grown_mb: float


def run_queue(folder: Path, count: int, steps: int = STEPS) -> Queued:
    """Queues so many runs at once in a manager of this process, and waits for the last."""
    store = RunStore(folder)
    manager = Manager(store)
    began = time.perf_counter()
    ids = []
    for index in range(count):
        recipe = recipes.get(RECIPES[index % len(RECIPES)])
        knobs = {"steps": steps, "seed": index % SEEDS, "sample_every": steps // 2}
        ids.append(manager.submit(recipe.name, recipe.parse(knobs)))
    settled = _memory_mb()
    for left in iter(lambda: len(manager.active()), 0):
        if left > count - max(2, count // 10):
            settled = _memory_mb()
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    grown_mb = _memory_mb() - settled
    manager.shutdown()
    return Queued(tuple(ids), tuple(_all_faults(store, ids)), seconds, grown_mb)


def _all_faults(store: RunStore, ids: list[str]) -> Iterator[str]:
    listed = [row.id for row in store.list()]
    if sorted(listed) != sorted(ids):
        yield f"{len(ids)} runs were queued, and {len(listed)} are there"
    weights: dict[tuple[str, int], str] = {}
    for run_id in ids:
        yield from faults(store, run_id)
        run = store.open(run_id)
        status = run.status()
        if status.state != "finished":
            yield f"{run_id}: it is {status.state}, and was to finish. {status.message}"
        first = weights.setdefault((run.recipe, run.values["seed"]), status.weights_sha256)
        if status.weights_sha256 != first:
            yield f"{run_id}: another run with its settings has other weights"


def make_template(folder: Path, steps: int = TEMPLATE_STEPS) -> Run:
    """A finished run of toy/scalar, trained here."""
    manager = Manager(RunStore(folder))
    recipe = recipes.get("toy/scalar")
    run_id = manager.submit(recipe.name, recipe.parse({"steps": steps}))
    manager.wait()
    manager.shutdown()
    return manager.store.open(run_id)


def copy_runs(template: Run, folder: Path, count: int) -> list[str]:
    """So many copies of a run in a folder, each under an id of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = [new_run_id() for _ in range(count)]
    for run_id in ids:
        _copy(template, folder / run_id)
    return ids


def _copy(template: Run, to: Path) -> None:
    """A copy that says that it is a run of its own."""
    shutil.copytree(template.path, to)
    content = b""
    for found in (template.path / "journal.jsonl").read_bytes().splitlines():
        line = decode_line(found)
        assert line is not None
        if "run" in line:
            line["run"] = to.name
        first = (line.pop("n"), line.pop("kind"), line.pop("step"), line.pop("status"))
        content += encode_line(*first, line)
    (to / "journal.jsonl").write_bytes(content)


def list_and_open(folder: Path, run_id: str) -> dict[str, float]:
    """Seconds that a reader who has seen nothing yet needs, and that it needs once more."""
    store = RunStore(folder)
    return {
        "list, first time": _took(store.list),
        "list, once more": _took(store.list),
        "ask what trains, first time": _took(store.active),
        "ask what trains, once more": _took(store.active),
        "open one, with all that its page shows": _took(lambda: _read_all(store.open(run_id))),
    }


def _read_all(run: Run) -> None:
    run.status()
    run.label()
    run.history()
    run.scores()
    run.changes()
    run.samples(run.sample_steps()[-1])
    run.real_views()


async def visit(server: AppServer, run_id: str) -> dict[str, float]:
    """Seconds until a page is drawn to its end, at a real server that is warm."""
    found: dict[str, float] = {}
    async with Tab(server.url, ""):
        pass
    for visit in ("first visit", "next visit", "visit of another session"):
        found[f"page Runs, {visit}"] = await _drawn_s(Tab(server.url, "runs"))
    found["page of one run"] = await _drawn_s(Tab(server.url, "toy", f"run={run_id}"))
    return found


async def _drawn_s(tab: Tab) -> float:
    began = time.perf_counter()
    async with tab:
        return time.perf_counter() - began


def _took(work: object) -> float:
    assert callable(work)
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _memory_mb() -> float:
    return psutil.Process().memory_info().rss / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["queue", "folders"])
    parser.add_argument("--count", type=int, help="200 in the queue, 1,000 folders")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.what == "queue":
            found = run_queue(folder, options.count or 200)
            print(f"{len(found.ids)} runs in {found.seconds:.0f} s, {found.grown_mb:+.0f} MB")
            print("\n".join(found.faults) or "each finished, with its files whole")
            return bool(found.faults)
        template = make_template(folder / "template")
        ids = copy_runs(template, folder / "runs", options.count or 1_000)
        rows = list_and_open(folder / "runs", ids[0])
        with served(folder) as server:
            rows |= asyncio.run(visit(server, ids[0]))
        for what, seconds in rows.items():
            print(f"{what:40} {seconds:7.3f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
