"""Several people at one server at once; when they have left, all that they started is whole.

Each session is a client of the server's protocol and follows a random script: it opens pages,
starts, pauses, stops and deletes runs, and changes settings.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from ganlib import recipes
from ganlib.runs import Run, RunStore
from ganlib.ui.pages import PAGES
from tests.support.server import AppServer, served
from tests.support.tab import Tab

ADDRESSES = ("", *(page.name for page in PAGES[1:]))
# Recipes that are started, and between how many steps.
STARTED = {"toy/scalar": (50, 4_000), "toy/gaussian-vector": (20, 300), "fashion/dense": (10, 60)}
# Values that are entered into the form, valid and not.
ENTERED: dict[str, tuple[float | str, ...]] = {
    "steps": (64, 128, 1, 0),
    "seed": (0, 1, -1, "abc"),
}
ACTIONS = {"go": 4, "reload": 2, "start": 4, "press": 6, "enter": 3, "delete": 1, "look": 3}
SESSIONS, SECONDS, SEED = 6, 15.0, 0
# A slow machine gets more time to start this many runs.
MIN_STARTED, MORE_SECONDS = 4, 120.0
# Further runs are not started while this many are active.
MAX_ACTIVE = 8
DRAINED_S = 300.0


@dataclass
class Record:
    """What the sessions asked of the server.

    Args:
        started: the recipe of each run, by id.
        stopped: ids of runs that somebody stopped.
        deleted: ids of runs whose deletion was confirmed.
        faults: sentences about what went wrong.
    """

    started: dict[str, str] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Person:
    """One session.

    Args:
        server: the server.
        seed: of the script.
        record: shared by all sessions.
    """

    def __init__(self, server: AppServer, seed: int, record: Record):
        self._server = server
        self._store = RunStore(server.runs)
        self._random = random.Random(seed)
        self._record = record
        self._page = ""
        self._tab = Tab(server.url, "")

    async def live(self, until: float) -> None:
        """Acts until a time on the clock `time.monotonic` or a little longer, and leaves."""
        name = "open"
        try:
            await self._open(self._random.choice(ADDRESSES))
            while time.monotonic() < until or (
                len(self._record.started) < MIN_STARTED and time.monotonic() < until + MORE_SECONDS
            ):
                [name] = self._random.choices(list(ACTIONS), list(ACTIONS.values()))
                await getattr(self, f"_{name}")()
                if "exception" in self._tab.screen.kinds:
                    self._record.faults.append(f"{self._page!r}: {self._tab.screen.texts}")
                await asyncio.sleep(self._random.uniform(0.1, 2.0))
        except (TimeoutError, ConnectionError) as error:
            self._record.faults.append(f"stuck on {self._page!r} at {name!r}: {error!r}")
        finally:
            await self._tab.close()

    async def stop(self, run: Run) -> None:
        """Opens a run and stops it."""
        await self._open(recipes.get(run.recipe).page, f"run={run.id}")
        if self._tab.screen.can_press("stop"):
            self._record.stopped.add(run.id)
            await self._tab.press("stop")
        await self._tab.close()

    async def _open(self, page: str, query: str = "") -> None:
        await self._tab.close()
        self._page = page
        self._tab = Tab(self._server.url, page, query)
        await self._tab.__aenter__()

    async def _go(self, page: str | None = None) -> None:
        self._page = self._random.choice(ADDRESSES) if page is None else page
        await self._tab.go(self._page)

    async def _reload(self) -> None:
        address = self._tab.screen.address
        await self._open(self._page, "&".join(f"{name}={each}" for name, each in address.items()))

    async def _look(self) -> None:
        """Opens the page of any run, as from a link that somebody sent."""
        if known := list(self._record.started):
            run_id = self._random.choice(known)
            await self._open(recipes.get(self._record.started[run_id]).page, f"run={run_id}")

    async def _start(self) -> None:
        recipe = recipes.get(self._random.choice(list(STARTED)))
        steps = self._random.randint(*STARTED[recipe.name])
        if len(self._store.active()) >= MAX_ACTIVE:
            return
        await self._open(recipe.page, f"recipe={recipe.name}")
        for knob, value in (("steps", steps), ("seed", 0)):
            await self._tab.enter(f"{recipe.name}:{knob}", value)
        before = self._tab.screen.address.get("run")
        if self._tab.screen.can_press("start"):
            await self._tab.press("start")
            if (run_id := self._tab.screen.address.get("run")) not in (before, None):
                self._record.started[run_id] = recipe.name

    async def _press(self) -> None:
        keys = [key for key in ("pause", "resume", "stop") if self._tab.screen.can_press(key)]
        if keys:
            key = self._random.choice(keys)
            # Recorded before, because the run may end before the page is drawn again.
            if key == "stop":
                self._record.stopped.add(self._tab.screen.address.get("run", ""))
            await self._tab.press(key)

    async def _enter(self) -> None:
        name = self._random.choice(list(ENTERED))
        keys = [key for key in self._tab.screen.widgets if key.endswith(f":{name}")]
        if keys:
            await self._tab.enter(keys[0], self._random.choice(ENTERED[name]))

    async def _delete(self) -> None:
        """Selects a row of the table of runs, and deletes the run that is then shown."""
        await self._go("runs")
        screen, rows = self._tab.screen, len(self._store.list())
        tables = [key for key in screen.widgets if key.startswith("runs.")]
        if not tables or not rows:
            return
        row = self._random.randrange(rows)
        await self._tab.enter(tables[0], f'{{"selection": {{"rows": [{row}], "columns": []}}}}')
        shown = [key.removesuffix(".name") for key in screen.widgets if key.endswith(".name")]
        if shown and screen.can_press("delete"):
            self._record.deleted.add(shown[0])
            await self._tab.press("delete")


@pytest.mark.slow
def test_sessions_come_and_go_and_leave_nothing_broken(tmp_path: Path) -> None:
    record = Record()

    async def visit(server: AppServer) -> None:
        until = time.monotonic() + SECONDS
        people = [Person(server, SEED + index, record) for index in range(SESSIONS)]
        await asyncio.gather(*(person.live(until) for person in people))
        until = time.monotonic() + DRAINED_S
        while (active := RunStore(server.runs).active()) and time.monotonic() < until:
            for run in active:
                if run.status().state == "paused":
                    await Person(server, 0, record).stop(run)
            await asyncio.sleep(0.2)

    with served(tmp_path) as server:
        asyncio.run(visit(server))
        log = server.log()
    assert not any(word in log for word in ("Traceback", "Exception", "ERROR", "CRITICAL")), log
    assert record.faults == []
    store = RunStore(tmp_path / "runs")
    left = {row.id for row in store.list()}
    assert record.started.keys() - record.deleted <= left <= record.started.keys()
    runs = [store.open(run_id) for run_id in left]
    assert [found for run in runs for found in faults(run, record)] == []
    assert len(record.started) >= MIN_STARTED


def faults(run: Run, record: Record) -> Iterator[str]:
    """What is wrong with a run that has ended."""
    status, history = run.status(), run.history()
    if run.recipe != record.started[run.id]:
        yield f"{run.id} is of {run.recipe}"
    if status.state != "finished" and not (status.state == "stopped" and run.id in record.stopped):
        yield f"{run.id} is {status.state}: {status.message}"
    yield from (gap.sentence() for gap in run.record().gaps)
    if history.step.tolist() != list(range(1, status.step + 1)):
        yield f"{run.id} is at step {status.step}, and its history is not"
    for step in run.checkpoint_steps():
        if not all(np.isfinite(value).all() for value in run.checkpoint(step).state.values()):
            yield f"{run.id}: the checkpoint of step {step} is not finite"
    if status.step and run.checkpoint_steps()[-1:] != [status.step]:
        yield f"{run.id} ended at step {status.step} without a checkpoint"
    if status.state == "finished" and not (status.weights_sha256 and status.metrics):
        yield f"{run.id} finished without its scores"
